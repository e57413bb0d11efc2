import type { HeaderDict } from '../fits/dictionary.ts'
import { numberOf, WcsFault } from './values.ts'
import { pixelToWorld, wcsOf } from './wcs.ts'

/**
 * The corner pixels (1, 1), (1, NAXIS2), (NAXIS1, NAXIS2) and (NAXIS1, 1) on the sky, in the order of the axes: RA and
 * Dec in degrees, as a rule. null: the headers do not say, or in a way that is not read; `warn` is told why.
 */
export function corners(headers: HeaderDict, warn?: (reason: string) => void): [number, number][] | null {
  try {
    const [width, height] = [length(headers, 'NAXIS1'), length(headers, 'NAXIS2')]
    const wcs = wcsOf(headers)
    const pixels = [
      [1, 1],
      [1, height],
      [width, height],
      [width, 1],
    ] as const
    const points = pixels.map(([x, y]) => pixelToWorld(wcs, x, y))
    if (points.flat().every(Number.isFinite)) return points
    throw new WcsFault('a corner of the image lies outside the sky')
  } catch (error) {
    if (!(error instanceof WcsFault)) throw error
    warn?.(error.message)
    return null
  }
}

function length(headers: HeaderDict, key: string): number {
  const value = headers.get(key)
  const pixels = typeof value === 'boolean' ? Number(value) : numberOf(value)
  if (pixels === undefined) throw new WcsFault(`${key} is not a number`)
  return pixels
}
