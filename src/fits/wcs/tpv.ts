import type { HeaderDict } from '../header/dictionary.ts'
import { readParameters } from './parameters.ts'
import { WcsError } from './values.ts'

/** Coefficients PVi_0 … PVi_39 of both axes; missing ones are 0, except PVi_1, which is 1. */
export type Tpv = [number[], number[]]

/**
 * The TPV polynomial (FITS registry of conventions, "The TPV World Coordinate System").
 * @throws WcsError
 */
export function readTpv(headers: HeaderDict): Tpv {
  return ([1, 2] as const).map((axis) => {
    const coefficients = new Array<number>(40).fill(0)
    coefficients[1] = 1
    for (const [m, value] of readParameters(headers, axis)) {
      if (m > 39) throw new WcsError(`PV${axis}_${m}: TPV ends with PV${axis}_39`)
      coefficients[m] = value
    }
    return coefficients
  }) as Tpv
}

/**
 * Intermediate world coordinates, in degrees, to those of the tangential projection. Like the
 * reference library it uses the longitude's polynomial with its own x first, whichever axis (0 or
 * 1) that is.
 */
export function applyTpv(coefficients: Tpv, longitude: 0 | 1, x: number, y: number): [number, number] {
  const value = (axis: 0 | 1): number =>
    axis === longitude ? sumTerms(coefficients[axis], x, y) : sumTerms(coefficients[axis], y, x)
  return [value(0), value(1)]
}

/** Each degree d has terms xᵈ … yᵈ, and odd ones an rᵈ after them. */
function sumTerms(coefficients: number[], x: number, y: number): number {
  const r = Math.hypot(x, y)
  let sum = coefficients[0]!
  let m = 1
  for (let degree = 1; degree <= 7; degree++) {
    for (let power = 0; power <= degree; power++) sum += coefficients[m++]! * x ** (degree - power) * y ** power
    if (degree % 2 === 1) sum += coefficients[m++]! * r ** degree
  }
  return sum
}
