import type { HeaderDict } from '../header/dictionary.ts'
import { isBlank, toNumber, WcsError } from './values.ts'

/** Which axis, 0 or 1, is the longitude and which the latitude. */
export interface CelestialAxes {
  longitude: 0 | 1
  latitude: 0 | 1
  /** The first four letters of the longitude's CTYPE. */
  system: string
  /** The three letters of the projection in CTYPE. */
  projection: string
}

/** CTYPE1 and CTYPE2 without trailing blanks. @throws WcsError */
export function readAxisTypes(headers: HeaderDict): [string, string] {
  return ['CTYPE1', 'CTYPE2'].map((key) => {
    const value = headers.get(key)
    if (isBlank(value)) throw new WcsError(`${key} is missing`)
    if (typeof value !== 'string') throw new WcsError(`${key} is not a string`)
    return value.trimEnd()
  }) as [string, string]
}

/** The CTYPEs as TPV, where TAN is written but TPV is meant. */
export function renameToTpv(types: readonly [string, string]): [string, string] {
  return types.map((type) => type.trim().toUpperCase().replaceAll('-TAN', '-TPV')) as [string, string]
}

/**
 * Whether TAN with PVi_m is TPV under its old name: a tangential projection has no parameters from
 * m = 5 on (Shupe et al. 2012, "More flexibility in representing geometric distortion in
 * astronomical images", section 7).
 */
export function meansTpv(headers: HeaderDict, types: readonly [string, string]): boolean {
  if (!types.every((type) => type.trim().endsWith('-TAN'))) return false
  return [...headers.keys()].some((key) => key.startsWith('PV') && Number(/^PV[12]_(\d+)$/.exec(key)?.[1] ?? 0) >= 5)
}

/**
 * The axes that two CTYPEs name (Greisen & Calabretta 2002, section 3.1; Calabretta & Greisen 2002,
 * section 3.1): four letters for the coordinate, a hyphen, three for the projection, then anything.
 * @throws WcsError unless they are a longitude and its latitude
 */
export function identifyAxes([first, second]: readonly [string, string]): CelestialAxes {
  const isPlain = (type: string): boolean => type.length < 8 || type[4] !== '-'
  if (isPlain(first) && isPlain(second)) {
    throw new WcsError(`CTYPE1 '${first}' and CTYPE2 '${second}' are not coordinates on the sky`)
  }
  const projection = first.slice(5, 8)
  if (isPlain(first) || isPlain(second) || second.slice(5, 8) !== projection) {
    throw new WcsError(`CTYPE1 '${first}' and CTYPE2 '${second}' do not go together`)
  }
  const [one, other] = [first.slice(0, 4), second.slice(0, 4)]
  if (matchingLatitude(one) === other) return { longitude: 0, latitude: 1, system: one, projection }
  if (matchingLatitude(other) === one) return { longitude: 1, latitude: 0, system: other, projection }
  throw new WcsError(`CTYPE1 '${first}' and CTYPE2 '${second}' are not a longitude and its latitude`)
}

/** The latitude that goes with a longitude: RA and DEC, xLON and xLAT, xyLN and xyLT. */
function matchingLatitude(longitude: string): string | undefined {
  if (longitude === 'RA--') return 'DEC-'
  if (longitude.endsWith('LON')) return `${longitude[0]}LAT`
  return longitude.endsWith('LN') ? `${longitude.slice(0, 2)}LT` : undefined
}

/** Keywords that count as an axis if they have a number, and those that do with a string. */
const WITH_NUMBER = /^(?:CRPIX|CRVAL|CDELT|CROTA)(\d\d?)$|^(?:CD|PC)(\d\d?)_(\d\d?)$|^PV(\d\d?)_\d\d?$/
const WITH_TEXT = /^(?:CTYPE|CUNIT|CNAME)(\d\d?)$|^PS(\d\d?)_\d\d?$/

/** @throws WcsError unless there are two axes: the highest that any keyword names counts */
export function checkTwoAxes(headers: HeaderDict): void {
  for (const [key, value] of headers) {
    // quick way out: most keywords are none of these
    if (key[0] !== 'C' && key[0] !== 'P') continue
    const named = typeof value === 'string' ? WITH_TEXT : toNumber(value) === undefined ? undefined : WITH_NUMBER
    const match = named?.exec(key)
    const axes = match?.slice(1).map((axis) => Number(axis ?? 0)) ?? []
    if (value === null && /^(?:CRPIX|CRVAL|CDELT|CD[12]_|PC[12]_|PV[12]_)[12]$/.test(key))
      throw new WcsError(`${key} has no value`)
    if (axes.some((axis) => axis > 2)) throw new WcsError(`${key} names a third axis`)
  }
  for (const key of ['NAXIS', 'WCSAXES']) {
    const axes = headers.get(key)
    if (typeof axes === 'number' && axes > 2) throw new WcsError(`${key} is more than 2`)
  }
  if (typeof headers.get('NAXIS') === 'string') throw new WcsError('NAXIS is not a number')
}
