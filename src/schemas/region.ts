import { hasForeignSrid, namesNoNumber, positionsOf } from './area.ts'
import { MAX_POSITIONS, TOO_MANY_POSITIONS } from './sky.ts'
import { hasNul, type Refusal, refuse } from './values.ts'

const MAX_GEOMETRY = 8192

/** A geometry as text; PostGIS reads it (queries/frames/geometry.ts). */
export function parseGeometry(v: string): string | Refusal {
  if (v.length > MAX_GEOMETRY) return refuse(`Ensure this value has at most ${MAX_GEOMETRY} characters.`)
  if (positionsOf(v) > MAX_POSITIONS + 1) return refuse(TOO_MANY_POSITIONS)
  if (hasNul(v)) return refuse('Null characters are not allowed.')
  if (hasForeignSrid(v)) return refuse('Enter longitude and latitude: SRID 4326, or none.')
  return namesNoNumber(v) ? refuse('Enter finite coordinates.') : v
}

/** The spellings of a geometry and what they mean, for its parameters. */
export const GEOMETRY =
  'WKT, EWKT, GeoJSON or hexadecimal WKB; longitude is RA and latitude Dec, both in degrees (ICRS). RA may be given in 0…360 or -180…180; a declination beyond ±90 is refused, and a ring that goes round in RA more than once. Edges are great circles, the shorter way round: two corners of the same declination are not joined along the parallel. The inside of a ring is the smaller of its two sides, whichever way it runs, and may be as wide as half of the sky. For a box in RA and Dec use `box`.'
