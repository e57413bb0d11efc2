import type { HeaderDict } from '../fits/dictionary.ts'
import { numberAt, WcsFault } from './values.ts'

/** From pixels off the reference pixel to intermediate world coordinates: two rows. */
export type Matrix = [[number, number], [number, number]]

/**
 * The matrix of the headers (Greisen & Calabretta 2002, section 2.1.2). PCi_j, which by the standard is not to stand
 * beside CDi_j, wins where it does, with its CDELTi; else CDELTi and CROTAi do not count.
 */
export function matrixOf(headers: HeaderDict): Matrix {
  const pc = cells((i, j) => numberAt(headers, `PC${i}_${j}`) ?? numberAt(headers, `PC00${i}00${j}`))
  const cd = cells((i, j) => numberAt(headers, `CD${i}_${j}`))
  const known = (matrix: (number | undefined)[][]): boolean => matrix.flat().some((cell) => cell !== undefined)
  if (!known(pc) && !known(cd) && (numberAt(headers, 'CROTA1') ?? numberAt(headers, 'CROTA2')) !== undefined) {
    throw new WcsFault('CROTAi without CDi_j is not read')
  }
  const matrix =
    known(pc) || !known(cd)
      ? cells((i, j) => (pc[i - 1]![j - 1] ?? (i === j ? 1 : 0)) * (numberAt(headers, `CDELT${i}`) ?? 1))
      : emptyAxesAsUnits(cells((i, j) => cd[i - 1]![j - 1] ?? 0))
  if (matrix.some(([a, b]) => a === 0 && b === 0)) throw new WcsFault('the matrix CDi_j is singular')
  return matrix
}

function cells<T>(cell: (i: 1 | 2, j: 1 | 2) => T): [[T, T], [T, T]] {
  return [
    [cell(1, 1), cell(1, 2)],
    [cell(2, 1), cell(2, 2)],
  ]
}

/** An axis with nothing but zeros in its row and its column was forgotten, not flattened: it gets a 1. */
function emptyAxesAsUnits([[a, b], [c, d]]: Matrix): Matrix {
  if (b !== 0 || c !== 0) {
    return [
      [a, b],
      [c, d],
    ]
  }
  return [
    [a === 0 ? 1 : a, b],
    [c, d === 0 ? 1 : d],
  ]
}
