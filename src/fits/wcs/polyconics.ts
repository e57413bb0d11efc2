import { cylindricals } from './cylindricals.ts'
import { atan2d, cosd, DEGREES, sind } from './degrees.ts'
import { clampToSphere, type Maker, type Parameters, type Point, type Projection, solve } from './projections.ts'

/** Polyconic and pseudoconic projections (Calabretta & Greisen 2002, section 5.5). */
export const polyconics: Record<string, Maker> = {
  BON: bonne,
  PCO: () => ({ origin: [0, 0], toSphere: polyconicToSphere, toPlane: polyconicToPlane }),
}

/** Parallels are arcs around one centre, of true length. */
function bonne(parameters: Parameters): Projection | undefined {
  const parallel = parameters.get(1)
  if (parallel === undefined) return undefined
  if (parallel === 0) return cylindricals.SFL!(parameters)
  const apex = (DEGREES * cosd(parallel)) / sind(parallel) + parallel
  const side = parallel < 0 ? -1 : 1
  return {
    origin: [0, 0],
    toSphere(x, y) {
      const r = side * Math.hypot(x, apex - y)
      const angle = r === 0 ? 0 : atan2d(side * x, side * (apex - y))
      const theta = apex - r
      const width = DEGREES * cosd(theta)
      return clampToSphere([width === 0 ? 0 : (angle * r) / width, theta])
    },
    toPlane(phi, theta) {
      const r = apex - theta
      const angle = r === 0 ? 0 : (phi * DEGREES * cosd(theta)) / r
      return [r * sind(angle), apex - r * cosd(angle)]
    },
  }
}

/** Each parallel is an arc around its own centre. */
function polyconicToSphere(x: number, y: number): Point | undefined {
  const height = Math.abs(y)
  if (height < 1e-12) return clampToSphere([x, 0])
  if (Math.abs(height - 90) < 1e-12) return clampToSphere([0, y])
  // between the equator and the latitude that has this height on the central meridian
  const theta = solve(0, 0, Math.min(height, 90), (at) => {
    const above = height - at
    return (x * x + above * above) * Math.tan(at / DEGREES) - 2 * DEGREES * above
  })
  const slope = Math.tan(theta / DEGREES)
  const [east, north] = [x * slope, DEGREES - (height - theta) * slope]
  return clampToSphere([east === 0 && north === 0 ? 0 : atan2d(east, north) / sind(theta), Math.sign(y) * theta])
}

function polyconicToPlane(phi: number, theta: number): Point {
  if (theta === 0) return [phi, 0]
  const [angle, radius] = [phi * sind(theta), (DEGREES * cosd(theta)) / sind(theta)]
  return [radius * sind(angle), theta + radius * 2 * sind(angle / 2) ** 2]
}
