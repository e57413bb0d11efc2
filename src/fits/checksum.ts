import { type Hdu, hdusOf } from './hdus.ts'
import { BLOCK, type Header, padded } from './header/header.ts'
import type { Source } from './source.ts'

const MODULUS = 0xffffffff
/** What is read at a time. */
const PIECE = 256 * 1024

/**
 * The 32-bit ones' complement sum (FITS 4.0 appendix J) of the bytes start to end, added to `sum`: that of big-endian words,
 * modulo 2^32 - 1. The byte at `start` is number `position` of what is summed.
 */
export function addWords(sum: number, bytes: Uint8Array, start: number, end: number, position: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let total = 0
  let i = start
  for (; i < end && (position + i - start) % 4; i++) total += bytes[i]! * 2 ** (24 - 8 * ((position + i - start) % 4))
  while (i + 4 <= end) {
    // so many words of 32 bits are added exactly
    const stop = Math.min(end - 3, i + 2 ** 20)
    for (; i < stop; i += 4) total += view.getUint32(i)
    total %= MODULUS
  }
  for (let k = 0; i < end; i++, k++) total += bytes[i]! * 2 ** (24 - 8 * k)
  return (sum + total) % MODULUS
}

/** The sum that a header declares of its data, modulo 2^32 - 1; undefined where it declares none that can be read. */
export function declaredSum(header: Header): number | undefined {
  const declared = header.get('DATASUM')
  const text = typeof declared === 'string' ? declared.trim() : ''
  return /^\d{1,10}$/.test(text) ? Number(text) % MODULUS : undefined
}

/** What is said of data that do not have the sum that their header declares. */
export const staleWords = (hdu: Hdu, keywords: string): string =>
  `HDU ${hdu.index} does not have the sum that its ${keywords} declares: either that is stale, or the data were changed`

/**
 * Reads a file through and compares each HDU with its DATASUM and CHECKSUM.
 * @returns a warning for each HDU that differs: programs are known to leave such sums behind in files that are good
 * @throws FitsError as `hdusOf`
 */
export async function checksumWarnings(source: Source): Promise<string[]> {
  const warnings: string[] = []
  for await (const hdu of hdusOf(source, () => undefined)) {
    const wanted = declaredSum(hdu.header)
    const isChecked = /^[0-9A-Za-z]{16}$/.test(String(hdu.header.get('CHECKSUM') ?? ''))
    if (wanted === undefined && !isChecked) continue
    const data = await sumOf(source, hdu.data, padded(hdu.length))
    const isStale = [
      wanted !== undefined && data !== wanted && 'DATASUM',
      isChecked && (data + (await headerSum(source, hdu))) % MODULUS !== 0 && 'CHECKSUM',
    ].filter((keyword) => keyword !== false)
    if (isStale.length) warnings.push(staleWords(hdu, isStale.join(' and ')))
  }
  return warnings
}

const headerSum = (source: Source, { header, data }: Hdu): Promise<number> =>
  sumOf(source, data - header.blocks * BLOCK, header.blocks * BLOCK)

async function sumOf(source: Source, start: number, length: number): Promise<number> {
  let sum = 0
  source.advance?.(start, start + length)
  for (let at = 0; at < length; at += PIECE) {
    const bytes = await source.read(start + at, Math.min(PIECE, length - at))
    sum = addWords(sum, bytes, 0, bytes.length, at)
  }
  return sum
}
