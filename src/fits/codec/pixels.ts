import { FitsError } from '../error.ts'
import type { PackedImage } from './image.ts'
import { createUnquantizer, type Unquantize } from './quantize.ts'
import type { Pixels } from './tiles.ts'

/**
 * Writes `count` pixels of a tile from pixel `from`, big-endian, at byte `at`. Call in pixel order.
 */
export type PutRun = (from: number, count: number, out: DataView, at: number) => void

/** How a tile's numbers were quantised. */
export interface TileScaling {
  scale: number | undefined
  zero: number | undefined
  blank: number | undefined
  /** Tile number, from 0. */
  tile: number
}

/**
 * What turns a tile's pixels into bytes of the image.
 * @throws FitsError if the pixels do not fit the image
 */
export function createPixelWriter(image: PackedImage, pixels: Pixels, scaling: TileScaling, lossless: boolean): PutRun {
  const width = Math.abs(image.bitpix) / 8
  if (image.bitpix > 0) {
    if ((scaling.scale ?? 1) !== 1 || (scaling.zero ?? 0) !== 0)
      throw new FitsError('quantised integers are not supported')
    if (pixels.kind === 'numbers') {
      // lossy compression may overshoot: clamp. With 8 bits such numbers may really be below 0
      if (image.algorithm === 'HCOMPRESS_1' && width === 2)
        return writeWholeNumbers(clampToInt16(pixels.numbers), width)
      return writeWholeNumbers(pixels.numbers, width)
    }
    return pixels.width === width
      ? copyBytes(pixels.bytes, width)
      : writeWholeNumbers(readWholeNumbers(pixels.bytes, pixels.width), width)
  }
  if (pixels.kind === 'bytes' && (lossless || !image.quantised)) {
    if (pixels.width !== width) throw new FitsError('a tile is damaged: it has the wrong size')
    // CFITSIO looks for undefined pixels only if a number marks them or quantising a tile failed
    if (!lossless && scaling.blank === undefined) return copyBytes(pixels.bytes, width)
    return width === 4 ? writeFloats(pixels.bytes) : writeDoubles(pixels.bytes)
  }
  const numbers = pixels.kind === 'numbers' ? pixels.numbers : readWholeNumbers(pixels.bytes, pixels.width)
  const { scale, zero, blank, tile } = scaling
  if (scale === undefined || zero === undefined)
    throw new FitsError('quantised floating-point numbers have no ZSCALE and ZZERO')
  const row = tile + image.firstSeed - 1
  const put: Unquantize = createUnquantizer({ scale, zero, blank, dither: image.dither, row }, width as 4 | 8)
  return (from, count, out, at) => put(numbers, from, count, out, at)
}

/** Big-endian integers: unsigned in 1 byte, signed in 2 and 4. */
function readWholeNumbers(bytes: Uint8Array, width: number): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const numbers = new Int32Array(bytes.length / width)
  if (width === 1) numbers.set(bytes)
  else if (width === 2) for (let i = 0; i < numbers.length; i++) numbers[i] = view.getInt16(2 * i)
  else if (width === 4) for (let i = 0; i < numbers.length; i++) numbers[i] = view.getInt32(4 * i)
  else throw new FitsError('a tile is damaged: its integers have 8 bytes')
  return numbers
}

function copyBytes(bytes: Uint8Array, width: number): PutRun {
  return (from, count, out, at) =>
    new Uint8Array(out.buffer, out.byteOffset).set(bytes.subarray(from * width, (from + count) * width), at)
}

function writeWholeNumbers(numbers: Int32Array | Float64Array, width: number): PutRun {
  if (width === 1)
    return (from, count, out, at) => {
      for (let i = 0; i < count; i++) {
        const n = numbers[from + i]!
        if (n < 0 || n > 255) throw outOfRange(n)
        out.setUint8(at + i, n)
      }
    }
  if (width === 2)
    return (from, count, out, at) => {
      for (let i = 0; i < count; i++) {
        const n = numbers[from + i]!
        if (n < -32768 || n > 32767) throw outOfRange(n)
        out.setInt16(at + 2 * i, n)
      }
    }
  return (from, count, out, at) => {
    for (let i = 0; i < count; i++) out.setInt32(at + 4 * i, numbers[from + i]!)
  }
}

const clampToInt16 = (numbers: Int32Array | Float64Array) => numbers.map((n) => Math.min(32767, Math.max(-32768, n)))

const outOfRange = (n: number) =>
  new FitsError(`a pixel unpacks to ${n}, which the image cannot hold: the file is damaged`)

/** As CFITSIO passes floats on: NaNs have all bits set, and subnormal numbers become 0. */
function writeFloats(bytes: Uint8Array): PutRun {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return (from, count, out, at) => {
    for (let i = 0; i < count; i++) {
      const bits = view.getInt32((from + i) * 4)
      const exponent = bits & 0x7f800000
      out.setInt32(at + i * 4, exponent === 0x7f800000 ? -1 : exponent === 0 ? 0 : bits)
    }
  }
}

function writeDoubles(bytes: Uint8Array): PutRun {
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
