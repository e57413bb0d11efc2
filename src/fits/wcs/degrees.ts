/** Trigonometry in degrees. It is not exact at multiples of 90, nor is that of the reference library: some of its answers at the poles hang on that. */

export const DEGREES = 180 / Math.PI
const RADIANS = Math.PI / 180

export function sind(angle: number): number {
  return Math.sin(angle * RADIANS)
}

export function cosd(angle: number): number {
  return Math.cos(angle * RADIANS)
}

export function asind(sine: number): number {
  return Math.asin(sine) * DEGREES
}

export function acosd(cosine: number): number {
  return Math.acos(cosine) * DEGREES
}

export function atan2d(y: number, x: number): number {
  return Math.atan2(y, x) * DEGREES
}
