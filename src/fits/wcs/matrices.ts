import { cosd, sind } from './degrees.ts'

export type Vector = [number, number, number]
/** Three rows. */
export type Matrix3 = [Vector, Vector, Vector]

/** Turns the axes (not the points) by an angle in degrees about the x, y or z axis: R1, R2 and R3 of astronomy. */
export function turn(axis: 'x' | 'y' | 'z', angle: number): Matrix3 {
  const [c, s] = [cosd(angle), sind(angle)]
  if (axis === 'x') return [[1, 0, 0], [0, c, s], [0, -s, c]] // biome-ignore format: rows
  if (axis === 'y') return [[c, 0, -s], [0, 1, 0], [s, 0, c]] // biome-ignore format: rows
  return [[c, s, 0], [-s, c, 0], [0, 0, 1]] // biome-ignore format: rows
}

/** The product of matrices; the last is the first to act. */
export function product(...matrices: Matrix3[]): Matrix3 {
  return matrices.reduce((a, b) => a.map((row) => applied(transposed(b), row)) as Matrix3)
}

export function transposed([a, b, c]: Matrix3): Matrix3 {
  return [0, 1, 2].map((i) => [a[i], b[i], c[i]]) as Matrix3
}

export function applied(matrix: Matrix3, vector: Vector): Vector {
  return matrix.map((row) => dot(row, vector)) as Vector
}

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

export function normalized(vector: Vector): Vector {
  const length = Math.hypot(...vector)
  return vector.map((x) => x / length) as Vector
}

/** Radians. */
export function angleBetween(one: Vector, other: Vector): number {
  return Math.atan2(Math.hypot(...cross(one, other)), dot(one, other))
}

/** The unit vector of a longitude and a latitude in degrees. */
export function vectorOf([longitude, latitude]: readonly [number, number]): Vector {
  return [cosd(longitude) * cosd(latitude), sind(longitude) * cosd(latitude), sind(latitude)]
}
