import { inflateSync } from 'fflate'
import { crc32 } from '../../files/zip/crc32.ts'
import { FitsError } from '../error.ts'

/**
 * One gzip member (RFC 1952), out of the bytes start to end, which must unpack to `length` bytes: their number and
 * CRC-32 are checked. Never holds more than `length` bytes.
 * @throws FitsError
 */
export function gunzip(bytes: Uint8Array, start: number, end: number, length: number): Uint8Array {
  const body = bodyOf(bytes, start, end)
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + end - 8, 8)
  if (trailer.getUint32(4, true) !== length % 2 ** 32) throw damaged('is not as long as it should be')
  const out = new Uint8Array(length)
  try {
    if (inflateSync(bytes.subarray(body, end - 8), { out }).length !== length) throw damaged('ends too soon')
  } catch (error) {
    throw error instanceof FitsError ? error : damaged('cannot be inflated')
  }
  if (crc32(out) >>> 0 !== trailer.getUint32(0, true)) throw damaged('does not have its CRC-32')
  return out
}

/** What a member says that it unpacks to, bytes (modulo 4 GiB). @throws FitsError */
export function gunzippedLength(bytes: Uint8Array, start: number, end: number): number {
  bodyOf(bytes, start, end)
  return new DataView(bytes.buffer, bytes.byteOffset + end - 4, 4).getUint32(0, true)
}

/** Where the deflated data begin: after 10 bytes, and the optional extra field, name, comment and checksum. */
function bodyOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 18 || bytes[start] !== 0x1f || bytes[start + 1] !== 0x8b || bytes[start + 2] !== 8)
    throw damaged('is none')
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

/** GZIP_2 keeps the first bytes of all numbers together, then the second ones and so on: put them back. */
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
