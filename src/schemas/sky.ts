/**
 * What is said of a declination that no place on the sky has; PostGIS would fold it into another.
 */
export const BEYOND_POLES = 'Declination beyond ±90: are RA and Dec swapped?'
/** What programs make of a box about a pole, whose width they divide by the cosine of its declination. */
export const ROUND_AGAIN = 'RA goes round the sky more than once: near a pole ask for a `cone` or a `box`.'
/** Of rings that are cut because PostGIS is wrong about them (sql/migrations/000007_sky.sql). */
export const CROSSES_ITSELF = 'A ring as wide as this must not cross itself or another.'

/**
 * Of a geometry to search by. What a search costs grows with the positions times the frames near
 * it: over 100 000 frames spread over the sky, a comb of 195 positions across the whole sky took a
 * quarter of a minute.
 */
export const MAX_POSITIONS = 200
export const TOO_MANY_POSITIONS = `Ensure this value has at most ${MAX_POSITIONS} positions.`

/** An RA of any number of turns, from 0 to below 360. */
export const foldRa = (degrees: number): number =>
  degrees >= 0 && degrees < 360 ? degrees : ((degrees % 360) + 360) % 360

/** From `ra` eastwards over `width` (0 to 360), between two declinations; degrees. */
export interface Box {
  ra: number
  width: number
  dec1: number
  dec2: number
}

/**
 * Points (as WKT) that lie as far out as the box does in each of the directions x, y and z of
 * space: there cos Dec is greatest or least, and cos RA or sin RA. The box about these points is
 * the one about the box, by which the index finds areas.
 */
export function pointsAround({ ra, width, dec1, dec2 }: Box): string {
  const ras = [ra, ra + width]
  for (let quarter = Math.ceil(ra / 90) * 90; quarter < ra + width; quarter += 90) ras.push(quarter)
  const decs = dec1 < 0 && dec2 > 0 ? [dec1, 0, dec2] : [dec1, dec2]
  return `MULTIPOINT(${ras.flatMap((x) => decs.map((y) => `${x} ${y}`)).join(',')})`
}

const RADIAN = 180 / Math.PI

/** A circle that a box holds, and one that holds the box, about the same place; degrees. */
export function circlesOf({ ra, width, dec1, dec2 }: Box): { centre: string; inner: number; outer: number } {
  const [middle, half] = [(dec1 + dec2) / 2, width / 2]
  const toParallels = (dec2 - dec1) / 2
  const toMeridians =
    half < 90 ? Math.asin(Math.cos(middle / RADIAN) * Math.sin(half / RADIAN)) * RADIAN : Number.POSITIVE_INFINITY
  const toCorner = (dec: number): number => {
    const [a, b] = [dec / RADIAN, middle / RADIAN]
    const cos = Math.sin(a) * Math.sin(b) + Math.cos(a) * Math.cos(b) * Math.cos(half / RADIAN)
    return Math.acos(Math.max(-1, Math.min(1, cos))) * RADIAN
  }
  return {
    centre: `POINT(${ra + half} ${middle})`,
    inner: Math.min(toParallels, toMeridians),
    // farther round than half of it corners say nothing of edges; so near arccosines are not exact
    outer: half <= 90 ? Math.max(toCorner(dec1), toCorner(dec2)) + 1e-6 : 180,
  }
}

/** What lies within `radius` (0 to 180) of a place; degrees. */
export interface Cone {
  ra: number
  dec: number
  radius: number
}

/** A degree in metres on the sphere that PostGIS measures on when it is told to take one. */
const METRES_IN_DEGREE = 6_371_008.771415059 / RADIAN
/** Degrees on the sky in metres, as st_distance() has them on the sphere. */
export const metresOf = (degrees: number): number => degrees * METRES_IN_DEGREE

/** The middle of a cone, as WKT. */
export const centreOf = ({ ra, dec }: Cone): string => `POINT(${ra} ${dec})`

/**
 * Points (as WKT) that lie as far out as the cone does in each of the directions x, y and z of
 * space, and a little farther: the box about them is the one about the cone.
 */
export function pointsAroundCone({ ra, dec, radius }: Cone): string {
  const [a, d, r] = [ra / RADIAN, dec / RADIAN, Math.min(180, radius + 1e-7) / RADIAN]
  const centre = [Math.cos(d) * Math.cos(a), Math.cos(d) * Math.sin(a), Math.sin(d)]
  const points = [0, 1, 2].flatMap((axis) =>
    [1, -1].map((sign) => {
      const end = [0, 0, 0].map((_, i) => (i === axis ? sign : 0))
      const towards = sign * centre[axis]!
      if (Math.acos(Math.max(-1, Math.min(1, towards))) <= r) return end
      // across from the centre, in the plane of both; of opposite ends any way is right
      const way = end.map((e, i) => e - towards * centre[i]!)
      const length = Math.hypot(...way)
      const [across, size] = length > 1e-9 ? [way, length] : [acrossOf(axis), 1]
      return centre.map((c, i) => c * Math.cos(r) + (across[i]! / size) * Math.sin(r))
    }),
  )
  const degrees = points.map(([x, y, z]) => [Math.atan2(y!, x!) * RADIAN, Math.atan2(z!, Math.hypot(x!, y!)) * RADIAN])
  return `MULTIPOINT(${degrees.map((p) => p.map((n) => n.toFixed(12)).join(' ')).join(',')})`
}

/** A direction at right angles to an axis. */
const acrossOf = (axis: number): number[] => [0, 1, 2].map((i) => (i === (axis + 1) % 3 ? 1 : 0))
