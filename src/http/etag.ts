import { judge } from './conditional.ts'
import type { RequestContext } from './operation.ts'

/** Whether the client has what bears this ETag already: then a 304 without a body is the answer. */
export const isCurrent = (c: RequestContext, etag: string): boolean =>
  judge(c.req.raw.headers, { etag, modified: null }) === 'not modified'

/** 64 bits of a text, mixed as Murmur does: to tell texts apart, not to withstand anybody. A digest would cost more than the page itself. */
function fingerprint(text: string): string {
  let a = 0x9e3779b9
  let b = 0x85ebca6b
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 0xcc9e2d51)
    b = Math.imul(b ^ code, 0x1b873593)
    a ^= b >>> 15
    b ^= a >>> 13
  }
  return (a >>> 0).toString(36) + (b >>> 0).toString(36)
}

/**
 * JSON with a weak ETag over it, or a 304. Signed URLs are part of the body and of the ETag: they change once an hour, so what a client
 * keeps never holds one that has run out.
 */
export function currentJson(c: RequestContext, value: unknown): Response {
  const body = JSON.stringify(value)
  const headers = { etag: `W/"${fingerprint(body)}"` }
  if (c.req.header('if-none-match') !== undefined && isCurrent(c, headers.etag)) return c.body(null, 304, headers)
  return c.body(body, 200, { ...headers, 'content-type': 'application/json' })
}
