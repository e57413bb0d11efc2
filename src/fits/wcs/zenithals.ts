import { acosd, asind, atan2d, cosd, DEGREES, sind } from './degrees.ts'
import { type Maker, type Point, type Projection, ROUNDING } from './projections.ts'

/**
 * Zenithal projections (Calabretta & Greisen 2002, section 5.1): the native pole is in the middle.
 */
export const zenithals: Record<string, Maker> = {
  TAN: () =>
    zenithal(
      (r) => atan2d(DEGREES, r),
      (theta) => (theta > 0 ? (DEGREES * cosd(theta)) / sind(theta) : undefined),
    ),
  STG: () =>
    zenithal(
      (r) => 90 - 2 * Math.atan(r / (2 * DEGREES)) * DEGREES,
      (theta) => (2 * DEGREES * cosd(theta)) / (1 + sind(theta)),
    ),
  ARC: () =>
    zenithal(
      (r) => (r <= 180 + ROUNDING ? 90 - r : undefined),
      (theta) => 90 - theta,
    ),
  ZEA: () =>
    zenithal(
      (r) => {
        const sine = r / (2 * DEGREES)
        if (sine > 1 + ROUNDING) return undefined
        return 90 - 2 * asind(Math.min(sine, 1))
      },
      (theta) => 2 * DEGREES * sind((90 - theta) / 2),
    ),
  SIN: (parameters) => {
    const [xi, eta] = [parameters.get(1) ?? 0, parameters.get(2) ?? 0]
    return xi === 0 && eta === 0 ? orthographic : slantOrthographic(xi, eta)
  },
}

/** A zenithal projection from its radius as a function of theta, and the inverse, in degrees. */
export function zenithal(
  thetaAt: (r: number) => number | undefined,
  radiusAt: (theta: number) => number | undefined,
): Projection {
  return {
    origin: [0, 90],
    toSphere(x, y) {
      const r = Math.sqrt(x * x + y * y)
      const theta = thetaAt(r)
      return theta === undefined ? undefined : [r === 0 ? 0 : atan2d(x, -y), theta]
    },
    toPlane(phi, theta) {
      const r = radiusAt(theta)
      return r === undefined ? undefined : polar(r, phi)
    },
  }
}

/** The point at a radius in degrees and native longitude phi. */
export function polar(r: number, phi: number): Point {
  return [r * sind(phi), -r * cosd(phi)]
}

const orthographic = zenithal(
  (r) => {
    const cosine = r / DEGREES
    if (cosine > 1) return undefined
    // whichever is steeper there
    return cosine < 0.7 ? acosd(cosine) : asind(Math.sqrt(Math.max(1 - cosine * cosine, 0)))
  },
  (theta) => (theta >= 0 ? DEGREES * cosd(theta) : undefined),
)

/** Synthesis telescopes (section 5.1.5): the solution for sin θ that is nearer to the pole. */
function slantOrthographic(xi: number, eta: number): Projection {
  return {
    origin: [0, 90],
    toSphere(xDegrees, yDegrees) {
      const [x, y] = [xDegrees / DEGREES, yDegrees / DEGREES]
      const a = xi * xi + eta * eta + 1
      const slope = xi * x + eta * y
      const r2 = x * x + y * y
      let z: number
      let theta: number
      if (r2 < 1e-10) {
        // small angles
        z = r2 / 2
        theta = 90 - DEGREES * Math.sqrt(r2 / (1 + slope))
      } else {
        const b = slope - (a - 1)
        const discriminant = b * b - a * (r2 - slope - slope + a - 2)
        if (discriminant < 0) return undefined
        const root = Math.sqrt(discriminant)
        const [one, other] = [(-b + root) / a, (-b - root) / a]
        const larger = Math.max(one, other)
        let sine = larger > 1 && larger - 1 < ROUNDING ? 1 : larger
        if (sine > 1) sine = Math.min(one, other)
        if (sine < -1 && sine + 1 > -ROUNDING) sine = -1
        if (sine > 1 || sine < -1) return undefined
        theta = asind(sine)
        z = 1 - sine
      }
      const [east, south] = [x - xi * z, -(y - eta * z)]
      return [east === 0 && south === 0 ? 0 : atan2d(east, south), theta]
    },
    toPlane(phi, theta) {
      if (theta < -Math.atan(xi * sind(phi) - eta * cosd(phi)) * DEGREES) return undefined
      const z = 1 - sind(theta)
      const [x, y] = polar(cosd(theta), phi)
      return [DEGREES * (x + xi * z), DEGREES * (y + eta * z)]
    },
  }
}
