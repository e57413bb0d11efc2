/** How quantised floating-point numbers are dithered (ZQUANTIZ). */
export type Dither = 'none' | 'one' | 'two'

const RANDOMS = 10_000
/** FITS 4.0 appendix I: the minimal standard generator from seed 1, in single precision. */
const random = new Float32Array(RANDOMS)
for (let i = 0, seed = 1; i < RANDOMS; i++) {
  seed = (16807 * seed) % 2147483647
  random[i] = seed / 2147483647
}

/** In SUBTRACTIVE_DITHER_2 this number stands for exactly 0. */
const ZERO = -2147483646

/** How the integers of one tile become floating-point numbers (FITS 4.0 section 10.2). */
export interface Scaling {
  scale: number
  zero: number
  /** The number that marks undefined pixels, if any. */
  blank: number | undefined
  dither: Dither
  /** Where the tile's random numbers begin: tile number, from 0, plus ZDITHER0 - 1. */
  row: number
}

/** Writes `count` numbers from `from` as big-endian floats at byte `at`. */
export type Unquantize = (
  numbers: Int32Array | Float64Array,
  from: number,
  count: number,
  out: DataView,
  at: number,
) => void

/**
 * Turns runs of one tile, given in order, into floats of 4 or 8 bytes. Undefined pixels become NaN
 * with all bits set.
 */
export function createUnquantizer({ scale, zero, blank, dither, row }: Scaling, width: 4 | 8): Unquantize {
  const none = blank ?? Number.NaN
  const put = width === 4 ? putFloat : putDouble
  if (dither === 'none')
    return (numbers, from, count, out, start) => {
      for (let i = from, at = start, end = from + count; i < end; i++, at += width) {
        const n = numbers[i]!
        if (n === none) putNaN(out, at, width)
        else put(out, at, n * scale + zero)
      }
    }
  let seed = Math.abs(Math.trunc(row)) % RANDOMS
  let next = Math.trunc(random[seed]! * 500)
  const zeros = dither === 'two' ? ZERO : Number.NaN
  const skip = (): void => {
    seed = (seed + 1) % RANDOMS
    next = Math.trunc(random[seed]! * 500)
  }
  return (numbers, first, length, out, start) => {
    let from = first
    let at = start
    for (let left = length; left > 0; ) {
      const count = Math.min(left, RANDOMS - next)
      if (width === 4 && numbers instanceof Int32Array)
        putDithered(numbers, from, count, out, at, next, scale, zero, none, zeros)
      else
        for (let i = 0; i < count; i++) {
          const n = numbers[from + i]!
          if (n === none) putNaN(out, at + i * width, width)
          else put(out, at + i * width, n === zeros ? 0 : (n - random[next + i]! + 0.5) * scale + zero)
        }
      from += count
      at += count * width
      left -= count
      next += count
      if (next === RANDOMS) skip()
    }
  }
}

/** The most common case, separate for speed. */
function putDithered(
  numbers: Int32Array,
  from: number,
  count: number,
  out: DataView,
  start: number,
  next: number,
  scale: number,
  zero: number,
  none: number,
  zeros: number,
): void {
  let at = start
  for (let i = 0; i < count; i++, at += 4) {
    const n = numbers[from + i]!
    if (n === none) out.setInt32(at, -1)
    else if (n === zeros) out.setInt32(at, 0)
    else out.setFloat32(at, (n - random[next + i]! + 0.5) * scale + zero)
  }
}

function putFloat(out: DataView, at: number, value: number): void {
  out.setFloat32(at, value)
}

function putDouble(out: DataView, at: number, value: number): void {
  out.setFloat64(at, value)
}

function putNaN(out: DataView, at: number, width: number): void {
  for (let i = 0; i < width; i += 4) out.setInt32(at + i, -1)
}
