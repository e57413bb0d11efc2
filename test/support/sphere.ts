import fc from 'fast-check'

/** A place on the sky in degrees. */
export type Point = readonly [ra: number, dec: number]
type Vector = readonly [number, number, number]

const radians = Math.PI / 180
export const vector = ([ra, dec]: Point): Vector => [
  Math.cos(dec * radians) * Math.cos(ra * radians),
  Math.cos(dec * radians) * Math.sin(ra * radians),
  Math.sin(dec * radians),
]
export const pointOf = ([x, y, z]: Vector): Point => [
  Math.atan2(y, x) / radians,
  Math.atan2(z, Math.hypot(x, y)) / radians,
]
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]
const det = (a: Vector, b: Vector, c: Vector): number => dot(cross(a, b), c)
const unit = (v: Vector): Vector => v.map((x) => x / Math.hypot(...v)) as unknown as Vector

/** From a place, so many degrees in a direction (east of north). */
export function away([ra, dec]: Point, distance: number, angle: number): Point {
  const [d, a, b] = [distance * radians, angle * radians, dec * radians]
  const sin = Math.sin(b) * Math.cos(d) + Math.cos(b) * Math.sin(d) * Math.cos(a)
  const east = Math.atan2(Math.sin(a) * Math.sin(d) * Math.cos(b), Math.cos(d) - Math.sin(b) * sin)
  return [ra + east / radians, Math.asin(Math.max(-1, Math.min(1, sin))) / radians]
}

/**
 * A region that can be seen whole from its centre. What lies inside is known from the triangles that the centre makes with each edge, and
 * their sum, without anything that the archive does.
 */
export interface Star {
  centre: Point
  /** Not closed; counter-clockwise about the centre as they were drawn. */
  corners: readonly Point[]
}

/** Whether the triangle a, b, c (counter-clockwise, no side longer than half a circle) holds p; what lies between two triangles is in both. */
const holds = (a: Vector, b: Vector, c: Vector, p: Vector): boolean =>
  det(a, b, p) > -1e-14 && det(b, c, p) > -1e-14 && det(c, a, p) > -1e-14

function edges({ corners }: Star): [Vector, Vector][] {
  const vectors = corners.map(vector)
  return vectors.map((v, i) => [v, vectors[(i + 1) % vectors.length]!])
}

/** The area about the centre, in steradians. */
export function areaOf(star: Star): number {
  const c = vector(star.centre)
  const from = (v: Vector): Vector => [v[0] - c[0], v[1] - c[1], v[2] - c[2]]
  return edges(star).reduce(
    (sum, [a, b]) => sum + 2 * Math.atan2(det(c, from(a), from(b)), 1 + dot(c, a) + dot(a, b) + dot(b, c)),
    0,
  )
}

/** Whether a place is inside: on the smaller side of the ring. */
export function isIn(star: Star, point: Point): boolean {
  const c = vector(star.centre)
  const p = vector(point)
  const aroundCentre = edges(star).some(([a, b]) => holds(c, a, b, p))
  return areaOf(star) > 2 * Math.PI ? !aroundCentre : aroundCentre
}

function cross2([a, b]: [Vector, Vector], [c, d]: [Vector, Vector]): boolean {
  const [ab, cd] = [cross(a, b), cross(c, d)]
  const [ofC, ofD, ofA, ofB] = [dot(ab, c), dot(ab, d), dot(cd, a), dot(cd, b)]
  if (ofC * ofD >= 0 || ofA * ofB >= 0) return false
  const meeting = cross(ab, cd)
  const on = ([from, to]: [Vector, Vector], n: Vector, p: Vector) =>
    dot(cross(from, p), n) > 0 && dot(cross(p, to), n) > 0
  const back = meeting.map((x) => -x) as unknown as Vector
  return [meeting, back].some((p) => on([a, b], ab, p) && on([c, d], cd, p))
}
const edgesCross = (a: Star, b: Star): boolean => edges(a).some((e) => edges(b).some((f) => cross2(e, f)))

export const meet = (a: Star, b: Star): boolean =>
  b.corners.some((p) => isIn(a, p)) || a.corners.some((p) => isIn(b, p)) || edgesCross(a, b)

