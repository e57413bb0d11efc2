import { atan2d, cosd, DEGREES, sind } from './degrees.ts'
import { arcsine, clampToSphere, type Maker, type Parameters, type Projection, ROUNDING, solve } from './projections.ts'
import { zenithal } from './zenithals.ts'

/**
 * Zenithal projections with parameters (Calabretta & Greisen 2002, sections 5.1.1, 5.1.2, 5.1.7 and
 * 5.1.9).
 */
export const perspectives: Record<string, Maker> = { AZP: tilted, SZP: slanted, ZPN: polynomial, AIR: airy }

/** AZP, seen from μ radii beyond the centre; γ is the tilt of the plane in degrees. */
function tilted(parameters: Parameters): Projection | undefined {
  const [mu, gamma] = [parameters.get(1) ?? 0, parameters.get(2) ?? 0]
  const scale = DEGREES * (mu + 1)
  if (scale === 0 || Math.abs(cosd(gamma)) < ROUNDING) return undefined
  return {
    origin: [0, 90],
    toSphere(x, y) {
      const upright = y * cosd(gamma)
      const r = Math.hypot(x, upright)
      if (r === 0) return [0, 90]
      const rho = r / (scale + y * sind(gamma))
      const [psi, omega] = [atan2d(1, rho), arcsine((rho * mu) / Math.hypot(rho, 1))]
      const angles = [psi - omega, psi + omega + 180].map((angle) => (angle > 90 ? angle - 360 : angle))
      return clampToSphere([atan2d(x, -upright), Math.max(...angles)])
    },
    toPlane(phi, theta) {
      const share = mu + sind(theta) + cosd(theta) * cosd(phi) * (sind(gamma) / cosd(gamma))
      const r = (scale * cosd(theta)) / share
      return share === 0 ? undefined : [r * sind(phi), (-r * cosd(phi)) / cosd(gamma)]
    },
  }
}

/** SZP, seen from a point μ radii from the centre in the direction φ, θ. */
function slanted(parameters: Parameters): Projection | undefined {
  const [mu, phi, theta] = [parameters.get(1) ?? 0, parameters.get(2) ?? 0, parameters.get(3) ?? 90]
  const [xp, yp] = [-mu * cosd(theta) * sind(phi), mu * cosd(theta) * cosd(phi)]
  const zp = mu * sind(theta) + 1
  return zp === 0 ? undefined : fromPoint(xp, yp, zp)
}

function fromPoint(xp: number, yp: number, zp: number): Projection {
  return {
    origin: [0, 90],
    toSphere(xDegrees, yDegrees) {
      const [x, y] = [xDegrees / DEGREES, yDegrees / DEGREES]
      const [x1, y1] = [(x - xp) / zp, (y - yp) / zp]
      // solved for z = 1 - sin θ, which keeps its digits near the pole: a z² - 2 b z + c = 0
      const [a, b, c] = [x1 * x1 + y1 * y1 + 1, x * x1 + y * y1 + 1, x * x + y * y]
      const discriminant = b * b - a * c
      if (discriminant < 0) return undefined
      const root = Math.sqrt(discriminant)
      const [one, other] = b > 0 ? [c / (b + root), (b + root) / a] : [(b - root) / a, c / (b - root)]
      const z = [Math.min(one, other), Math.max(one, other)].find((z) => z >= -ROUNDING && z <= 2 + ROUNDING)
      if (z === undefined) return undefined
      const [east, south] = [x - x1 * z, -(y - y1 * z)]
      return [east === 0 && south === 0 ? 0 : atan2d(east, south), atan2d(1 - z, Math.hypot(east, south))]
    },
    toPlane(phi, theta) {
      const z = 1 - sind(theta)
      const share = DEGREES / (zp - z)
      return [share * (zp * cosd(theta) * sind(phi) - xp * z), -share * (zp * cosd(theta) * cosd(phi) + yp * z)]
    },
  }
}

/** The highest m of ZPN. */
const MOST_TERMS = 29

/** ZPN: the radius is a polynomial of the distance from the pole, as far as it increases. */
function polynomial(parameters: Parameters): Projection | undefined {
  const coefficients = Array.from({ length: MOST_TERMS + 1 }, (_, m) => parameters.get(m) ?? 0)
  const degree = coefficients.findLastIndex((coefficient) => coefficient !== 0)
  if (degree < 1) return undefined
  const sum = (of: readonly number[], z: number): number => of.reduceRight((total, c) => total * z + c, 0)
  const radius = (z: number): number => sum(coefficients, z)
  const slope = coefficients.slice(1).map((coefficient, i) => coefficient * (i + 1))
  const linear = (r: number): number => (r - coefficients[0]!) / coefficients[1]!
  let toDistance = degree === 1 ? linear : degree === 2 ? quadratic(coefficients) : undefined
  if (!toDistance) {
    if (!(coefficients[1]! > 0)) return undefined
    const end = endOfGrowth((z) => sum(slope, z))
    toDistance = (r) => {
      if (r < coefficients[0]! - ROUNDING || r > radius(end) + ROUNDING) return Number.NaN
      return solve(r, 0, end, radius)
    }
  }
  return zenithal(
    (r) => {
      const theta = 90 - toDistance(r / DEGREES) * DEGREES
      return Math.abs(theta) <= 90 + 1e-10 ? Math.max(Math.min(theta, 90), -90) : undefined
    },
    (theta) => DEGREES * radius((90 - theta) / DEGREES),
  )
}

/** The smaller of the solutions on the sphere. */
function quadratic([c0, b, a]: readonly number[]): (r: number) => number {
  return (r) => {
    const c = c0! - r
    const root = Math.sqrt(b! * b! - 4 * a! * c)
    const stable = -(b! + Math.sign(b! || 1) * root) / 2
    const solutions = [stable / a!, c / stable].sort((one, other) => one - other)
    return solutions.find((z) => z >= -ROUNDING) ?? Number.NaN
  }
}

/** The first distance from the pole at which a slope, positive there, falls to 0; π if none. */
function endOfGrowth(slope: (z: number) => number): number {
  for (let degrees = 1; degrees < 180; degrees++) {
    const z = degrees / DEGREES
    if (slope(z) <= 0) return solve(0, z - 1 / DEGREES, z, (at) => -slope(at))
  }
  return Math.PI
}

/** AIR: the least distortion within a given distance from the pole. */
function airy(parameters: Parameters): Projection | undefined {
  const limit = (90 - (parameters.get(1) ?? 90)) / 2 / DEGREES
  if (!(limit >= 0 && limit < Math.PI / 2)) return undefined
  const logCosine = (xi: number): number => Math.log1p(-2 * Math.sin(xi / 2) ** 2)
  const slope = limit === 0 ? -0.5 : logCosine(limit) / Math.tan(limit) ** 2
  const radius = (xi: number): number =>
    xi === 0 ? 0 : -2 * DEGREES * (logCosine(xi) / Math.tan(xi) + slope * Math.tan(xi))
  return zenithal(
    (r) => 90 - 2 * solve(r, 0, Math.PI / 2, radius) * DEGREES,
    (theta) => radius((90 - theta) / 2 / DEGREES),
  )
}
