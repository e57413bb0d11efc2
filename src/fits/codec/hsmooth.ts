import type { Coefficients } from './quadtree.ts'

/**
 * Smooths one level of an H-transform quantised by `scale`, in place: where the sums rise or fall
 * steadily from zone to zone, differences within a zone move towards that slope, by half a step at
 * most. The outermost zones stay. Sums are at even rows and columns, differences beside them.
 */
export function smoothLevel(a: Coefficients, rows: number, columns: number, stride: number, scale: number): void {
  const most = Math.floor(scale / 2)
  if (most <= 0) return
  smoothSlopes(a, 2, rows - 2, 0, columns, stride, 2 * stride, stride, most)
  smoothSlopes(a, 0, rows, 2, columns - 2, stride, 2, 1, most)
  smoothCurvature(a, rows, columns, stride, most)
}

/** Slopes along one axis: `away` is the offset of the next sum, `beside` that of the difference. */
function smoothSlopes(
  a: Coefficients,
  top: number,
  bottom: number,
  left: number,
  right: number,
  stride: number,
  away: number,
  beside: number,
  most: number,
): void {
  for (let i = top; i < bottom; i += 2)
    for (let j = left; j < right; j += 2) {
      const at = i * stride + j
      const before = a[at]! - a[at - away]!
      const after = a[at + away]! - a[at]!
      const high = Math.max(Math.min(before, after), 0) * 4
      const low = Math.min(Math.max(before, after), 0) * 4
      if (low < high) a[at + beside] = nudge(a[at + beside]!, before + after, low, high, 8, most)
    }
}

function smoothCurvature(a: Coefficients, rows: number, columns: number, stride: number, most: number): void {
  for (let i = 2; i < rows - 2; i += 2)
    for (let j = 2; j < columns - 2; j += 2) {
      const at = i * stride + j
      const h0 = a[at]!
      const mm = a[at - 2 * stride - 2]!
      const pm = a[at + 2 * stride - 2]!
      const mp = a[at - 2 * stride + 2]!
      const pp = a[at + 2 * stride + 2]!
      const x = 2 * a[at + stride]!
      const y = 2 * a[at + 1]!
      const high = Math.min(
        Math.max(pp - h0, 0) - x - y,
        Math.max(h0 - pm, 0) + x - y,
        Math.max(h0 - mp, 0) - x + y,
        Math.max(mm - h0, 0) + x + y,
      )
      const low = Math.max(
        Math.min(pp - h0, 0) - x - y,
        Math.min(h0 - pm, 0) + x - y,
        Math.min(h0 - mp, 0) - x + y,
        Math.min(mm - h0, 0) + x + y,
      )
      const difference = a[at + stride + 1]!
      if (low < high) a[at + stride + 1] = nudge(difference, pp + mm - mp - pm, low * 16, high * 16, 64, most)
    }
}

/** Moves a difference towards `wanted`, clamped to low and high; all three are scaled by `unit`. */
function nudge(difference: number, wanted: number, low: number, high: number, unit: number, most: number): number {
  const step = Math.trunc((Math.max(Math.min(wanted, high), low) - difference * unit) / unit)
  return difference + Math.max(Math.min(step, most), -most)
}
