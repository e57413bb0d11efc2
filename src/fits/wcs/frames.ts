import type { HeaderDict } from '../header/dictionary.ts'
import { atan2d } from './degrees.ts'
import { applied, type Matrix3, type Vector, vectorOf } from './matrices.ts'
import {
  eclipticFromIcrs,
  fk5FromIcrs,
  GALACTIC_FROM_ICRS,
  icrsFromFk4WithoutE,
  SUPERGALACTIC_FROM_ICRS,
  turnedBack,
  withoutETerms,
} from './precession.ts'
import type { Point } from './projections.ts'
import { numberAt, textAt, WcsFault } from './values.ts'

/** From a longitude and a latitude of a frame to RA and Dec of ICRS, all in degrees. */
export type ToIcrs = (point: Point) => Point

/**
 * The way to ICRS from the celestial coordinates of the headers (Calabretta & Greisen 2002, section 3.1), by which
 * astropy's frames of the same names go. `longitude`: the first four letters of its CTYPE. Throws a fault for
 * coordinates that do not stay with the stars, and for those that are not known.
 */
export function toIcrsOf(headers: HeaderDict, longitude: string): ToIcrs {
  if (longitude === 'GLON') return rotated(GALACTIC_FROM_ICRS)
  if (longitude === 'SLON') return rotated(SUPERGALACTIC_FROM_ICRS)
  if (longitude !== 'RA--' && longitude !== 'ELON') {
    throw new WcsFault(`${longitude} (CTYPE) is not a longitude on the sky that can be turned into RA`)
  }
  const { system, year, isBesselian } = equatorOf(headers, longitude)
  if (longitude === 'ELON') return rotated(eclipticFromIcrs(year, isBesselian))
  if (system === 'ICRS') return (point) => point
  if (system === 'FK5') return rotated(fk5FromIcrs(year))
  const matrix = icrsFromFk4WithoutE(year)
  return through((direction) => applied(matrix, system === 'FK4' ? withoutETerms(year, direction) : direction))
}

/** RADESYS and its equinox; each has a default that depends on the other. */
function equatorOf(headers: HeaderDict, longitude: string): { system: string; year: number; isBesselian: boolean } {
  const key = textAt(headers, 'RADESYS') ? 'RADESYS' : 'RADECSYS'
  const written = textAt(headers, key)?.toUpperCase()
  const equinox = written === 'ICRS' && longitude === 'RA--' ? undefined : equinoxOf(headers)
  const system = written ?? (equinox === undefined ? 'ICRS' : equinox < 1984 ? 'FK4' : 'FK5')
  if (!['ICRS', 'FK5', 'FK4', 'FK4-NO-E'].includes(system)) {
    throw new WcsFault(`${key} '${system}' is not a frame that can be turned into ICRS`)
  }
  const isBesselian = system.startsWith('FK4')
  return { system, year: equinox ?? (isBesselian ? 1950 : 2000), isBesselian }
}

/** EQUINOX or, in old headers, EPOCH: a year, which some write as the text J2000 or B1950. */
function equinoxOf(headers: HeaderDict): number | undefined {
  for (const key of ['EQUINOX', 'EPOCH']) {
    const written = headers.get(key)
    const text = typeof written === 'string' ? /^\s*[JB]?(\d{4}(?:\.\d*)?)\s*$/i.exec(written)?.[1] : undefined
    const year = text === undefined ? numberAt(headers, key) : Number(text)
    if (year === undefined) continue
    if (year < 1000 || year > 3000) throw new WcsFault(`${key} ${year} is not the year of an equinox`)
    return year
  }
  return undefined
}

function rotated(fromIcrs: Matrix3): ToIcrs {
  return through((direction) => turnedBack(fromIcrs, direction))
}

function through(toIcrs: (direction: Vector) => Vector): ToIcrs {
  return (point) => {
    const [x, y, z] = toIcrs(vectorOf(point))
    const ra = atan2d(y, x)
    return [ra < 0 ? ra + 360 : ra, atan2d(z, Math.hypot(x, y))]
  }
}
