import type { HeaderDict } from '../header/dictionary.ts'
import { DEGREES } from './degrees.ts'
import { angleBetween, cross, dot, unitVector, type Vector } from './matrices.ts'
import type { Point } from './projections.ts'
import { requireNumber, WcsError } from './values.ts'
import { pixelToIcrs, readWcs, type Wcs } from './wcs.ts'

/**
 * The outline of a two-axis image on the sky: a closed ring of ICRS RA and Dec in degrees, joined
 * by great circles. Its corners are the pixels (1, 1), (1, NAXIS2), (NAXIS1, NAXIS2) and (NAXIS1,
 * 1), with points between them where an edge is not a great circle.
 * @throws WcsError if the header does not say, or the image covers half the sky or more
 */
export function traceOutline(headers: HeaderDict): Point[] {
  const [width, height] = [requireNumber(headers, 'NAXIS1'), requireNumber(headers, 'NAXIS2')]
  const wcs = readWcs(headers)
  const corners: Point[] = [
    [1, 1],
    [1, height],
    [width, height],
    [width, 1],
  ]
  const sides = corners.map((corner, i) => traceSide(wcs, corner, corners[(i + 1) % 4]!))
  const ring = [...sides.flatMap((side) => side.slice(0, -1)), sides[0]![0]!]
  const at = (x: number, y: number): Vector => unitVector(pixelToIcrs(wcs, 1 + (width - 1) * x, 1 + (height - 1) * y))
  const center = at(0.5, 0.5)
  if (!center.every(Number.isFinite)) throw new WcsError('the middle of the image lies outside the sky')
  if (areaAround(center, ring) > HALF_THE_SKY)
    throw new WcsError('the image is too wide to tell it from the rest of the sky')
  return ring
}

/** Steradians, with a margin: the inside of a stored ring is its smaller side. */
const HALF_THE_SKY = 0.98 * 2 * Math.PI

/** Parts an edge is divided into: to see whether it is a great circle, and where it is not. */
const FEW = 8
const MANY = 48
/** An edge may be this much longer than a great circle and still pass for one. */
const STRAIGHT = 1.001
/** Neighbouring points further apart than this, in degrees, mean that the map is torn there. */
const TORN = 30

/** The points of an edge, from corner to corner; only these two if it is a great circle. */
function traceSide(wcs: Wcs, from: Point, to: Point): Point[] {
  const few = samplePoints(wcs, from, to, FEW)
  const ends = [few[0]!, few[FEW]!]
  const length = measureSteps(few).reduce((sum, step) => sum + step, 0)
  if (length <= STRAIGHT * measureSteps(ends)[0]! + 1e-9) return ends
  const many = samplePoints(wcs, from, to, MANY)
  if (Math.max(...measureSteps(many)) > TORN) throw new WcsError('an edge of the image jumps across the sky')
  return many
}

function samplePoints(wcs: Wcs, [x1, y1]: Point, [x2, y2]: Point, parts: number): Point[] {
  const points = Array.from({ length: parts + 1 }, (_, i) =>
    pixelToIcrs(wcs, x1 + ((x2 - x1) * i) / parts, y1 + ((y2 - y1) * i) / parts),
  )
  if (points.flat().every(Number.isFinite)) return points
  throw new WcsError('an edge of the image lies outside the sky')
}

/** The angles from point to point, in degrees. */
function measureSteps(points: Point[]): number[] {
  const vectors = points.map(unitVector)
  return vectors.slice(1).map((to, i) => angleBetween(vectors[i]!, to) * DEGREES)
}

/**
 * Steradians on the side of a ring that contains `center`: the sum of triangles from there to each
 * edge (Van Oosterom and Strackee 1983).
 */
function areaAround(center: Vector, ring: Point[]): number {
  const vectors = ring.map(unitVector)
  const triangle = (a: Vector, b: Vector): number =>
    2 * Math.atan2(dot(center, cross(a, b)), 1 + dot(center, a) + dot(a, b) + dot(b, center))
  return Math.abs(vectors.slice(1).reduce((sum, to, i) => sum + triangle(vectors[i]!, to), 0))
}
