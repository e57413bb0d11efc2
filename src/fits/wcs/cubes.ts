import { asind, atan2d, cosd, sind } from './degrees.ts'
import { dot, unitVector, type Vector } from './matrices.ts'
import type { Maker, Point, Projection } from './projections.ts'

/**
 * Quadrilateralized spherical cubes (Calabretta & Greisen 2002, section 5.6): the sphere on six
 * squares, four of them around the equator. Each maps face coordinates between -1 and 1 to a
 * direction and back; there (1, 0, 0) is the middle of the face, x is along the second axis, y the
 * third.
 */
export const cubes: Record<string, Maker> = {
  TSC: cube(
    (x, y) => [1, x, y],
    (x, y) => [x, y],
  ),
  CSC: cube(
    (x, y) => [1, cobe(x, y), cobe(y, x)],
    (x, y) => [cobeBack(x, y), cobeBack(y, x)],
  ),
  QSC: cube(equalArea, equalAreaBack),
}

/** Degrees from the middle of a face to its edge. */
const HALF = 45

/** @param toSquare takes the tangents of a direction */
function cube(
  toFace: (x: number, y: number) => Vector | undefined,
  toSquare: (x: number, y: number) => [number, number],
): Maker {
  const projection: Projection = {
    origin: [0, 0],
    toSphere(xDegrees, yDegrees) {
      const place = locateFace(xDegrees / HALF, yDegrees / HALF)
      const direction = place && toFace(place.x, place.y)
      return direction && toNative(FACES[place.face]!(direction))
    },
    toPlane(phi, theta) {
      const direction = unitVector([phi, theta])
      const depths = FACES.map((face) => dot(face([1, 0, 0]), direction))
      const face = depths.indexOf(Math.max(...depths))
      const along = (axis: Vector): number => dot(FACES[face]!(axis), direction) / depths[face]!
      const [x, y] = toSquare(along([0, 1, 0]), along([0, 0, 1]))
      const [column, row] = PLACES[face]!
      return [HALF * (x + column), HALF * (y + row)]
    },
  }
  return () => projection
}

function toNative([x, y, z]: Vector): Point {
  return [x === 0 && y === 0 ? 0 : atan2d(y, x), atan2d(z, Math.hypot(x, y))]
}

/**
 * Turns a direction relative to a face into one on the sphere: north, four around the equator,
 * south.
 */
const FACES: ((direction: Vector) => Vector)[] = [
  ([a, x, y]) => [-y, x, a],
  ([a, x, y]) => [a, x, y],
  ([a, x, y]) => [-x, a, y],
  ([a, x, y]) => [-a, -x, y],
  ([a, x, y]) => [x, -a, y],
  ([a, x, y]) => [y, x, -a],
]

/** The middles of the faces on the plane. */
const PLACES = [
  [0, 2],
  [0, 0],
  [2, 0],
  [4, 0],
  [6, 0],
  [0, -2],
] as const

/** The face of a point of the plane, and the point on it; undefined where there is no face. */
function locateFace(x: number, y: number): { face: number; x: number; y: number } | undefined {
  if (Math.abs(x) <= 1) {
    if (Math.abs(y) > 3) return undefined
    if (y > 1) return { face: 0, x, y: y - 2 }
    return y < -1 ? { face: 5, x, y: y + 2 } : { face: 1, x, y }
  }
  if (Math.abs(x) > 7 || Math.abs(y) > 1) return undefined
  // faces may be on the left as well
  const right = x < -1 ? x + 8 : x
  const column = Math.max(Math.ceil((right - 1) / 2), 0)
  return { face: column + 1, x: right - 2 * column, y }
}

/** Coefficients of CSC: a row for each power of y², with one for each power of x². */
const COBE = [
  [-0.27292696, -0.07629969, -0.22797056, 0.54852384, -0.62930065, 0.25795794, 0.02584375],
  [-0.02819452, -0.01471565, 0.48051509, -1.74114454, 1.71547508, -0.53022337],
  [0.2705816, -0.56800938, 0.30803317, 0.98938102, -0.83180469],
  [-0.6044156, 1.50880086, -0.93678576, 0.08693841],
  [0.93412077, -1.4160192, 0.33887446],
  [-0.63915306, 0.52032238],
  [0.14381585],
]

/** COBE's cube (section 5.6.2): a fitted approximation to equal areas. */
function cobe(x: number, y: number): number {
  const [x2, y2] = [x * x, y * y]
  const row = (coefficients: readonly number[]): number => coefficients.reduceRight((sum, c) => sum * x2 + c, 0)
  return x + x * (1 - x2) * COBE.reduceRight((sum, coefficients) => sum * y2 + row(coefficients), 0)
}

/** Its inverse, fitted separately: the two differ by some arcseconds. */
function cobeBack(x: number, y: number): number {
  const [x2, y2] = [x * x, y * y]
  const [fromX, fromY] = [1 - x2, 1 - y2]
  const both = 0.141189631152 + 0.0809701286525 * x2 - 0.281528535557 * y2 + 0.15384112876 * x2 * y2
  const inner = fromY * (both - 0.178251207466 * x2 * x2 + 0.106959469314 * y2 * y2)
  const mixed = y2 * (-0.13161671474 * fromX + 0.004869491981 * x2 + inner)
  const own = x2 * (-0.159596235474 - fromX * (0.0759196200467 - 0.0217762490699 * x2))
  return x * (x2 + fromX * (1.37484847732 + mixed + own))
}

/** The equal-area cube (section 5.6.3): each triangle of a face by its larger coordinate. */
function equalArea(x: number, y: number): Vector | undefined {
  if (x === 0 && y === 0) return [1, 0, 0]
  const isBesides = Math.abs(x) > Math.abs(y)
  const [larger, smaller] = isBesides ? [x, y] : [y, x]
  const angle = (15 * smaller) / larger
  const omega = sind(angle) / (cosd(angle) - Math.SQRT1_2)
  const tau = 1 + omega * omega
  const depth = larger * larger * (1 - 1 / Math.sqrt(1 + tau))
  if (depth > 2) return undefined
  const along = Math.sign(larger) * Math.sqrt((depth * (2 - depth)) / tau)
  return isBesides ? [1 - depth, along, along * omega] : [1 - depth, along * omega, along]
}

function equalAreaBack(x: number, y: number): [number, number] {
  if (x === 0 && y === 0) return [0, 0]
  const isBesides = Math.abs(x) > Math.abs(y)
  const omega = isBesides ? y / x : x / y
  const tau = 1 + omega * omega
  const depth = 1 - 1 / Math.hypot(1, x, y)
  const larger = Math.sign(isBesides ? x : y) * Math.sqrt(depth / (1 - 1 / Math.sqrt(1 + tau)))
  const smaller = (larger / 15) * (atan2d(omega, 1) - asind(omega / Math.sqrt(tau + tau)))
  return isBesides ? [larger, smaller] : [smaller, larger]
}
