import { FitsError } from '../error.ts'
import type { PackedImage } from './image.ts'
import { type Unquantize, unquantizer } from './quantize.ts'
import type { Pixels } from './tiles.ts'

/** Puts `count` pixels of a tile, from `from` on, as big-endian bytes at byte `at`. Runs are asked for in their order. */
export type PutRun = (from: number, count: number, out: DataView, at: number) => void

/** What is known of the tile's numbers when they were quantised. */
export interface TileScaling {
  scale: number | undefined
  zero: number | undefined
  blank: number | undefined
  /** Number of the tile, from 0. */
  tile: number
}

/** How the pixels of a tile become the bytes of the image. @throws FitsError when they are not what the image is made of */
export function writerOf(image: PackedImage, pixels: Pixels, scaling: TileScaling, lossless: boolean): PutRun {
  const width = Math.abs(image.bitpix) / 8
  if (image.bitpix > 0) {
    if ((scaling.scale ?? 1) !== 1 || (scaling.zero ?? 0) !== 0)
      throw new FitsError('whole numbers that were quantised are not known')
    if (pixels.kind === 'numbers') {
      // what a lossy compression moved out of range goes back to its edge; with 8 bits it may be numbers below 0 instead
      if (image.algorithm === 'HCOMPRESS_1' && width === 2) return wholeNumbers(clamped(pixels.numbers), width)
      return wholeNumbers(pixels.numbers, width)
    }
    return pixels.width === width
      ? asTheyAre(pixels.bytes, width)
      : wholeNumbers(numbersOf(pixels.bytes, pixels.width), width)
  }
  if (pixels.kind === 'bytes' && (lossless || !image.quantised)) {
    if (pixels.width !== width) throw new FitsError('a tile is damaged: it has another size than it should')
    // CFITSIO looks for undefined pixels only where a number stands for them, or where quantising a tile had failed
    if (!lossless && scaling.blank === undefined) return asTheyAre(pixels.bytes, width)
    return width === 4 ? floats(pixels.bytes) : doubles(pixels.bytes)
  }
  const numbers = pixels.kind === 'numbers' ? pixels.numbers : numbersOf(pixels.bytes, pixels.width)
  const { scale, zero, blank, tile } = scaling
  if (scale === undefined || zero === undefined)
    throw new FitsError('quantised floating-point numbers have no ZSCALE and ZZERO')
  const row = tile + image.firstSeed - 1
  const put: Unquantize = unquantizer({ scale, zero, blank, dither: image.dither, row }, width as 4 | 8)
  return (from, count, out, at) => put(numbers, from, count, out, at)
}

/** Big-endian bytes as whole numbers: 1 byte unsigned, 2 and 4 signed. */
function numbersOf(bytes: Uint8Array, width: number): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const numbers = new Int32Array(bytes.length / width)
  if (width === 1) numbers.set(bytes)
  else if (width === 2) for (let i = 0; i < numbers.length; i++) numbers[i] = view.getInt16(2 * i)
  else if (width === 4) for (let i = 0; i < numbers.length; i++) numbers[i] = view.getInt32(4 * i)
  else throw new FitsError('a tile is damaged: its whole numbers have 8 bytes')
  return numbers
}

function asTheyAre(bytes: Uint8Array, width: number): PutRun {
  return (from, count, out, at) =>
    new Uint8Array(out.buffer, out.byteOffset).set(bytes.subarray(from * width, (from + count) * width), at)
}

function wholeNumbers(numbers: Int32Array | Float64Array, width: number): PutRun {
  if (width === 1)
    return (from, count, out, at) => {
      for (let i = 0; i < count; i++) {
        const n = numbers[from + i]!
        if (n < 0 || n > 255) throw outside(n)
        out.setUint8(at + i, n)
      }
    }
  if (width === 2)
    return (from, count, out, at) => {
      for (let i = 0; i < count; i++) {
        const n = numbers[from + i]!
        if (n < -32768 || n > 32767) throw outside(n)
        out.setInt16(at + 2 * i, n)
      }
    }
  return (from, count, out, at) => {
    for (let i = 0; i < count; i++) out.setInt32(at + 4 * i, numbers[from + i]!)
  }
}

const clamped = (numbers: Int32Array | Float64Array) => numbers.map((n) => Math.min(32767, Math.max(-32768, n)))

const outside = (n: number) =>
  new FitsError(`a pixel unpacks to ${n}, which the image cannot hold: the file is damaged`)

/** As CFITSIO passes floats on: every NaN has all bits set, and what is too small for a normal number is 0. */
function floats(bytes: Uint8Array): PutRun {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return (from, count, out, at) => {
    for (let i = 0; i < count; i++) {
      const bits = view.getInt32((from + i) * 4)
      const exponent = bits & 0x7f800000
      out.setInt32(at + i * 4, exponent === 0x7f800000 ? -1 : exponent === 0 ? 0 : bits)
    }
  }
}

function doubles(bytes: Uint8Array): PutRun {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return (from, count, out, at) => {
    for (let i = 0; i < count; i++) {
      const high = view.getInt32((from + i) * 8)
      const exponent = high & 0x7ff00000
      const special = exponent === 0x7ff00000 ? -1 : 0
      const normal = exponent !== 0 && !special
      out.setInt32(at + i * 8, normal ? high : special)
      out.setInt32(at + i * 8 + 4, normal ? view.getInt32((from + i) * 8 + 4) : special)
    }
  }
}
