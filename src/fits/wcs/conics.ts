import { atan2d, cosd, DEGREES, sind } from './degrees.ts'
import { arcsine, clampToSphere, type Maker, type Parameters, type Projection } from './projections.ts'

/**
 * Conics (Calabretta & Greisen 2002, section 5.4): around the parallel θa, half way between two
 * that are η from it.
 */
export const conics: Record<string, Maker> = {
  COP: conic((a, eta) => ({
    /** Degrees around the apex per degree of longitude. */
    cone: sind(a),
    /** Distance from the apex in degrees, negative if that is in the south; and its inverse. */
    radius: (theta) => DEGREES * cosd(eta) * (cosd(a) / sind(a) - tand(theta - a)),
    theta: (r) => a + Math.atan(cosd(a) / sind(a) - r / (DEGREES * cosd(eta))) * DEGREES,
    isPossible: cosd(eta) !== 0,
  })),
  COE: conic((a, eta) => {
    const [first, second] = [sind(a - eta), sind(a + eta)]
    const sum = first + second
    return {
      cone: sum / 2,
      radius: (theta) => ((2 * DEGREES) / sum) * Math.sqrt(1 + first * second - sum * sind(theta)),
      theta: (r) => arcsine((1 + first * second - ((r * sum) / (2 * DEGREES)) ** 2) / sum),
    }
  }),
  COD: conic((a, eta) => {
    const ratio = eta === 0 ? 1 : (sind(eta) * DEGREES) / eta
    const middle = (DEGREES * cosd(eta) * (cosd(a) / sind(a))) / ratio
    return {
      cone: sind(a) * ratio,
      radius: (theta) => a - theta + middle,
      theta: (r) => a + middle - r,
    }
  }),
  COO: conic((a, eta) => {
    const [first, second] = [a - eta, a + eta]
    const half = (theta: number): number => tand((90 - theta) / 2)
    const cone = eta === 0 ? sind(a) : Math.log(cosd(second) / cosd(first)) / Math.log(half(second) / half(first))
    const scale = (DEGREES * cosd(first)) / (cone * half(first) ** cone)
    return {
      cone,
      radius: (theta) => scale * half(theta) ** cone,
      theta: (r) => 90 - 2 * Math.atan((r / scale) ** (1 / cone)) * DEGREES,
      isPossible: Math.abs(first) < 90 && Math.abs(second) < 90,
    }
  }),
}

interface Conic {
  /** Degrees around the apex for a degree of longitude. */
  cone: number
  /** Degrees from the apex, below 0 where it is in the south, and back. */
  radius(theta: number): number
  theta(r: number): number
  isPossible?: boolean
}

function conic(of: (a: number, eta: number) => Conic): Maker {
  return (parameters: Parameters): Projection | undefined => {
    const [a, eta] = [parameters.get(1), parameters.get(2) ?? 0]
    if (a === undefined || sind(a) === 0) return undefined
    const { cone, radius, theta, isPossible = true } = of(a, eta)
    const apex = radius(a)
    if (!isPossible || cone === 0 || !Number.isFinite(cone) || !Number.isFinite(apex)) return undefined
    return {
      origin: [0, a],
      toSphere(x, y) {
        const side = a < 0 ? -1 : 1
        const r = side * Math.hypot(x, apex - y)
        const angle = r === 0 ? 0 : atan2d(side * x, side * (apex - y))
        return clampToSphere([angle / cone, theta(r)])
      },
      toPlane(phi, latitude) {
        const r = radius(latitude)
        return [r * sind(cone * phi), apex - r * cosd(cone * phi)]
      },
    }
  }
}

function tand(angle: number): number {
  return sind(angle) / cosd(angle)
}
