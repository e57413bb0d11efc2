// Inexact at multiples of 90, as in the reference library: some results at the poles depend on it.

/** Degrees per radian. */
export const DEGREES = 180 / Math.PI
const RADIANS = Math.PI / 180

/** The sine of an angle in degrees. */
export function sind(angle: number): number {
  return Math.sin(angle * RADIANS)
}

/** The cosine of an angle in degrees. */
export function cosd(angle: number): number {
  return Math.cos(angle * RADIANS)
}

/** The arc sine in degrees; NaN beyond ±1. */
export function asind(sine: number): number {
  return Math.asin(sine) * DEGREES
}

/** The arc cosine in degrees; NaN beyond ±1. */
export function acosd(cosine: number): number {
  return Math.acos(cosine) * DEGREES
}

/** The angle of a vector in degrees, from -180 to 180. */
export function atan2d(y: number, x: number): number {
  return Math.atan2(y, x) * DEGREES
}
