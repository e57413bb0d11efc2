import type { HeaderDict } from '../header/dictionary.ts'
import { readNumber } from './values.ts'

/** The projection parameters PVi_m of axis i, by m. */
export function readParameters(headers: HeaderDict, axis: 1 | 2): Map<number, number> {
  const parameters = new Map<number, number>()
  for (const key of headers.keys()) {
    if (!key.startsWith('PV')) continue
    const match = /^PV([12])_(\d\d?)$/.exec(key)
    const number = match?.[1] === String(axis) ? readNumber(headers, key) : undefined
    if (match && number !== undefined) parameters.set(Number(match[2]), number)
  }
  return parameters
}
