import { asind } from './degrees.ts'

/** x and y on the plane, or phi and theta on the native sphere, in degrees. */
export type Point = [number, number]

/** A map projection (Calabretta & Greisen 2002, section 5). */
export interface Projection {
  /** Native coordinates of the plane's origin, unless the header says otherwise. */
  origin: Point
  /** To native coordinates; undefined where the plane has no sky. */
  toSphere(x: number, y: number): Point | undefined
  /** The inverse; undefined for points that are not on the plane. Missing if unknown. */
  toPlane?(phi: number, theta: number): Point | undefined
}

/** The projection parameters PVi_m, by m. */
export type Parameters = ReadonlyMap<number, number>

/** Makes a projection from its parameters; undefined if they allow none. */
export type Maker = (parameters: Parameters) => Projection | undefined

/** What rounding may add to a value at its limit. */
export const ROUNDING = 1e-12

/** The arc sine in degrees, tolerating rounding; NaN beyond that. */
export function arcsine(sine: number): number {
  return Math.abs(sine) > 1 + ROUNDING ? Number.NaN : asind(Math.min(Math.max(sine, -1), 1))
}

/** Native coordinates with rounding beyond the limits removed; undefined if off the sphere. */
export function clampToSphere([phi, theta]: Point): Point | undefined {
  if (!(Math.abs(phi) <= 180 + ROUNDING && Math.abs(theta) <= 90 + ROUNDING)) return undefined
  return [Math.min(Math.max(phi, -180), 180), Math.min(Math.max(theta, -90), 90)]
}

/**
 * Where a function that increases between two arguments has a value, by bisection to the last bit.
 */
export function solve(value: number, from: number, to: number, grows: (argument: number) => number): number {
  let [low, high] = [from, to]
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return middle
    if (grows(middle) < value) low = middle
    else high = middle
  }
}
