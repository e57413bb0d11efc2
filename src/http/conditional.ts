import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { writeJson } from '../raw_json.ts'
import { wholeAnswer } from './answer_headers.ts'
import type { RequestContext } from './context.ts'

/** What tells one content from another. */
export interface Validators {
  /** An entity tag with its quotes; null: the bytes are not certain to be the same next time. */
  etag: string | null
  modified: Date | null
}

/** As HTTP dates have it: without fractions of seconds. */
const inSeconds = (date: Date): number => Math.floor(date.getTime() / 1000) * 1000
const tagsOf = (list: string): string[] => list.split(',').map((tag) => tag.trim())
const withoutWeakness = (tag: string): string => tag.replace(/^W\//, '')

/**
 * Evaluates the preconditions of a request (RFC 9110, section 13), those of ranges excepted.
 * @returns `failed`: the client wants something else than there is (412); `not modified`: the
 * client has it already (304); null: go on
 */
export function evaluatePreconditions(
  headers: Headers,
  { etag, modified }: Validators,
): 'failed' | 'not modified' | null {
  const match = headers.get('if-match')
  if (match !== null) {
    const isStrong = etag !== null && !etag.startsWith('W/')
    if (match.trim() !== '*' && !(isStrong && tagsOf(match).includes(etag))) return 'failed'
  } else if (modified !== null) {
    // what is not a date is not a condition: comparing with NaN is false
    if (inSeconds(modified) > Date.parse(headers.get('if-unmodified-since') ?? '')) return 'failed'
  }
  const none = headers.get('if-none-match')
  if (none !== null) {
    const isKnown = etag !== null && tagsOf(none).some((tag) => withoutWeakness(tag) === withoutWeakness(etag))
    return isKnown || none.trim() === '*' ? 'not modified' : null
  }
  const since = Date.parse(headers.get('if-modified-since') ?? '')
  return modified !== null && inSeconds(modified) <= since ? 'not modified' : null
}

/**
 * Whether If-Range allows a range: by the strong ETag or the exact date of the content of which the
 * client has the beginning; `otherwise` without an If-Range.
 */
export function mayContinue(headers: Headers, { etag, modified }: Validators, otherwise = true): boolean {
  const wanted = headers.get('if-range')?.trim()
  if (wanted === undefined) return otherwise
  if (wanted.startsWith('"') || wanted.startsWith('W/')) return wanted === etag
  return modified !== null && inSeconds(modified) === Date.parse(wanted)
}

/** Whether the client has the content with this ETag already: then the answer is a 304. */
export const isCurrent = (c: RequestContext, etag: string): boolean =>
  evaluatePreconditions(c.req.raw.headers, { etag, modified: null }) === 'not modified'

/** A strong ETag of a text. */
export const strongEtag = (text: string): string => `"${bytesToHex(sha256(utf8ToBytes(text))).slice(0, 32)}"`

/**
 * JSON with a weak ETag over it, or a 304. Signed URLs are part of the body and of the ETag: they
 * change once an hour, so what a client keeps never holds one that has expired.
 */
export function currentJson(c: RequestContext, value: unknown): Response {
  const body = new TextEncoder().encode(writeJson(value))
  const etag = `W/"${fingerprint(body)}"`
  if (c.req.header('if-none-match') !== undefined && isCurrent(c, etag)) return wholeAnswer(c, null, 304, { etag })
  return wholeAnswer(c, body, 200, { etag, 'content-type': 'application/json' })
}

/**
 * 64 bits of bytes, mixed as Murmur does, four at a time: to tell contents apart, not to withstand
 * an attack. The SHA-1 of hono's etag would cost more than the page itself, and a function for the
 * mixing at least twice as much: variables that it shares live on the heap.
 */
function fingerprint(bytes: Uint8Array): string {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)
  const rest = bytes.subarray(words.length * 4)
  let a = 0x9e3779b9 | 0
  let b = 0x85ebca6b | 0
  for (let i = 0; i < words.length + rest.length; i++) {
    const value = i < words.length ? words[i]! : rest[i - words.length]!
    a = Math.imul(a ^ value, 0xcc9e2d51)
    b = Math.imul(b ^ value, 0x1b873593)
    a ^= b >>> 15
    b ^= a >>> 13
  }
  return (a >>> 0).toString(36) + (b >>> 0).toString(36)
}
