import { asind, atan2d, cosd, sind } from '../../fits/wcs/degrees.ts'

export type Point = [number, number]

/** Degrees: a box of a larger radius would cover too much of the sky. */
const WIDEST = 30

/**
 * A closed ring around a position, all in degrees. As the reference has it: without the cosine of
 * the declination. Where that would go beyond a pole it is a square in all directions, with the
 * pole inside. undefined: it is too wide.
 */
export function boxAround(ra: number, dec: number, radius: number): Point[] | undefined {
  if (Math.abs(radius) > WIDEST) return undefined
  const goesBeyondPole = Math.abs(dec) + Math.abs(radius) > 90
  const corners = goesBeyondPole ? square(ra, dec, Math.abs(radius)) : plainBox(ra, dec, radius)
  return [...corners, corners[0]!]
}

function plainBox(ra: number, dec: number, radius: number): Point[] {
  return [
    [ra - radius, dec + radius],
    [ra + radius, dec + radius],
    [ra + radius, dec - radius],
    [ra - radius, dec - radius],
  ]
}

/**
 * The corners are as far from the middle as the diagonal says, in the directions between those of
 * the compass.
 */
function square(ra: number, dec: number, radius: number): Point[] {
  const distance = radius * Math.SQRT2
  return [-45, 45, 135, 225].map((direction): Point => {
    const east = sind(direction) * sind(distance)
    const sine = sind(dec) * cosd(distance) + cosd(dec) * sind(distance) * cosd(direction)
    const north = cosd(distance) * cosd(dec) - sind(dec) * sind(distance) * cosd(direction)
    return [(ra + atan2d(east, north) + 720) % 360, asind(sine)]
  })
}
