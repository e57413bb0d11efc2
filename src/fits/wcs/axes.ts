import type { HeaderDict } from '../header/dictionary.ts'
import { isBlank, numberOf, WcsFault } from './values.ts'

/** A longitude and a latitude: each by its axis, 0 or 1. */
export interface Celestial {
  longitude: 0 | 1
  latitude: 0 | 1
  /** The first four letters of the CTYPE of the longitude. */
  system: string
  /** The three letters of CTYPE. */
  projection: string
}

/** CTYPE1 and CTYPE2, without what ends a text in a header and is not part of it. */
export function axisTypes(headers: HeaderDict): [string, string] {
  return ['CTYPE1', 'CTYPE2'].map((key) => {
    const value = headers.get(key)
    if (isBlank(value)) throw new WcsFault(`${key} is missing`)
    if (typeof value !== 'string') throw new WcsFault(`${key} is not a text`)
    return value.trimEnd()
  }) as [string, string]
}

/** The CTYPEs of TPV, for those that say TAN and mean it. */
export function asTpv(types: readonly [string, string]): [string, string] {
  return types.map((type) => type.trim().toUpperCase().replaceAll('-TAN', '-TPV')) as [string, string]
}

/**
 * Whether TAN with PVi_m is TPV by its old name: a tangential projection has no parameters from m = 5 on (Shupe et al.
 * 2012, "More flexibility in representing geometric distortion in astronomical images", section 7).
 */
export function meansTpv(headers: HeaderDict, types: readonly [string, string]): boolean {
  if (!types.every((type) => type.trim().endsWith('-TAN'))) return false
  return [...headers.keys()].some((key) => key.startsWith('PV') && Number(/^PV[12]_(\d+)$/.exec(key)?.[1] ?? 0) >= 5)
}

/**
 * The axes of the CTYPEs (Greisen & Calabretta 2002, section 3.1; Calabretta & Greisen 2002, section 3.1): four letters
 * of a coordinate, a hyphen, three of a projection, and after them anything.
 */
export function axesOf([first, second]: readonly [string, string]): Celestial {
  const isPlain = (type: string): boolean => type.length < 8 || type[4] !== '-'
  if (isPlain(first) && isPlain(second)) {
    throw new WcsFault(`CTYPE1 '${first}' and CTYPE2 '${second}' are not coordinates on the sky`)
  }
  const projection = first.slice(5, 8)
  if (isPlain(first) || isPlain(second) || second.slice(5, 8) !== projection) {
    throw new WcsFault(`CTYPE1 '${first}' and CTYPE2 '${second}' do not go together`)
  }
  const [one, other] = [first.slice(0, 4), second.slice(0, 4)]
  if (latitudeOf(one) === other) return { longitude: 0, latitude: 1, system: one, projection }
  if (latitudeOf(other) === one) return { longitude: 1, latitude: 0, system: other, projection }
  throw new WcsFault(`CTYPE1 '${first}' and CTYPE2 '${second}' are no longitude and latitude`)
}

/** The latitude that goes with a longitude: RA and DEC, xLON and xLAT, xyLN and xyLT. */
function latitudeOf(longitude: string): string | undefined {
  if (longitude === 'RA--') return 'DEC-'
  if (longitude.endsWith('LON')) return `${longitude[0]}LAT`
  return longitude.endsWith('LN') ? `${longitude.slice(0, 2)}LT` : undefined
}

/** Keywords of an axis that count only with a number, and those that count with a text. */
const WITH_NUMBER = /^(?:CRPIX|CRVAL|CDELT|CROTA)(\d\d?)$|^(?:CD|PC)(\d\d?)_(\d\d?)$|^PV(\d\d?)_\d\d?$/
const WITH_TEXT = /^(?:CTYPE|CUNIT|CNAME)(\d\d?)$|^PS(\d\d?)_\d\d?$/

/** Throws a fault unless the coordinates have two axes: the highest that any keyword names counts. */
export function checkTwoAxes(headers: HeaderDict): void {
  for (const [key, value] of headers) {
    // most keywords are none of these
    if (key[0] !== 'C' && key[0] !== 'P') continue
    const named = typeof value === 'string' ? WITH_TEXT : numberOf(value) === undefined ? undefined : WITH_NUMBER
    const match = named?.exec(key)
    const axes = match?.slice(1).map((axis) => Number(axis ?? 0)) ?? []
    if (value === null && /^(?:CRPIX|CRVAL|CDELT|CD[12]_|PC[12]_|PV[12]_)[12]$/.test(key))
      throw new WcsFault(`${key} has no value`)
    if (axes.some((axis) => axis > 2)) throw new WcsFault(`${key} speaks of a third axis`)
  }
  for (const key of ['NAXIS', 'WCSAXES']) {
    const axes = headers.get(key)
    if (typeof axes === 'number' && axes > 2) throw new WcsFault(`${key} is more than 2`)
  }
  if (typeof headers.get('NAXIS') === 'string') throw new WcsFault('NAXIS is not a number')
}
