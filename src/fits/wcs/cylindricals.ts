import { asind, atan2d, cosd, DEGREES, sind } from './degrees.ts'
import { arcsine, clampToSphere, type Maker, type Point, type Projection, ROUNDING } from './projections.ts'

/**
 * Cylindrical and pseudocylindrical projections and Hammer-Aitoff (Calabretta & Greisen 2002,
 * sections 5.2 and 5.3): the native equator runs through the middle.
 */
export const cylindricals: Record<string, Maker> = {
  CAR: () =>
    equatorial(
      (x, y) => [x, y],
      (phi, theta) => [phi, theta],
    ),
  CYP: (parameters) => {
    const [mu, lambda] = [parameters.get(1) ?? 1, parameters.get(2) ?? 1]
    if (lambda === 0 || mu + lambda === 0) return undefined
    const height = DEGREES * (mu + lambda)
    return equatorial(
      (x, y) => {
        const slope = y / height
        return [x / lambda, atan2d(slope, 1) + arcsine((slope * mu) / Math.hypot(slope, 1))]
      },
      (phi, theta) => [lambda * phi, (height * sind(theta)) / (mu + cosd(theta))],
    )
  },
  CEA: (parameters) => {
    const lambda = parameters.get(1) ?? 1
    if (!(lambda > 0 && lambda <= 1)) return undefined
    return equatorial(
      (x, y) => [x, arcsine((y * lambda) / DEGREES)],
      (phi, theta) => [phi, (DEGREES * sind(theta)) / lambda],
    )
  },
  MER: () =>
    equatorial(
      (x, y) => [x, 2 * Math.atan(Math.exp(y / DEGREES)) * DEGREES - 90],
      (phi, theta) => [phi, DEGREES * Math.log(Math.tan((90 + theta) / 2 / DEGREES))],
    ),
  SFL: () =>
    equatorial(
      (x, y) => (cosd(y) === 0 ? (x === 0 ? [0, y] : undefined) : [x / cosd(y), y]),
      (phi, theta) => [phi * cosd(theta), theta],
    ),
  PAR: () =>
    equatorial(
      (x, y) => {
        const s = y / 180
        if (Math.abs(s) > 1) return undefined
        const width = 1 - 4 * s * s
        if (width === 0) return x === 0 ? [0, 3 * asind(s)] : undefined
        return [x / width, 3 * asind(s)]
      },
      (phi, theta) => [phi * (2 * cosd((2 * theta) / 3) - 1), 180 * sind(theta / 3)],
    ),
  MOL: () => equatorial(mollweideToSphere, mollweideToPlane),
  AIT: () =>
    equatorial(
      (x, y) => {
        const z2 = 1 - (x / (4 * DEGREES)) ** 2 - (y / (2 * DEGREES)) ** 2
        if (z2 < 0.5 - ROUNDING) return undefined
        const z = Math.sqrt(Math.max(z2, 0.5))
        const [sine, cosine] = [(z * x) / (2 * DEGREES), 2 * z * z - 1]
        return [sine === 0 && cosine === 0 ? 0 : 2 * atan2d(sine, cosine), arcsine((y * z) / DEGREES)]
      },
      (phi, theta) => {
        const w = DEGREES * Math.sqrt(2 / (1 + cosd(theta) * cosd(phi / 2)))
        return [2 * w * cosd(theta) * sind(phi / 2), w * sind(theta)]
      },
    ),
}

function equatorial(
  toSphere: (x: number, y: number) => Point | undefined,
  toPlane: (phi: number, theta: number) => Point,
): Projection {
  return {
    origin: [0, 0],
    toSphere(x, y) {
      const native = toSphere(x, y)
      return native && clampToSphere(native)
    },
    toPlane,
  }
}

function mollweideToSphere(x: number, y: number): Point | undefined {
  const height = y / (Math.SQRT2 * DEGREES)
  if (Math.abs(height) > 1 + 1e-12) return undefined
  const gamma = Math.asin(Math.min(Math.max(height, -1), 1))
  const theta = arcsine((2 * gamma + Math.sin(2 * gamma)) / Math.PI)
  const width = Math.sqrt(Math.max(2 - (y / DEGREES) ** 2, 0))
  if (width <= 1e-12) return Math.abs(x) < 1e-12 ? [0, theta] : undefined
  return [(90 * x) / DEGREES / width, theta]
}

function mollweideToPlane(phi: number, theta: number): Point {
  if (Math.abs(theta) === 90) return [0, Math.sign(theta) * Math.SQRT2 * DEGREES]
  let gamma = theta / DEGREES
  const area = Math.PI * sind(theta)
  for (let i = 0; i < 100; i++) {
    const step = (2 * gamma + Math.sin(2 * gamma) - area) / (2 + 2 * Math.cos(2 * gamma))
    gamma -= step
    if (Math.abs(step) < 1e-15) break
  }
  return [(2 * Math.SQRT2 * phi * Math.cos(gamma)) / Math.PI, Math.SQRT2 * DEGREES * Math.sin(gamma)]
}
