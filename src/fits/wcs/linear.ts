import type { HeaderDict } from '../header/dictionary.ts'
import type { CelestialAxes } from './axes.ts'
import { cosd, sind } from './degrees.ts'
import { readNumber, WcsError } from './values.ts'

/** From pixel offsets to intermediate world coordinates: two rows. */
export type Matrix = [[number, number], [number, number]]

/**
 * The header's linear transform (Greisen & Calabretta 2002, section 2.1.2), with astropy's
 * precedence: PCi_j with CDELTi, then CDi_j, then CDELTi with the latitude's CROTAi.
 * @throws WcsError if it is singular, or lacks a scale and would default to a degree per pixel
 */
export function readMatrix(headers: HeaderDict, { longitude, latitude }: CelestialAxes): Matrix {
  const pc = fillMatrix((i, j) => readNumber(headers, `PC${i}_${j}`) ?? readNumber(headers, `PC00${i}00${j}`))
  const cd = fillMatrix((i, j) => readNumber(headers, `CD${i}_${j}`))
  const delta = ([1, 2] as const).map((i) => readNumber(headers, `CDELT${i}`))
  const isGiven = (matrix: (number | undefined)[][]): boolean => matrix.flat().some((cell) => cell !== undefined)
  if (isGiven(cd) && !isGiven(pc))
    return checkInvertible(fillMatrix((i, j) => cd[i - 1]![j - 1] ?? missing(`CD${i}_${j}`)))
  const scale = delta.map((value, i) => {
    const hasScale = value !== undefined || (!isGiven(cd) && pc[i]!.some((cell) => cell !== undefined))
    return hasScale ? (value ?? 1) : missing(`CDELT${i + 1}`)
  })
  if (isGiven(pc))
    return checkInvertible(fillMatrix((i, j) => (pc[i - 1]![j - 1] ?? (i === j ? 1 : 0)) * scale[i - 1]!))
  const rotation = readNumber(headers, `CROTA${latitude + 1}`) ?? 0
  const [c, s] = [cosd(rotation), sind(rotation)]
  return checkInvertible(
    fillMatrix((i, j) => {
      if (i === j) return scale[i - 1]! * c
      return (i - 1 === longitude ? -scale[latitude]! : scale[longitude]!) * s
    }),
  )
}

function missing(key: string): never {
  throw new WcsError(`${key} is missing`)
}

function checkInvertible(matrix: Matrix): Matrix {
  const [[a, b], [c, d]] = matrix
  if (Math.abs(a * d - b * c) > 1e-9 * (Math.abs(a * d) + Math.abs(b * c))) return matrix
  throw new WcsError('the matrix of CDi_j, or of PCi_j and CDELTi, is singular')
}

function fillMatrix<T>(cell: (i: 1 | 2, j: 1 | 2) => T): [[T, T], [T, T]] {
  return [
    [cell(1, 1), cell(1, 2)],
    [cell(2, 1), cell(2, 2)],
  ]
}
