import { inflateSync } from 'fflate'
import { crc32 } from '../../crc32.ts'
import { FitsError } from '../error.ts'

/**
 * Unpacks one gzip member (RFC 1952), bytes `start` to `end`, to exactly `length` bytes, and checks
 * length and CRC-32. Never allocates more than `length` bytes.
 * @throws FitsError
 */
export function gunzip(bytes: Uint8Array, start: number, end: number, length: number): Uint8Array {
  const body = skipGzipHeader(bytes, start, end)
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + end - 8, 8)
  if (trailer.getUint32(4, true) !== length % 2 ** 32) throw damaged('has the wrong length')
  const out = new Uint8Array(length)
  try {
    if (inflateSync(bytes.subarray(body, end - 8), { out }).length !== length) throw damaged('ends too soon')
  } catch (error) {
    throw error instanceof FitsError ? error : damaged('cannot be inflated')
  }
  if (crc32(out) >>> 0 !== trailer.getUint32(0, true)) throw damaged('does not match its CRC-32')
  return out
}

/** The unpacked length that a gzip member declares, modulo 4 GiB. @throws FitsError */
export function readGunzippedLength(bytes: Uint8Array, start: number, end: number): number {
  skipGzipHeader(bytes, start, end)
  return new DataView(bytes.buffer, bytes.byteOffset + end - 4, 4).getUint32(0, true)
}

/** The offset of the deflated data, after the fixed header and its optional fields. */
function skipGzipHeader(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 18 || bytes[start] !== 0x1f || bytes[start + 1] !== 0x8b || bytes[start + 2] !== 8)
    throw damaged('does not start as one')
  const flags = bytes[start + 3]!
  let at = start + 10
  if (flags & 4) at += 2 + bytes[at]! + bytes[at + 1]! * 256
  for (const flag of [8, 16]) {
    if (!(flags & flag)) continue
    while (at < end && bytes[at] !== 0) at++
    at++
  }
  if (flags & 2) at += 2
  if (at > end - 8) throw damaged('ends within its header')
  return at
}

/**
 * Undoes GZIP_2's shuffling, which groups the first bytes of all numbers, then the second, and so
 * on.
 */
export function unshuffle(bytes: Uint8Array, width: number): Uint8Array {
  if (width === 1) return bytes
  const count = bytes.length / width
  const out = new Uint8Array(bytes.length)
  for (let k = 0; k < width; k++) {
    const from = k * count
    for (let i = 0, to = k; i < count; i++, to += width) out[to] = bytes[from + i]!
  }
  return out
}

const damaged = (what: string) => new FitsError(`a tile is damaged: its gzip member ${what}`)
