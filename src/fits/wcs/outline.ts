import type { HeaderDict } from '../header/dictionary.ts'
import { DEGREES } from './degrees.ts'
import { angleBetween, cross, dot, type Vector, vectorOf } from './matrices.ts'
import type { Point } from './projections.ts'
import { neededNumber, WcsFault } from './values.ts'
import { pixelToIcrs, type Wcs, wcsOf } from './wcs.ts'

/**
 * The outline of an image with two axes on the sky: a closed ring of RA and Dec of ICRS in degrees, whose edges are
 * great circles. Its corners are the pixels (1, 1), (1, NAXIS2), (NAXIS1, NAXIS2) and (NAXIS1, 1); where the side of an
 * image is not a great circle, there are points between them. Throws `WcsFault` where the headers do not say, or the
 * image covers half of the sky or more.
 */
export function outlineOf(headers: HeaderDict): Point[] {
  const [width, height] = [neededNumber(headers, 'NAXIS1'), neededNumber(headers, 'NAXIS2')]
  const wcs = wcsOf(headers)
  const corners: Point[] = [
    [1, 1],
    [1, height],
    [width, height],
    [width, 1],
  ]
  const sides = corners.map((corner, i) => sideOf(wcs, corner, corners[(i + 1) % 4]!))
  const ring = [...sides.flatMap((side) => side.slice(0, -1)), sides[0]![0]!]
  const at = (x: number, y: number): Vector => vectorOf(pixelToIcrs(wcs, 1 + (width - 1) * x, 1 + (height - 1) * y))
  const center = at(0.5, 0.5)
  if (!center.every(Number.isFinite)) throw new WcsFault('the middle of the image lies outside the sky')
  if (areaAround(center, ring) > HALF_THE_SKY)
    throw new WcsFault('the image is so wide that it cannot be told from the rest of the sky')
  return ring
}

/** Steradians, with something to spare: the inside of a stored ring is the smaller of its two sides. */
const HALF_THE_SKY = 0.98 * 2 * Math.PI

/** Parts of a side of an image: for a first look, and where the side is not a great circle. */
const FEW = 8
const MANY = 48
/** How much longer than a great circle a side may be and still pass for one. */
const STRAIGHT = 1.001
/** Degrees: neighbouring points of a side are nearer than this, or the map is torn between them. */
const TORN = 30

/** The points of a side from corner to corner: these two alone where it is a great circle. */
function sideOf(wcs: Wcs, from: Point, to: Point): Point[] {
  const few = pointsBetween(wcs, from, to, FEW)
  const ends = [few[0]!, few[FEW]!]
  const length = stepsOf(few).reduce((sum, step) => sum + step, 0)
  if (length <= STRAIGHT * stepsOf(ends)[0]! + 1e-9) return ends
  const many = pointsBetween(wcs, from, to, MANY)
  if (Math.max(...stepsOf(many)) > TORN) throw new WcsFault('an edge of the image jumps across the sky')
  return many
}

function pointsBetween(wcs: Wcs, [x1, y1]: Point, [x2, y2]: Point, parts: number): Point[] {
  const points = Array.from({ length: parts + 1 }, (_, i) =>
    pixelToIcrs(wcs, x1 + ((x2 - x1) * i) / parts, y1 + ((y2 - y1) * i) / parts),
  )
  if (points.flat().every(Number.isFinite)) return points
  throw new WcsFault('an edge of the image lies outside the sky')
}

/** Degrees from point to point. */
function stepsOf(points: Point[]): number[] {
  const vectors = points.map(vectorOf)
  return vectors.slice(1).map((to, i) => angleBetween(vectors[i]!, to) * DEGREES)
}

/**
 * Steradians of the side of a ring on which the middle of its image lies: triangles from the middle to each edge are added up
 * (Van Oosterom and Strackee 1983).
 */
function areaAround(center: Vector, ring: Point[]): number {
  const vectors = ring.map(vectorOf)
  const triangle = (a: Vector, b: Vector): number =>
    2 * Math.atan2(dot(center, cross(a, b)), 1 + dot(center, a) + dot(a, b) + dot(b, center))
  return Math.abs(vectors.slice(1).reduce((sum, to, i) => sum + triangle(vectors[i]!, to), 0))
}
