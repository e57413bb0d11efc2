import { FitsError } from '../error.ts'

/**
 * `narrow`: 32-bit arithmetic that wraps, as CFITSIO has for 8 and 16-bit images; `wide`: exact to
 * 2^53.
 */
export type Range = 'narrow' | 'wide'

/** The numbers of a tile while it is unpacked. */
export type Coefficients = Int32Array | Float64Array

/** Reads bits of a byte range, the highest first. */
interface Bits {
  view: DataView
  /** The next bit, counted from the start of the view. */
  at: number
  limit: number
}

/** The next `count` bits, 25 at most. */
function takeBits(bits: Bits, count: number): number {
  const at = bits.at
  bits.at = at + count
  if (bits.at > bits.limit) throw tooShort()
  return (bits.view.getUint32(at >>> 3) << (at & 7)) >>> (32 - count)
}

/**
 * Codes of four bits, by their first six bits (White 1992): value × 8 + length. The most common
 * values, with one bit set, have three bits, the rarest six.
 */
const CODES = (() => {
  const codes: [number, number, number][] = [
    [0b000, 3, 1],
    [0b001, 3, 2],
    [0b010, 3, 4],
    [0b011, 3, 8],
    [0b1000, 4, 3],
    [0b1001, 4, 5],
    [0b1010, 4, 10],
    [0b1011, 4, 12],
    [0b1100, 4, 15],
    [0b11010, 5, 6],
    [0b11011, 5, 7],
    [0b11100, 5, 9],
    [0b11101, 5, 11],
    [0b11110, 5, 13],
    [0b111110, 6, 0],
    [0b111111, 6, 14],
  ]
  const table = new Uint8Array(64)
  for (const [code, length, value] of codes)
    for (let rest = 0; rest < 1 << (6 - length); rest++) table[(code << (6 - length)) | rest] = value * 8 + length
  return table
})()

function takeCode(bits: Bits): number {
  const at = bits.at
  const entry = CODES[(bits.view.getUint32(at >>> 3) << (at & 7)) >>> 26]!
  bits.at = at + (entry & 7)
  if (bits.at > bits.limit) throw tooShort()
  return entry >>> 3
}

/**
 * Reads the coefficients into `a`: magnitudes as bit planes of four quadrants (sums, the
 * differences along each axis, and along both), then from the next whole byte the signs of those
 * that are not 0. The view must extend 8 bytes past `end`.
 * @param planes bit planes of the sums, of the differences along one axis, of those along both
 * @throws FitsError
 */
export function readQuadtree(
  view: DataView,
  start: number,
  end: number,
  a: Coefficients,
  rows: number,
  columns: number,
  planes: readonly [number, number, number],
): void {
  const bits: Bits = { view, at: start * 8, limit: end * 8 }
  const top = (rows + 1) >> 1
  const left = (columns + 1) >> 1
  const scratch = new Uint8Array(((top + 1) >> 1) * ((left + 1) >> 1) + 1)
  readPlanes(bits, a, 0, columns, top, left, planes[0], scratch)
  readPlanes(bits, a, left, columns, top, columns >> 1, planes[1], scratch)
  readPlanes(bits, a, columns * top, columns, rows >> 1, left, planes[1], scratch)
  readPlanes(bits, a, columns * top + left, columns, rows >> 1, columns >> 1, planes[2], scratch)
  if (takeBits(bits, 4) !== 0) throw new FitsError('a tile is damaged: its HCOMPRESS bit planes do not end')
  bits.at = (bits.at + 7) & ~7
  for (let i = 0; i < a.length; i++) if (a[i] !== 0 && takeBits(bits, 1)) a[i] = -a[i]!
}

function readPlanes(
  bits: Bits,
  a: Coefficients,
  offset: number,
  stride: number,
  rows: number,
  columns: number,
  planes: number,
  scratch: Uint8Array,
): void {
  let levels = 0
  while (1 << levels < Math.max(rows, columns)) levels++
  const fine = [(rows + 1) >> 1, (columns + 1) >> 1] as const
  for (let plane = planes - 1; plane >= 0; plane--) {
    const kind = takeBits(bits, 4)
    if (kind === 0) {
      for (let i = 0, end = fine[0] * fine[1]; i < end; i++) scratch[i] = takeBits(bits, 4)
    } else if (kind === 15) {
      scratch[0] = takeCode(bits)
      // each level doubles the resolution, down to one code for 2 × 2 coefficients
      for (let level = levels - 1; level > 0; level--)
        expand(bits, scratch, ceilShift(rows, level), ceilShift(columns, level))
    } else throw new FitsError('a tile is damaged: its HCOMPRESS bit plane is of no known kind')
    spread(scratch, a, offset, stride, rows, columns, 2 ** plane)
  }
}

const ceilShift = (n: number, bits: number): number => Math.ceil(n / 2 ** bits)

/**
 * Splits codes of half the resolution into bits, and replaces set bits by codes read from the end.
 */
function expand(bits: Bits, codes: Uint8Array, rows: number, columns: number): void {
  const half = (columns + 1) >> 1
  for (let i = ((rows + 1) >> 1) - 1; i >= 0; i--)
    for (let j = half - 1; j >= 0; j--) {
      const code = codes[i * half + j]!
      const at = 2 * i * columns + 2 * j
      const right = 2 * j + 1 < columns
      // backwards, so that a code is read before its place is overwritten
      if (2 * i + 1 < rows) {
        if (right) codes[at + columns + 1] = code & 1
        codes[at + columns] = (code >> 1) & 1
      }
      if (right) codes[at + 1] = (code >> 2) & 1
      codes[at] = (code >> 3) & 1
    }
  for (let i = rows * columns - 1; i >= 0; i--) if (codes[i]) codes[i] = takeCode(bits)
}

/** Adds a plane's weight to coefficients whose bit is set. */
function spread(
  codes: Uint8Array,
  a: Coefficients,
  offset: number,
  stride: number,
  rows: number,
  columns: number,
  weight: number,
): void {
  let k = 0
  for (let i = 0; i < rows; i += 2) {
    let at = offset + i * stride
    for (let j = 0; j < columns; j += 2, at += 2) {
      const code = codes[k++]!
      if (!code) continue
      const right = j + 1 < columns
      const below = i + 1 < rows
      if (code & 8) a[at] = a[at]! + weight
      if (code & 4 && right) a[at + 1] = a[at + 1]! + weight
      if (code & 2 && below) a[at + stride] = a[at + stride]! + weight
      if (code & 1 && right && below) a[at + stride + 1] = a[at + stride + 1]! + weight
    }
  }
}

const tooShort = () => new FitsError('a tile is damaged: its HCOMPRESS stream ends too soon')
