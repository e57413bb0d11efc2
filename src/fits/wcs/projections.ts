import { asind } from './degrees.ts'

/** Degrees: x and y of the plane, phi and theta of the native sphere. */
export type Point = [number, number]

/** A map projection (Calabretta & Greisen 2002, section 5). */
export interface Projection {
  /** Native coordinates of the point that the plane's origin is, unless the headers say otherwise. */
  origin: Point
  /** To native coordinates; undefined: the plane has no sky there. */
  toSphere(x: number, y: number): Point | undefined
  /** undefined: the point is not on the plane, or this way is not known. */
  toPlane?(phi: number, theta: number): Point | undefined
}

/** The parameters PVi_m of a projection, by m. */
export type Parameters = ReadonlyMap<number, number>

/** Makes a projection of its parameters; undefined: there is none with such. */
export type Maker = (parameters: Parameters) => Projection | undefined

/** What rounding may do to a value that is at its limit. */
export const BEYOND = 1e-12

/** The arc sine in degrees; NaN beyond what rounding explains. */
export function arcsine(sine: number): number {
  return Math.abs(sine) > 1 + BEYOND ? Number.NaN : asind(Math.min(Math.max(sine, -1), 1))
}

/** The native coordinates, if they are on the sphere. */
export function onSphere([phi, theta]: Point): Point | undefined {
  if (!(Math.abs(phi) <= 180 + BEYOND && Math.abs(theta) <= 90 + BEYOND)) return undefined
  return [Math.min(Math.max(phi, -180), 180), Math.min(Math.max(theta, -90), 90)]
}

/** Where a function that grows between two arguments has a value: the interval is halved as long as it can be. */
export function solve(value: number, from: number, to: number, grows: (argument: number) => number): number {
  let [low, high] = [from, to]
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return middle
    if (grows(middle) < value) low = middle
    else high = middle
  }
}
