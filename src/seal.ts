import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate'
import type { Keys } from './auth/keys.ts'
import { fromBase64Url, toBase64Url } from './bytes.ts'

/** What is signed: JSON, so that no value can be read as two, or as part of its neighbour. */
export type Payload = readonly (string | number | null | readonly (string | number | null)[])[]

const SIGNATURE_LENGTH = 32

/** A signature of a payload that stands elsewhere, in the parameters of a URL: 32 characters. */
export const signatureOf = (keys: Keys, purpose: string, payload: Payload): string =>
  keys.sign(purpose, JSON.stringify(payload))

/** Whether a signature is that of a payload and purpose. */
export const isSignature = (keys: Keys, purpose: string, payload: Payload, signature: string): boolean =>
  keys.verify(purpose, JSON.stringify(payload), signature)

/**
 * JSON that is longer is deflated: a word goes into addresses and headers. Short JSON would gain
 * little and take its time.
 */
const LONG = 500
const PLAIN = 'j'
const DEFLATED = 'z'

/**
 * A payload with its signature as one word that is safe in a URL. It can be read by anyone, and
 * made by the archive alone.
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
