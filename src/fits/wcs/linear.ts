import type { HeaderDict } from '../header/dictionary.ts'
import type { Celestial } from './axes.ts'
import { cosd, sind } from './degrees.ts'
import { numberAt, WcsFault } from './values.ts'

/** From pixels off the reference pixel to intermediate world coordinates: two rows. */
export type Matrix = [[number, number], [number, number]]

/**
 * The matrix of the headers (Greisen & Calabretta 2002, section 2.1.2), as astropy takes it: PCi_j with CDELTi before
 * CDi_j before CDELTi with the CROTAi of the latitude. Throws a fault where it is singular, or where a scale is missing
 * and the default would be a degree per pixel.
 */
export function matrixOf(headers: HeaderDict, { longitude, latitude }: Celestial): Matrix {
  const pc = cells((i, j) => numberAt(headers, `PC${i}_${j}`) ?? numberAt(headers, `PC00${i}00${j}`))
  const cd = cells((i, j) => numberAt(headers, `CD${i}_${j}`))
  const delta = ([1, 2] as const).map((i) => numberAt(headers, `CDELT${i}`))
  const isGiven = (matrix: (number | undefined)[][]): boolean => matrix.flat().some((cell) => cell !== undefined)
  if (isGiven(cd) && !isGiven(pc)) return regular(cells((i, j) => cd[i - 1]![j - 1] ?? missing(`CD${i}_${j}`)))
  const scale = delta.map((value, i) => {
    const hasScale = value !== undefined || (!isGiven(cd) && pc[i]!.some((cell) => cell !== undefined))
    return hasScale ? (value ?? 1) : missing(`CDELT${i + 1}`)
  })
  if (isGiven(pc)) return regular(cells((i, j) => (pc[i - 1]![j - 1] ?? (i === j ? 1 : 0)) * scale[i - 1]!))
  const rotation = numberAt(headers, `CROTA${latitude + 1}`) ?? 0
  const [c, s] = [cosd(rotation), sind(rotation)]
  return regular(
    cells((i, j) => {
      if (i === j) return scale[i - 1]! * c
      return (i - 1 === longitude ? -scale[latitude]! : scale[longitude]!) * s
    }),
  )
}

function missing(key: string): never {
  throw new WcsFault(`${key} is missing`)
}

function regular(matrix: Matrix): Matrix {
  const [[a, b], [c, d]] = matrix
  if (Math.abs(a * d - b * c) > 1e-9 * (Math.abs(a * d) + Math.abs(b * c))) return matrix
  throw new WcsFault('the matrix of CDi_j, or of PCi_j and CDELTi, is singular')
}

function cells<T>(cell: (i: 1 | 2, j: 1 | 2) => T): [[T, T], [T, T]] {
  return [
    [cell(1, 1), cell(1, 2)],
    [cell(2, 1), cell(2, 2)],
  ]
}
