import type { HeaderKeys } from '../config/types.ts'
import { type HeaderDict, type HeaderValue, Real } from '../fits/dictionary.ts'
import { corners } from '../wcs/corners.ts'
import { ARCSECOND, DEGREE, degreesOf, HOUR } from './angle.ts'
import type { IngestRecord } from './types.ts'
import { areSet, shown } from './values.ts'

type Point = [number, number]

/** What the headers must say for the corners of the image; a cube's image is not its first plane alone. */
const IMAGE = ['CD1_1', 'CD1_2', 'CD2_1', 'CD2_2', 'NAXIS1', 'NAXIS2']

/**
 * The area of the sky that a file shows: the box around RADIUS, RA and DEC, else the corners of the image. A position that cannot be
 * read costs the area, not the frame: then a warning says so.
 */
export function areaOf(headers: HeaderDict, keys: HeaderKeys): { area: IngestRecord['area']; warnings: string[] } {
  if (areSet(headers, [keys.radius, keys.ra, keys.dec])) {
    const [radius, ra, dec] = [
      angle(headers.get(keys.radius)!, ARCSECOND),
      angle(headers.get(keys.ra)!, HOUR),
      angle(headers.get(keys.dec)!, DEGREE),
    ]
    if ([radius, ra, dec].every(Number.isFinite)) return { area: polygon(box(ra, dec, radius)), warnings: [] }
    const said = [keys.radius, keys.ra, keys.dec].map((key) => `${key} ${shown(headers.get(key))}`)
    return { area: null, warnings: [`no area: ${said.join(', ')} cannot be read as angles`] }
  }
  if (!areSet(headers, IMAGE) || areSet(headers, ['NAXIS3'])) return { area: null, warnings: [] }
  const found = corners(headers)
  if (found?.every((point) => point.every(Number.isFinite))) return { area: polygon(found), warnings: [] }
  return { area: null, warnings: ['no area: the headers of its world coordinate system cannot be used'] }
}

/** A value as an angle in degrees; NaN where it is none. */
function angle(value: HeaderValue, unit: number): number {
  if (typeof value === 'string') return degreesOf(value, unit)
  if (typeof value === 'boolean') return Number.NaN
  return Number(value instanceof Real ? value.value : value) * unit
}

/** As the reference has it: without the cosine of the declination. */
function box(ra: number, dec: number, radius: number): Point[] {
  return [
    [ra - radius, dec + radius],
    [ra + radius, dec + radius],
    [ra + radius, dec - radius],
    [ra - radius, dec - radius],
  ]
}

const polygon = (points: Point[]): IngestRecord['area'] => ({ type: 'Polygon', coordinates: [[...points, points[0]!]] })
