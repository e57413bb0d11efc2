import { cylindricals } from './cylindricals.ts'
import { zenithals } from './zenithals.ts'

/** Degrees: x and y of the plane, phi and theta of the native sphere. */
export type Point = [number, number]

/** A map projection (Calabretta & Greisen 2002, section 5). */
export interface Projection {
  /** Native coordinates of the point that the plane's origin is, unless the headers say otherwise. */
  origin: Point
  /** To native coordinates; undefined: the plane has no sky there. */
  toSphere(x: number, y: number): Point | undefined
  /** undefined: the point is not on the plane. */
  toPlane(phi: number, theta: number): Point | undefined
}

/** The projection of a code, with its parameters by m; undefined: it is none of those that are read. */
export function projectionOf(code: string, parameters: ReadonlyMap<number, number>): Projection | undefined {
  return { ...zenithals, ...cylindricals }[code]?.(parameters)
}
