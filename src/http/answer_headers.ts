import type { Next } from 'hono'
import { cors } from 'hono/cors'
import type { RequestContext } from './context.ts'
import { POSITION_HEADER } from './position.ts'

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
  'X-Request-ID',
  POSITION_HEADER,
]

/**
 * The headers of every answer whose operation does not say otherwise. They are a list, and not
 * hono's cors and secureHeaders, because a runtime sends them too when it refuses a request before
 * the app sees it. Other origins may read everything: nothing is given for a cookie that they could
 * make a browser send. A cache asks again before it uses what it has, so that a frame that becomes
 * private is gone from it.
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

/** By which whoever was answered can ask about it. */
export const REQUEST_ID = 'x-request-id'

/** Answers that lack none of these headers. */
const whole = new WeakSet<Response>()

/**
 * An answer whose headers are those of every answer and these. Given at once, as a plain object,
 * they cost a small answer less than being set, looked for and listed one by one.
 */
export function wholeAnswer(
  { env: { request } }: RequestContext,
  body: Uint8Array<ArrayBuffer> | null,
  status: number,
  headers: Readonly<Record<string, string>>,
): Response {
  const all = { ...ANSWER_HEADERS, ...(request && { [REQUEST_ID]: request.id }), ...headers }
  if (request && body) request.bytes = body.byteLength
  const answer = new Response(body, { status, headers: all })
  whole.add(answer)
  return answer
}

/** Middleware: adds the headers that a finished answer lacks. */
export async function addAnswerHeaders(c: RequestContext, next: Next): Promise<void> {
  await next()
  if (whole.has(c.res)) return
  const { headers } = c.res
  const ownVary = headers.get('vary')
  for (const [name, value] of Object.entries(ANSWER_HEADERS)) if (!headers.has(name)) headers.set(name, value)
  if (c.env.request) headers.set(REQUEST_ID, c.env.request.id)
  // a public answer is the same for everybody
  if (/\bpublic\b/.test(headers.get('cache-control')!)) {
    if (ownVary === null) headers.delete('vary')
  } else if (ownVary !== null)
    headers.set('vary', [...new Set([ownVary, ANSWER_HEADERS.vary].join(', ').split(', '))].join(', '))
  // front ends post the form of a ZIP into a frame
  if (c.req.path === '/frames/zip/') headers.delete('x-frame-options')
}

const preflight = cors({
  origin: '*',
  allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  maxAge: 86_400,
})

/** Middleware: answers what browsers ask before a page of another origin may send a request. */
export const answerPreflight = (c: RequestContext, next: Next) =>
  c.req.method === 'OPTIONS' && c.req.header('access-control-request-method') ? preflight(c, next) : next()
