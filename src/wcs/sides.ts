import { angleBetween, cross, dot, normalized, type Vector } from './matrices.ts'

/**
 * A point, as a unit vector, that PostGIS takes to be outside a closed ring of unit vectors: a ring on a sphere has two
 * sides, and this is how it knows which is which (liblwgeom since 3.0, gbox_pt_outside). It lies outside the box of the
 * ring in x, y and z; undefined: that box is the whole sphere, and `outsidesByStart` says what PostGIS does.
 */
export function outsideByBox(ring: readonly Vector[]): Vector | undefined {
  const box = boxOf(ring)
  for (let grow = Math.PI / 180 / 60; grow < Math.PI; grow *= 2) {
    const low = box.low.map((x) => (x > -1 ? x - grow : x))
    const high = box.high.map((x) => (x < 1 ? x + grow : x))
    for (const corner of CORNERS) {
      const point = normalized(corner.map((isHigh, i) => (isHigh ? high : low)[i]) as Vector)
      if (point.some((x, i) => x < box.low[i]! || x > box.high[i]!)) return point
    }
  }
  return undefined
}

/**
 * The points that PostGIS takes to be outside a ring whose box is the whole sphere: 0.2 radians to the right of its first
 * edge (lwpoly_pt_outside_hack), or, in some searches, opposite to the centre of a circle that it draws around all of it
 * (circ_tree_get_point_outside).
 */
export function outsidesByStart(ring: readonly Vector[]): Vector[] {
  const [first, second] = [ring[0]!, ring[1]!]
  const left = normalized(cross(first, second))
  const besides = normalized(middleOf(first, second).map((x, i) => x - 0.2 * left[i]!) as Vector)
  return [besides, centerOf(ring).map((x) => -x) as Vector]
}

function middleOf(one: Vector, other: Vector): Vector {
  return normalized(one.map((x, i) => x + other[i]!) as Vector)
}

interface Circle {
  center: Vector
  radius: number
}

/** How many circles PostGIS joins at a time. */
const JOINED = 8

/** Where the circles around the edges, joined to ever larger ones, have their centre. */
function centerOf(ring: readonly Vector[]): Vector {
  let circles = ring.slice(1).flatMap((to, i): Circle[] => {
    const length = angleBetween(ring[i]!, to)
    return length < 1e-12 ? [] : [{ center: middleOf(ring[i]!, to), radius: length / 2 }]
  })
  while (circles.length > 1) {
    const groups = Array.from({ length: Math.ceil(circles.length / JOINED) }, (_, i) => i * JOINED)
    circles = groups.map((start) => circles.slice(start, start + JOINED).reduce(joined))
  }
  return circles[0]!.center
}

/** The circle around two. */
function joined(one: Circle, other: Circle): Circle {
  const distance = angleBetween(one.center, other.center)
  if (distance < 1e-12) return one
  if (distance < Math.abs(one.radius - other.radius)) return one.radius > other.radius ? one : other
  const [offset, sine] = [(distance + other.radius - one.radius) / 2, Math.sin(distance)]
  const [near, far] = [Math.sin(distance - offset) / sine, Math.sin(offset) / sine]
  return {
    center: normalized(one.center.map((x, i) => near * x + far * other.center[i]!) as Vector),
    radius: (distance + one.radius + other.radius) / 2,
  }
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
