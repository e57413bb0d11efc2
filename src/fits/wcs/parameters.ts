import type { HeaderDict } from '../header/dictionary.ts'
import { numberAt } from './values.ts'

/** The parameters PVi_m of an axis, by m. */
export function parametersOf(headers: HeaderDict, axis: 1 | 2): Map<number, number> {
  const parameters = new Map<number, number>()
  for (const key of headers.keys()) {
    if (!key.startsWith('PV')) continue
    const match = /^PV([12])_(\d\d?)$/.exec(key)
    const number = match?.[1] === String(axis) ? numberAt(headers, key) : undefined
    if (match && number !== undefined) parameters.set(Number(match[2]), number)
  }
  return parameters
}
