import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate'
import type { Keys } from './auth/keys.ts'
import { fromBase64Url, toBase64Url } from './bytes.ts'

/** What is signed: JSON, so that no value can be read as two, or as part of its neighbour. */
export type Payload = readonly (string | number | null | readonly (string | number | null)[])[]

const SIGNATURE_LENGTH = 32
/** JSON that is longer is deflated: a word goes into addresses and headers. */
const LONG = 500
const PLAIN = 'j'
const DEFLATED = 'z'

/**
 * A payload with its signature as one word that is safe in a URL. Anyone can read it, and the
 * archive alone can make it. One made for a purpose is not valid for another.
 */
export function seal(keys: Keys, purpose: string, payload: Payload): string {
  const json = strToU8(JSON.stringify(payload))
  const text = json.length > LONG ? DEFLATED + toBase64Url(deflateSync(json)) : PLAIN + toBase64Url(json)
  return keys.sign(purpose, text) + text
}

/** The payload of a word; null: `seal` has not made it for this purpose. */
export function open(keys: Keys, purpose: string, word: string): Payload | null {
  const text = word.slice(SIGNATURE_LENGTH)
  if (!keys.verify(purpose, text, word.slice(0, SIGNATURE_LENGTH))) return null
  const bytes = fromBase64Url(text.slice(1))
  return JSON.parse(strFromU8(text.startsWith(DEFLATED) ? inflateSync(bytes) : bytes)) as Payload
}

/**
 * The parameters that sign a URL whose path and query hold the payload.
 * @param expires in seconds since 1970
 */
export const signUrl = (
  keys: Keys,
  purpose: string,
  payload: Payload,
  expires: number,
): { expires: string; signature: string } => ({
  expires: String(expires),
  signature: keys.sign(purpose, JSON.stringify([...payload, expires])),
})

/** Whether parameters are those of `signUrl` for this purpose and payload, and have not expired. */
export function isSignedUrl(
  keys: Keys,
  purpose: string,
  payload: Payload,
  query: { expires?: string | undefined; signature?: string | undefined },
  now = Date.now(),
): boolean {
  const expires = Number(query.expires)
  if (!query.signature || !Number.isSafeInteger(expires) || expires * 1000 < now) return false
  return keys.verify(purpose, JSON.stringify([...payload, expires]), query.signature)
}
