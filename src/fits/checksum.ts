import { type Hdu, readHdus } from './hdus.ts'
import { FITS_BLOCK, type Header, paddedLength } from './header/header.ts'
import type { Source } from './source.ts'

const MODULUS = 0xffffffff
/** Bytes read at a time. */
const PIECE = 256 * 1024

/**
 * Adds bytes `start` to `end` to a 32-bit ones' complement sum (FITS 4.0 appendix J): big-endian
 * words, modulo 2^32 - 1. `position` is the offset of `start` within the data being summed.
 */
export function addToSum(sum: number, bytes: Uint8Array, start: number, end: number, position: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let total = 0
  let i = start
  for (; i < end && (position + i - start) % 4; i++) total += bytes[i]! * 2 ** (24 - 8 * ((position + i - start) % 4))
  while (i + 4 <= end) {
    // this many 32-bit words still add up exactly in a double
    const stop = Math.min(end - 3, i + 2 ** 20)
    for (; i < stop; i += 4) total += view.getUint32(i)
    total %= MODULUS
  }
  for (let k = 0; i < end; i++, k++) total += bytes[i]! * 2 ** (24 - 8 * k)
  return (sum + total) % MODULUS
}

/** The DATASUM a header declares, modulo 2^32 - 1; undefined if it has no readable one. */
export function readDataSum(header: Header): number | undefined {
  const declared = header.get('DATASUM')
  const text = typeof declared === 'string' ? declared.trim() : ''
  return /^\d{1,10}$/.test(text) ? Number(text) % MODULUS : undefined
}

/** The warning about an HDU whose data do not match its checksum keywords. */
export const describeStaleSum = (hdu: Hdu, keywords: string): string =>
  `HDU ${hdu.index} does not match its ${keywords}: either that is stale, or the data were changed`

/**
 * Reads a whole file and checks each HDU against its DATASUM and CHECKSUM.
 * @returns a warning for each mismatch: some programs leave stale sums in good files
 * @throws FitsError as `readHdus`
 */
export async function verifyChecksums(source: Source): Promise<string[]> {
  const warnings: string[] = []
  for await (const hdu of readHdus(source, () => undefined)) {
    const wanted = readDataSum(hdu.header)
    const isChecked = /^[0-9A-Za-z]{16}$/.test(String(hdu.header.get('CHECKSUM') ?? ''))
    if (wanted === undefined && !isChecked) continue
    const data = await sumBytes(source, hdu.data, paddedLength(hdu.length))
    const isStale = [
      wanted !== undefined && data !== wanted && 'DATASUM',
      isChecked && (data + (await sumHeader(source, hdu))) % MODULUS !== 0 && 'CHECKSUM',
    ].filter((keyword) => keyword !== false)
    if (isStale.length) warnings.push(describeStaleSum(hdu, isStale.join(' and ')))
  }
  return warnings
}

const sumHeader = (source: Source, { header, data }: Hdu): Promise<number> =>
  sumBytes(source, data - header.blocks * FITS_BLOCK, header.blocks * FITS_BLOCK)

async function sumBytes(source: Source, start: number, length: number): Promise<number> {
  let sum = 0
  source.advance?.(start, start + length)
  for (let at = 0; at < length; at += PIECE) {
    const bytes = await source.read(start + at, Math.min(PIECE, length - at))
    sum = addToSum(sum, bytes, 0, bytes.length, at)
  }
  return sum
}
