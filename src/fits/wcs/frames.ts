import type { HeaderDict } from '../header/dictionary.ts'
import { atan2d } from './degrees.ts'
import { type Matrix3, multiplyVector, unitVector, type Vector } from './matrices.ts'
import {
  eclipticFromIcrs,
  fk5FromIcrs,
  GALACTIC_FROM_ICRS,
  icrsFromFk4WithoutE,
  multiplyInverse,
  removeETerms,
  SUPERGALACTIC_FROM_ICRS,
} from './precession.ts'
import type { Point } from './projections.ts'
import { readNumber, readText, WcsError } from './values.ts'

/** From longitude and latitude in some frame to RA and Dec in ICRS, all in degrees. */
export type ToIcrs = (point: Point) => Point

/**
 * The transform to ICRS from a header's celestial coordinates (Calabretta & Greisen 2002, section
 * 3.1), as astropy's frames of the same names do it.
 * @param longitude the first four letters of its CTYPE
 * @throws WcsError for unknown frames, and for those that do not move with the stars
 */
export function makeIcrsTransform(headers: HeaderDict, longitude: string): ToIcrs {
  if (longitude === 'GLON') return rotateBack(GALACTIC_FROM_ICRS)
  if (longitude === 'SLON') return rotateBack(SUPERGALACTIC_FROM_ICRS)
  if (longitude !== 'RA--' && longitude !== 'ELON') {
    throw new WcsError(`${longitude} (CTYPE) is not a longitude on the sky that can be turned into RA`)
  }
  const { system, year, isBesselian } = readEquator(headers, longitude)
  if (longitude === 'ELON') return rotateBack(eclipticFromIcrs(year, isBesselian))
  if (system === 'ICRS') return (point) => point
  if (system === 'FK5') return rotateBack(fk5FromIcrs(year))
  const matrix = icrsFromFk4WithoutE(year)
  return transformVectors((direction) =>
    multiplyVector(matrix, system === 'FK4' ? removeETerms(year, direction) : direction),
  )
}

/** RADESYS and its equinox; the default of each depends on the other. */
function readEquator(headers: HeaderDict, longitude: string): { system: string; year: number; isBesselian: boolean } {
  const key = readText(headers, 'RADESYS') ? 'RADESYS' : 'RADECSYS'
  const written = readText(headers, key)?.toUpperCase()
  const equinox = written === 'ICRS' && longitude === 'RA--' ? undefined : readEquinox(headers)
  const system = written ?? (equinox === undefined ? 'ICRS' : equinox < 1984 ? 'FK4' : 'FK5')
  if (!['ICRS', 'FK5', 'FK4', 'FK4-NO-E'].includes(system)) {
    throw new WcsError(`${key} '${system}' is not a frame that can be turned into ICRS`)
  }
  const isBesselian = system.startsWith('FK4')
  return { system, year: equinox ?? (isBesselian ? 1950 : 2000), isBesselian }
}

/** EQUINOX or, in old headers, EPOCH: a year, sometimes written as J2000 or B1950. */
function readEquinox(headers: HeaderDict): number | undefined {
  for (const key of ['EQUINOX', 'EPOCH']) {
    const written = headers.get(key)
    const text = typeof written === 'string' ? /^\s*[JB]?(\d{4}(?:\.\d*)?)\s*$/i.exec(written)?.[1] : undefined
    const year = text === undefined ? readNumber(headers, key) : Number(text)
    if (year === undefined) continue
    if (year < 1000 || year > 3000) throw new WcsError(`${key} ${year} is not the year of an equinox`)
    return year
  }
  return undefined
}

function rotateBack(fromIcrs: Matrix3): ToIcrs {
  return transformVectors((direction) => multiplyInverse(fromIcrs, direction))
}

function transformVectors(toIcrs: (direction: Vector) => Vector): ToIcrs {
  return (point) => {
    const [x, y, z] = toIcrs(unitVector(point))
    const ra = atan2d(y, x)
    return [ra < 0 ? ra + 360 : ra, atan2d(z, Math.hypot(x, y))]
  }
}
