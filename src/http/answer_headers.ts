const EXPOSED = [
  'Accept-Ranges',
  'Allow',
  'Content-Disposition',
  'Content-Location',
  'Content-Range',
  'ETag',
  'Link',
  'Location',
  'Retry-After',
  'WWW-Authenticate',
]

/**
 * What an answer carries unless its operation says better, whoever makes it: an operation, an error, or a runtime that refuses a request
 * itself. Other origins may read everything, since none of it is given for a cookie that they could make a browser send. A cache asks
 * again before it uses what it has kept, so that a frame which becomes private is gone from it.
 */
export const ANSWER_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': EXPOSED.join(', '),
  'cache-control': 'private, no-cache',
  'cross-origin-resource-policy': 'cross-origin',
  'referrer-policy': 'same-origin',
  vary: 'Cookie, Authorization',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const

/** Adds the headers that an answer lacks. Set on the finished answer, since a handler's own Response has none that were set before it. */
export function completeHeaders(headers: Headers, { framed }: { framed: boolean }): void {
  const own = headers.get('vary')
  for (const [name, value] of Object.entries(ANSWER_HEADERS)) if (!headers.has(name)) headers.set(name, value)
  // what is public is the same for everybody
  if (/\bpublic\b/.test(headers.get('cache-control')!)) {
    if (own === null) headers.delete('vary')
  } else if (own !== null)
    headers.set('vary', [...new Set([own, ANSWER_HEADERS.vary].join(', ').split(', '))].join(', '))
  if (framed) headers.delete('x-frame-options')
}
