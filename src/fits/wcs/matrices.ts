import { cosd, sind } from './degrees.ts'

export type Vector = [number, number, number]
/** Three rows. */
export type Matrix3 = [Vector, Vector, Vector]

/**
 * Rotates the axes (not points) by an angle in degrees about x, y or z: R1, R2 and R3 of astronomy.
 */
export function rotate(axis: 'x' | 'y' | 'z', angle: number): Matrix3 {
  const [c, s] = [cosd(angle), sind(angle)]
  if (axis === 'x') return [[1, 0, 0], [0, c, s], [0, -s, c]] // biome-ignore format: rows
  if (axis === 'y') return [[c, 0, -s], [0, 1, 0], [s, 0, c]] // biome-ignore format: rows
  return [[c, s, 0], [-s, c, 0], [0, 0, 1]] // biome-ignore format: rows
}

/** The product of matrices; the last one acts first. */
export function compose(...matrices: Matrix3[]): Matrix3 {
  return matrices.reduce((a, b) => a.map((row) => multiplyVector(transpose(b), row)) as Matrix3)
}

/** Rows become columns. */
export function transpose([a, b, c]: Matrix3): Matrix3 {
  return [0, 1, 2].map((i) => [a[i], b[i], c[i]]) as Matrix3
}

/** The product of a matrix and a vector. */
export function multiplyVector(matrix: Matrix3, vector: Vector): Vector {
  return matrix.map((row) => dot(row, vector)) as Vector
}

/** The scalar product. */
export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/** The vector product. */
export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/** The unit vector in the same direction. */
export function normalize(vector: Vector): Vector {
  const length = Math.hypot(...vector)
  return vector.map((x) => x / length) as Vector
}

/** The angle between two vectors in radians. */
export function angleBetween(one: Vector, other: Vector): number {
  return Math.atan2(Math.hypot(...cross(one, other)), dot(one, other))
}

/** The unit vector towards a longitude and a latitude in degrees. */
export function unitVector([longitude, latitude]: readonly [number, number]): Vector {
  return [cosd(longitude) * cosd(latitude), sind(longitude) * cosd(latitude), sind(latitude)]
}
