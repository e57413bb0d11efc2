import { pbkdf2Async } from '@noble/hashes/pbkdf2.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { createTurns, pause } from '../concurrency.ts'
import { ArchiveError } from '../errors.ts'
import { sameBytes } from './keys.ts'

/**
 * Of new hashes. 600000 is what OWASP asks of PBKDF2 with SHA-256, and what Django 4.2 uses: 0.1 s
 * of one core where it was measured. More would let a few logins a second fill a small server.
 */
const ITERATIONS = 600_000
/** Of stored hashes: Django 5.2 is at a million. More than 2 s of a core would be an attack. */
const MAX_ITERATIONS = 10_000_000

const ALGORITHM = 'pbkdf2_sha256'
const ENCODED = /^pbkdf2_sha256\$([1-9]\d{0,7})\$([^$]+)\$[A-Za-z0-9+/]{43}=$/
const SALT_ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
/** 22 of 62 letters are the 128 bits below which Django renews a salt. */
const SALT_LENGTH = 22
const NO_SALT = 'a'.repeat(SALT_LENGTH)

const encoder = new TextEncoder()

/** The hash in Django's form, `pbkdf2_sha256$ITERATIONS$SALT$BASE64`, which Django verifies too. */
export async function hashPassword(password: string): Promise<string> {
  return encode(password, newSalt(), ITERATIONS)
}

/**
 * Whether a password is that of a stored hash, in constant time. An empty, malformed or unusable
 * (`!…`) hash and one of another algorithm match no password, but take as long, so that nobody can
 * tell by the time who has a password here.
 */
export async function verifyPassword(password: string, encoded: string): Promise<boolean> {
  const [, digits, salt] = ENCODED.exec(encoded) ?? []
  if (digits === undefined || salt === undefined || Number(digits) > MAX_ITERATIONS) {
    await encode(password, NO_SALT, ITERATIONS)
    return false
  }
  const own = await encode(password, salt, Number(digits))
  return sameBytes(encoder.encode(own), encoder.encode(encoded))
}

/** Hashes that may wait for their turn: beyond some five seconds of work, who comes is sent away. */
const MOST_WAITING = 40
/** How long they are kept before that, so that a flood of log-ins comes no faster. */
const REFUSAL_MS = 1000

let turns: <T>(work: () => Promise<T>) => Promise<T> = (work) => work()

/**
 * From now on this process computes one hash at a time: each takes all of a core, and many would
 * leave nothing for other requests. Not for runtimes where no request may wait for another's work.
 */
export function hashInTurns(): void {
  turns = createTurns(MOST_WAITING, async () => {
    await pause(REFUSAL_MS)
    throw new ArchiveError('busy', 'Too many passwords are being checked. Try again shortly.')
  })
}

async function encode(password: string, salt: string, iterations: number): Promise<string> {
  const hash = await turns(() => derive(encoder.encode(password), encoder.encode(salt), iterations))
  return `${ALGORITHM}$${iterations}$${salt}$${btoa(String.fromCharCode(...hash))}`
}

async function derive(password: Uint8Array<ArrayBuffer>, salt: Uint8Array<ArrayBuffer>, iterations: number) {
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
  try {
    const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, key, 256)
    return new Uint8Array(bits)
  } catch (error) {
    // Cloudflare's servers (not workerd elsewhere) refuse more than 100000 iterations, which all of
    // Django's hashes have. In JavaScript it takes six times as long, which a login can afford.
    if (!(error instanceof Error && error.name === 'NotSupportedError')) throw error
    return pbkdf2Async(sha256, password, salt, { c: iterations, dkLen: 32 })
  }
}

function newSalt(): string {
  let salt = ''
  while (salt.length < SALT_LENGTH) {
    const [byte = 255] = crypto.getRandomValues(new Uint8Array(1))
    // 248 is 4 × 62: higher bytes would make the first letters likelier
    if (byte < 248) salt += SALT_ALPHABET[byte % SALT_ALPHABET.length]
  }
  return salt
}
