import { smoothLevel } from './hsmooth.ts'
import type { Coefficients, Range } from './quadtree.ts'

/**
 * Inverts the H-transform in place (White 1992): level by level, a sum and three differences become
 * four sums of half the size, down to pixels. Rounds as the transform did, so unquantised data come
 * back exactly.
 * @param scale the quantisation step if it is to be smoothed, else 0
 */
export function invertHTransform(a: Coefficients, rows: number, columns: number, range: Range, scale: number): void {
  let levels = 0
  while (2 ** levels < Math.max(rows, columns)) levels++
  if (levels === 0) return
  if (range === 'narrow') restoreNarrow(a as Int32Array, rows, columns, levels, scale)
  else restoreWide(a as Float64Array, rows, columns, levels, scale)
}

const sizeAt = (n: number, level: number): number => Math.ceil(n / 2 ** level)

/** Moves the first half of a row or column to its even places, the second half to the odd ones. */
function interleave(a: Coefficients, start: number, count: number, step: number, scratch: Coefficients): void {
  const half = (count + 1) >> 1
  for (let i = half, at = start + half * step; i < count; i++, at += step) scratch[i - half] = a[at]!
  for (let i = half - 1; i >= 0; i--) a[start + 2 * i * step] = a[start + i * step]!
  for (let i = 1, k = 0; i < count; i += 2, k++) a[start + i * step] = scratch[k]!
}

/** The same for all columns at once, by rows, which are contiguous in memory. */
function interleaveRows(a: Coefficients, rows: number, width: number, stride: number): void {
  const half = (rows + 1) >> 1
  const kept = a.slice(half * stride, rows * stride)
  for (let i = half - 1; i > 0; i--) a.copyWithin(2 * i * stride, i * stride, i * stride + width)
  for (let i = 1, k = 0; i < rows; i += 2, k++) a.set(kept.subarray(k * stride, k * stride + width), i * stride)
}

/** To the nearest multiple of `unit`, a power of two; halves away from zero. */
const roundNarrow = (h: number, unit: number): number => (h + (h >= 0 ? unit >> 1 : (unit >> 1) - 1)) & -unit

function restoreNarrow(a: Int32Array, rows: number, columns: number, levels: number, scale: number): void {
  const scratch = new Int32Array((Math.max(rows, columns) >> 1) + 1)
  a[0] = roundNarrow(a[0]!, (2 ** (levels + 1)) | 0)
  for (let level = levels - 1; level >= 0; level--) {
    const height = sizeAt(rows, level)
    const width = sizeAt(columns, level)
    for (let i = 0; i < height; i++) interleave(a, columns * i, width, 1, scratch)
    interleaveRows(a, height, width, columns)
    smoothLevel(a, height, width, columns, scale)
    const unit = 1 << level
    const twice = unit << 1
    const half = unit >> 1
    // the last level needs no rounding
    const less = level ? half - 1 : 0
    const shift = level ? 1 : 2
    for (let i = 0; i < height; i += 2) {
      const below = i + 1 < height ? columns : 0
      for (let at = columns * i, end = at + width; at < end; at += 2) {
        const right = at + 1 < end ? 1 : 0
        const h0 = a[at]!
        if (below && right) {
          let hx = a[at + below]!
          let hy = a[at + 1]!
          let hc = a[at + below + 1]!
          hx = (hx + (hx >= 0 ? unit : unit - 1)) & -twice
          hy = (hy + (hy >= 0 ? unit : unit - 1)) & -twice
          hc = (hc + (hc >= 0 ? half : less)) & -unit
          const low = hc & unit
          hx = (hx + (hx >= 0 ? -low : low)) | 0
          hy = (hy + (hy >= 0 ? -low : low)) | 0
          const next = (hc ^ hx ^ hy) & twice
          const sum = (h0 + (h0 >= 0 ? low - next : low === 0 ? next : low - next)) | 0
          a[at + below + 1] = (sum + hx + hy + hc) >> shift
          a[at + below] = (sum + hx - hy - hc) >> shift
          a[at + 1] = (sum - hx + hy - hc) >> shift
          a[at] = (sum - hx - hy + hc) >> shift
        } else if (below || right) {
          const other = at + (below || right)
          let h1 = a[other]!
          h1 = (h1 + (h1 >= 0 ? unit : unit - 1)) & -twice
          const next = h1 & twice
          const sum = h0 >= 0 ? h0 - next : h0 + next
          a[other] = (sum + h1) >> shift
          a[at] = (sum - h1) >> shift
        } else a[at] = h0 >> shift
      }
    }
  }
}

/** The same in floating point, exact where more than 32 bits are needed. */
function restoreWide(a: Float64Array, rows: number, columns: number, levels: number, scale: number): void {
  const scratch = new Float64Array((Math.max(rows, columns) >> 1) + 1)
  const round = (h: number, unit: number, up = unit / 2, down = up - 1) =>
    Math.floor((h + (h >= 0 ? up : down)) / unit) * unit
  const odd = (h: number) => h - 2 * Math.floor(h / 2)
  a[0] = round(a[0]!, 2 ** (levels + 1))
  for (let level = levels - 1; level >= 0; level--) {
    const height = sizeAt(rows, level)
    const width = sizeAt(columns, level)
    for (let i = 0; i < height; i++) interleave(a, columns * i, width, 1, scratch)
    interleaveRows(a, height, width, columns)
    smoothLevel(a, height, width, columns, scale)
    const unit = 2 ** level
    const twice = unit * 2
    const half = Math.floor(unit / 2)
    const less = level ? half - 1 : 0
    const divided = level ? 0.5 : 0.25
    for (let i = 0; i < height; i += 2) {
      const below = i + 1 < height ? columns : 0
      for (let at = columns * i, end = at + width; at < end; at += 2) {
        const right = at + 1 < end ? 1 : 0
        const h0 = a[at]!
        if (below && right) {
          let hx = round(a[at + below]!, twice)
          let hy = round(a[at + 1]!, twice)
          const hc = round(a[at + below + 1]!, unit, half, less)
          const low = odd(hc / unit) * unit
          hx += hx >= 0 ? -low : low
          hy += hy >= 0 ? -low : low
          const next = odd(Math.floor(hc / twice) + Math.floor(hx / twice) + Math.floor(hy / twice)) * twice
          const sum = h0 + (h0 >= 0 ? low - next : low === 0 ? next : low - next)
          a[at + below + 1] = Math.floor((sum + hx + hy + hc) * divided)
          a[at + below] = Math.floor((sum + hx - hy - hc) * divided)
          a[at + 1] = Math.floor((sum - hx + hy - hc) * divided)
          a[at] = Math.floor((sum - hx - hy + hc) * divided)
        } else if (below || right) {
          const other = at + (below || right)
          const h1 = round(a[other]!, twice)
          const next = odd(Math.floor(h1 / twice)) * twice
          const sum = h0 >= 0 ? h0 - next : h0 + next
          a[other] = Math.floor((sum + h1) * divided)
          a[at] = Math.floor((sum - h1) * divided)
        } else a[at] = Math.floor(h0 * divided)
      }
    }
  }
}
