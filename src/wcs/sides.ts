import { cross, dot, normalized, type Vector } from './matrices.ts'

/**
 * A point, as a unit vector, that PostGIS takes to be outside a closed ring of unit vectors: a ring on a sphere has two
 * sides, and this is how it knows which is which (liblwgeom, lwpoly_pt_outside, since 3.0). It lies outside the ring's
 * box in x, y and z; where that box is the whole sphere, 0.2 radians to the right of the ring's first edge.
 */
export function outsideOf(ring: readonly Vector[]): Vector {
  const box = boxOf(ring)
  for (let grow = Math.PI / 180 / 60; grow < Math.PI; grow *= 2) {
    const [low, high] = [
      box.low.map((x) => (x > -1 ? x - grow : x)) as Vector,
      box.high.map((x) => (x < 1 ? x + grow : x)) as Vector,
    ]
    for (const corner of CORNERS) {
      const point = normalized(corner.map((isHigh, i) => (isHigh ? high : low)[i]) as Vector)
      if (point.some((x, i) => x < box.low[i]! || x > box.high[i]!)) return point
    }
  }
  const [first, second] = [ring[0]!, ring[1]!]
  const middle = normalized(first.map((x, i) => x + second[i]!) as Vector)
  const left = normalized(cross(first, second))
  return normalized(middle.map((x, i) => x - 0.2 * left[i]!) as Vector)
}

/** In the order in which PostGIS tries them: 0 is the lower end of x, y and z, 1 the upper one. */
const CORNERS = [
  [0, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 0, 0],
  [1, 1, 0],
  [1, 0, 1],
  [0, 1, 1],
  [1, 1, 1],
] as const

interface Box {
  low: Vector
  high: Vector
}

/** The box around great circles from point to point, and around the axes that such a ring may enclose. */
function boxOf(ring: readonly Vector[]): Box {
  const points = ring.flatMap((from, i) => (i === 0 ? [from] : [from, ...extremes(ring[i - 1]!, from)]))
  const ends = (choose: (...x: number[]) => number): Vector =>
    [0, 1, 2].map((axis) => choose(...points.map((p) => p[axis]!))) as Vector
  const [low, high] = [ends(Math.min), ends(Math.max)]
  const straddles = (axis: number): boolean => low[axis]! < 0 && high[axis]! > 0
  for (const [axis, one, other] of [
    [2, 0, 1],
    [1, 0, 2],
    [0, 1, 2],
  ] as const) {
    if (!straddles(one) || !straddles(other)) continue
    const [isPositive, isNegative] = [low[axis] > 0, high[axis] < 0]
    if (!isNegative) high[axis] = 1
    if (!isPositive) low[axis] = -1
  }
  return { low, high }
}

/** Where the great circle between two points is farthest along an axis. */
function extremes(from: Vector, to: Vector): Vector[] {
  const normal = normalized(cross(from, to))
  if (!normal.every(Number.isFinite)) return []
  return [0, 1, 2].flatMap((axis) => {
    const along = normalized(normal.map((x, i) => (i === axis ? 1 : 0) - normal[axis]! * x) as Vector)
    return [along, along.map((x) => -x) as Vector].filter((p) => isBetween(p, from, to, normal))
  })
}

const isBetween = (p: Vector, from: Vector, to: Vector, normal: Vector): boolean =>
  dot(cross(from, p), normal) >= 0 && dot(cross(p, to), normal) >= 0

/** Whether a closed ring runs between two points, so that one is inside and the other outside. */
export function separates(ring: readonly Vector[], one: Vector, other: Vector): boolean {
  const normal = cross(one, other)
  let crossings = 0
  for (let i = 1; i < ring.length; i++) {
    const [from, to] = [ring[i - 1]!, ring[i]!]
    const [start, end] = [dot(normal, from), dot(normal, to)]
    if (start >= 0 === end >= 0) continue
    const crossing = from.map((x, axis) => x * Math.abs(end) + to[axis]! * Math.abs(start)) as Vector
    if (isBetween(crossing, one, other, normal)) crossings++
  }
  return crossings % 2 === 1
}
