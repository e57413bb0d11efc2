import { asind, sind } from './degrees.ts'
import { clampToSphere, type Maker, type Parameters, type Projection, ROUNDING } from './projections.ts'

/**
 * HEALPix grids (Calabretta & Roukema 2007, MNRAS 381, 865), and their polar "butterfly" layout
 * (Calabretta & Lowe 2013, PASA 30, e050).
 */
export const healpix: Record<string, Maker> = { HPX: grid, XPH: () => butterfly }

/** H facets around, K of them from pole to pole. */
function grid(parameters: Parameters): Projection | undefined {
  const [h, k] = [parameters.get(1) ?? 4, parameters.get(2) ?? 3]
  if (!(h > 0 && k > 0)) return undefined
  const isOdd = (number: number): boolean => Math.trunc(number + 0.5) % 2 === 1
  /** Half the width of a facet, and where the polar facets begin, in degrees. */
  const half = 180 / h
  const edge = (90 * (k - 1)) / h
  /**
   * The distance of a longitude from the middle of its facet; southern facets alternate with
   * northern ones for even K.
   */
  const fromMiddleOf = (phi: number, isNorth: boolean): number => {
    const north = phi + 180 - (2 * Math.floor((phi + 180) / (2 * half)) + 1) * half
    if (isNorth || isOdd(k)) return north
    return north + ((Math.floor(phi / half) + Number(isOdd(h))) % 2 ? -half : half)
  }
  return {
    origin: [0, 0],
    toSphere(x, y) {
      const height = Math.abs(y)
      if (height <= edge) return clampToSphere([x, asind((y * h) / (90 * k))])
      if (height > 90) return undefined
      const sigma = (k + 1) / 2 - height / half
      const sine = 1 - (sigma * sigma) / k
      if (sine < -1) return undefined
      const fromMiddle = fromMiddleOf(x, y > 0)
      const stretched = fromMiddle / sigma
      if (sigma !== 0 && Math.abs(stretched) > half * (1 + ROUNDING)) return undefined
      const phi = fromMiddle === 0 ? x : x - fromMiddle + stretched
      const theta = 90 - 2 * asind(sigma / Math.sqrt(2 * k))
      return Number.isFinite(phi) ? clampToSphere([phi, Math.sign(y) * theta]) : undefined
    },
    toPlane(phi, theta) {
      if (Math.abs(sind(theta)) <= (k - 1) / k) return [phi, ((90 * k) / h) * sind(theta)]
      const sigma = Math.sqrt(2 * k) * sind((90 - Math.abs(theta)) / 2)
      const x = phi + fromMiddleOf(phi, theta > 0) * (sigma - 1)
      return [x > 180 ? 360 - x : x, Math.sign(theta) * half * ((k + 1) / 2 - sigma)]
    },
  }
}

/** The four facets around the native pole, each in a quarter of the plane. */
const butterfly: Projection = {
  origin: [0, 90],
  toSphere(xDegrees, yDegrees) {
    const [x, y] = [xDegrees * Math.SQRT1_2, yDegrees * Math.SQRT1_2]
    const [start, right, up] = locateQuarter(x, y)
    const [along, height] = [right + up, 90 + up - right]
    if (Math.abs(height) > 90) return undefined
    if (Math.abs(height) <= 45) {
      if (Math.abs(along) > 45 + ROUNDING) return undefined
      return clampToSphere([start + 45 + along, asind(height / 67.5)])
    }
    const sigma = (90 - Math.abs(height)) / 45
    if (height < 0 && Math.abs(along) > height + 90 + ROUNDING) return undefined
    const theta = 2 * asind(sigma / Math.sqrt(6))
    const phi = along === 0 ? start + 45 : start + 45 + along / sigma
    return clampToSphere([phi, Math.sign(height) * (90 - theta)])
  },
  toPlane(phi, theta) {
    const turned = (((phi + 180) % 360) + 360) % 360
    const isPolar = Math.abs(sind(theta)) > 2 / 3
    const sigma = isPolar ? Math.sqrt(6) * sind((90 - Math.abs(theta)) / 2) : 1
    const height = isPolar ? Math.sign(theta) * 45 * (2 - sigma) : 67.5 * sind(theta)
    const [along, up] = [((turned % 90) - 45) * sigma, height - 90]
    const [right, above] = [(along - up) * Math.SQRT1_2, (along + up) * Math.SQRT1_2]
    if (turned < 90) return [-right, -above]
    if (turned < 180) return [above, -right]
    return turned < 270 ? [right, above] : [-above, right]
  },
}

/** The longitude at which a quarter begins, and the point moved into the first one: x > 0 > y. */
function locateQuarter(x: number, y: number): [number, number, number] {
  if (x >= 0 && y < 0) return [0, x, y]
  if (x < 0 && y <= 0) return [-90, -y, x]
  return x <= 0 && y > 0 ? [-180, -x, -y] : [90, y, -x]
}
