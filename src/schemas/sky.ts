/** What is said of a declination that no place on the sky has; PostGIS would fold it into another. */
export const BEYOND_POLES = 'Declination beyond ±90: are RA and Dec swapped?'
/** Of rings so wide that they have to be cut before PostGIS is right about them (sql/migrations/000007_sky.sql). */
export const CROSSES_ITSELF = 'A ring as wide as this must not cross itself or another.'

/**
 * Of a geometry to search by. What a search costs grows with the positions times the frames near it: over 100 000 frames spread over the sky,
 * a comb of 195 positions across the whole sky took a quarter of a minute.
 */
export const MAX_POSITIONS = 200
export const TOO_MANY_POSITIONS = `Ensure this value has at most ${MAX_POSITIONS} positions.`

/** From `ra` eastwards over `width` (0 to 360), between two declinations; degrees. */
export interface Box {
  ra: number
  width: number
  dec1: number
  dec2: number
}

/**
 * Points (as WKT) that lie as far out as the box does in each of the directions x, y and z of space: there cos Dec is greatest or least, and
 * cos RA or sin RA. The box about these points is the one about the box, by which the index finds areas.
 */
export function pointsAround({ ra, width, dec1, dec2 }: Box): string {
  const ras = [ra, ra + width]
  for (let quarter = Math.ceil(ra / 90) * 90; quarter < ra + width; quarter += 90) ras.push(quarter)
  const decs = dec1 < 0 && dec2 > 0 ? [dec1, 0, dec2] : [dec1, dec2]
  return `MULTIPOINT(${ras.flatMap((x) => decs.map((y) => `${x} ${y}`)).join(',')})`
}
