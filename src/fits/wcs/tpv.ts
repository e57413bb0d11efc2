import type { HeaderDict } from '../header/dictionary.ts'
import { parametersOf } from './parameters.ts'
import { WcsFault } from './values.ts'

/** Coefficients PVi_0 … PVi_39 of both axes; those that are missing are 0, but PVi_1 is 1. */
export type Tpv = [number[], number[]]

/** The polynomial of the TPV convention (FITS registry of conventions, "The TPV World Coordinate System"). */
export function tpvOf(headers: HeaderDict): Tpv {
  return ([1, 2] as const).map((axis) => {
    const coefficients = new Array<number>(40).fill(0)
    coefficients[1] = 1
    for (const [m, value] of parametersOf(headers, axis)) {
      if (m > 39) throw new WcsFault(`PV${axis}_${m}: TPV ends with PV${axis}_39`)
      coefficients[m] = value
    }
    return coefficients
  }) as Tpv
}

/**
 * Intermediate world coordinates in degrees, as the matrix gives them, to those of the tangential projection. The first
 * is x of the polynomial of the longitude, whichever axis (0 or 1) that is, as the reference library has it.
 */
export function tpvApplied(coefficients: Tpv, longitude: 0 | 1, x: number, y: number): [number, number] {
  const value = (axis: 0 | 1): number =>
    axis === longitude ? polynomial(coefficients[axis], x, y) : polynomial(coefficients[axis], y, x)
  return [value(0), value(1)]
}

/** The terms of each degree are xᵈ … yᵈ; behind those of an odd degree comes rᵈ. */
function polynomial(coefficients: number[], x: number, y: number): number {
  const r = Math.hypot(x, y)
  let sum = coefficients[0]!
  let m = 1
  for (let degree = 1; degree <= 7; degree++) {
    for (let power = 0; power <= degree; power++) sum += coefficients[m++]! * x ** (degree - power) * y ** power
    if (degree % 2 === 1) sum += coefficients[m++]! * r ** degree
  }
  return sum
}
