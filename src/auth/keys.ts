import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { fromBase64Url, toBase64Url } from '../bytes.ts'

/**
 * Everything done with SECRET_KEY. Each use has a key of its own, so that a leak of one says
 * nothing about the others. `rotateKeys` renews what the database keeps (token hashes, sealed
 * tokens) when SECRET_KEY changes.
 */
export interface Keys {
  /** Identifies this SECRET_KEY without revealing it: 64 hexadecimal digits. */
  fingerprint: string
  /**
   * The 32 bytes by which a token is looked up: a keyed hash, so that guesses cannot be tried
   * against a copy of the table.
   */
  hashToken(token: string): Uint8Array
  /** The token encrypted, as text `v1.…`; differs from call to call. */
  sealToken(token: string): Promise<string>
  /** The token; null when it was sealed under another SECRET_KEY, altered, or never sealed. */
  openToken(sealed: string): Promise<string | null>
  /** A signature of text, 32 characters safe in URLs, not valid for another purpose. */
  sign(purpose: string, text: string): string
  /** Whether the signature is that of `sign`, in constant time. */
  verify(purpose: string, text: string, signature: string): boolean
  /** Whether two secrets are equal, in constant time. An empty secret equals nothing. */
  sameSecret(a: string, b: string): boolean
}

/** Changing one invalidates all tokens, or all signed URLs and cursors in use. */
const LABELS = {
  hash: 'platestack token hash v1',
  seal: 'platestack token seal v1',
  sign: 'platestack signature v1',
  compare: 'platestack comparison v1',
  fingerprint: 'platestack fingerprint v1',
}

const SEALED = /^v1\.([A-Za-z0-9_-]+)$/
/** What AES-GCM is made for; random nonces are safe for 2^32 tokens under one key. */
const NONCE_BYTES = 12
/** 192 of the 256 bits: short in URLs; without spare bits a signature has one spelling. */
const SIGNATURE_BYTES = 24

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The keys of a SECRET_KEY.
 * @throws RangeError when it is empty
 */
export async function deriveKeys(secretKey: string): Promise<Keys> {
  if (secretKey === '') throw new RangeError('SECRET_KEY is empty')
  const derived = await derive(secretKey)
  const hashToken = keyed(derived.hash)
  const signature = keyed(derived.sign)
  const comparison = keyed(derived.compare)
  const sealKey = await crypto.subtle.importKey('raw', derived.seal, 'AES-GCM', false, ['encrypt', 'decrypt'])

  // the length marks where the purpose ends: ('a', 'bc') is not ('ab', 'c')
  const sign = (purpose: string, text: string): string =>
    toBase64Url(signature(`${purpose.length}:${purpose}${text}`).subarray(0, SIGNATURE_BYTES))

  return {
    fingerprint: bytesToHex(derived.fingerprint),
    hashToken,
    sign,
    verify: (purpose, text, given) => sameBytes(encoder.encode(sign(purpose, text)), encoder.encode(given)),
    sameSecret: (a, b) => {
      const same = sameBytes(comparison(a), comparison(b))
      return same && a !== '' && b !== ''
    },
    sealToken: async (token) => {
      const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
      const box = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, sealKey, encoder.encode(token))
      const bytes = new Uint8Array(NONCE_BYTES + box.byteLength)
      bytes.set(iv)
      bytes.set(new Uint8Array(box), NONCE_BYTES)
      return `v1.${toBase64Url(bytes)}`
    },
    openToken: async (sealed) => {
      const text = SEALED.exec(sealed)?.[1]
      try {
        if (text === undefined) return null
        const bytes = fromBase64Url(text)
        const [iv, box] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES)]
        return decoder.decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, sealKey, box))
      } catch {
        // not base64, cut short, altered or of another key
        return null
      }
    },
  }
}

/** The keys of a SECRET_KEY by what they are for, by HKDF (RFC 5869). */
async function derive(secretKey: string): Promise<Record<keyof typeof LABELS, Uint8Array<ArrayBuffer>>> {
  const master = await crypto.subtle.importKey('raw', encoder.encode(secretKey), 'HKDF', false, ['deriveBits'])
  const salt = new Uint8Array(0)
  const ofLabel = async ([use, label]: [string, string]) => {
    const params = { name: 'HKDF', hash: 'SHA-256', salt, info: encoder.encode(label) }
    return [use, new Uint8Array(await crypto.subtle.deriveBits(params, master, 256))] as const
  }
  return Object.fromEntries(await Promise.all(Object.entries(LABELS).map(ofLabel))) as Awaited<
    ReturnType<typeof derive>
  >
}

/** HMAC-SHA-256 of texts. Keyed once and cloned: a page of signed URLs hashes the key once. */
function keyed(key: Uint8Array): (text: string) => Uint8Array {
  let state: ReturnType<typeof hmac.create> | undefined
  return (text) => {
    state ??= hmac.create(sha256, key)
    return state.clone().update(encoder.encode(text)).digest()
  }
}

/** A new token: 40 hexadecimal digits (160 bits), as the reference's look. */
export const newToken = (): string => bytesToHex(crypto.getRandomValues(new Uint8Array(20)))

/** A new SECRET_KEY: 256 bits in 43 characters that need no quoting in a shell. */
export const newSecretKey = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(32)))

/** Whether two byte strings are equal, in a time that depends on their lengths alone. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}