/** Whether the first holds all of the second; no corner of either lies on an edge of the other. */
export const covers = (a: Star, b: Star): boolean =>
  b.corners.every((p) => isIn(a, p)) && !a.corners.some((p) => isIn(b, p)) && !edgesCross(a, b)

/** Degrees between two directions; exact for small and for large ones. */
const angleBetween = (a: Vector, b: Vector): number => Math.atan2(Math.hypot(...cross(a, b)), dot(a, b)) / radians

/** Degrees between two places. */
export const distance = (a: Point, b: Point): number => angleBetween(vector(a), vector(b))

/** Degrees from a place to the nearest one of a region: 0 inside. */
export function distanceTo(star: Star, point: Point): number {
  if (isIn(star, point)) return 0
  const p = vector(point)
  const toEdges = edges(star).map(([a, b]) => {
    const n = unit(cross(a, b))
    // the foot of the perpendicular, where it falls between the ends
    const isBeside = dot(cross(n, a), p) > 0 && dot(cross(b, n), p) > 0
    const off = isBeside ? Math.abs(Math.asin(Math.max(-1, Math.min(1, dot(n, p))))) / radians : 180
    return Math.min(off, angleBetween(a, p), angleBetween(b, p))
  })
  return Math.min(...toEdges)
}

/** Places all along the edges and all over the inside, some `step` degrees from each other. */
export function* placesIn(star: Star, step: number): Generator<Point> {
  const c = vector(star.centre)
  const along = (a: Vector, b: Vector, t: number): Vector =>
    unit(a.map((x, i) => x + t * (b[i]! - x)) as unknown as Vector)
  for (const [a, b] of edges(star)) {
    const steps = Math.ceil(Math.acos(Math.min(1, dot(a, b))) / radians / step) + 1
    for (let i = 0; i <= steps; i++) {
      const rim = along(a, b, i / steps)
      const inwards = Math.ceil(Math.acos(Math.min(1, dot(c, rim))) / radians / step) + 1
      for (let j = 0; j <= inwards; j++) yield pointOf(along(c, rim, j / inwards))
    }
  }
}

/** Evenly: `fc.double` gives mostly what is very small. */
export const between = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: 2 ** 30 }).map((n) => min + ((max - min) * n) / 2 ** 30)

/** All over the sky, more often where something may go wrong. */
export const centres: fc.Arbitrary<Point> = fc.oneof(
  fc.tuple(between(0, 360), between(-1, 1)).map(([ra, z]): Point => [ra, Math.asin(z) / radians]),
  fc.tuple(fc.constantFrom(0, 90, 180, 270, 359.9), between(-60, 60)).map(([ra, dec]): Point => [ra + 0.013, dec]),
  fc.tuple(between(0, 360), fc.constantFrom(-89.7, -85.1, 85.1, 89.7)),
  // here a ring goes round on all three axes first
  fc.tuple(fc.constantFrom(45, 135, 225, 315), fc.constantFrom(-35.3, 35.3)),
)

/** Rings about random centres, round or jagged. */
export const stars = (minRadius: number, maxRadius: number): fc.Arbitrary<Star> =>
  fc
    .tuple(
      centres,
      between(Math.log(minRadius), Math.log(maxRadius)).map(Math.exp),
      between(0, 360),
      fc.oneof(
        fc.array(between(0.6, 1), { minLength: 5, maxLength: 24 }),
        fc.integer({ min: 5, max: 36 }).map((n) => Array<number>(n).fill(1)),
      ),
    )
    .map(([centre, radius, from, shape]) => ({
      centre,
      // west of north, north of west …: counter-clockwise as seen from outside
      corners: shape.map((part, i) => away(centre, radius * part, from - (360 * i) / shape.length)),
    }))

/** The closed ring, as it was drawn or the other way round. */
export function ringOf({ corners }: Star, turned: boolean): Point[] {
  const ring = [...corners, corners[0]!]
  return turned ? ring.reverse() : ring
}
export const wkt = (star: Star, turned = false): string =>
  `POLYGON((${ringOf(star, turned)
    .map((p) => p.join(' '))
    .join(',')}))`

/** The names of those whose star is kept, sorted. */
export const namesOf = (frames: readonly { name: string; star: Star }[], keep: (star: Star) => boolean): string[] =>
  frames
    .filter(({ star }) => keep(star))
    .map(({ name }) => name)
    .toSorted()
