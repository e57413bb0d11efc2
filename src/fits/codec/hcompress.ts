import { FitsError } from '../error.ts'
import { invertHTransform } from './htransform.ts'
import { type Coefficients, type Range, readQuadtree } from './quadtree.ts'

const HEADER = 2 + 4 + 4 + 4 + 8 + 3

/**
 * HCOMPRESS_1 (White 1992; FITS 4.0 section 10.4.4): a tile of rows × columns integers, columns
 * varying fastest, from bytes `start` to `end`.
 * @param smooth whether to smooth the steps of lossy compression
 * @throws FitsError
 */
export function decodeHcompress(
  view: DataView,
  start: number,
  end: number,
  [rows, columns]: [number, number],
  range: Range,
  smooth: boolean,
): Int32Array {
  if (end - start < HEADER || view.getUint16(start) !== 0xdd99) throw damaged('does not start as one')
  if (view.getInt32(start + 2) !== rows || view.getInt32(start + 6) !== columns)
    throw damaged('differs in size from the tile')
  const scale = view.getInt32(start + 10)
  const sum = Number(view.getBigInt64(start + 14))
  const planes = [view.getUint8(start + 22), view.getUint8(start + 23), view.getUint8(start + 24)] as const
  const most = range === 'narrow' ? 31 : 52
  if (planes.some((n) => n > most)) throw damaged(`has more than ${most} bit planes`)
  const size = rows * columns
  const a: Coefficients = range === 'narrow' ? new Int32Array(size) : new Float64Array(size)
  readQuadtree(view, start + HEADER, end, a, rows, columns, planes)
  a[0] = sum
  if (scale > 1) for (let i = 0; i < size; i++) a[i] = a[i]! * scale
  invertHTransform(a, rows, columns, range, smooth ? scale : 0)
  // numbers beyond 32 bits wrap, as in CFITSIO
  return a instanceof Int32Array ? a : Int32Array.from(a, (n) => n | 0)
}

const damaged = (what: string) => new FitsError(`a tile is damaged: its HCOMPRESS stream ${what}`)
