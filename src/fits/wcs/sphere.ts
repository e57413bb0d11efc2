import { acosd, asind, atan2d, cosd, sind } from './degrees.ts'
import { WcsError } from './values.ts'

/** How the native sphere of a projection lies on the sky, in degrees. */
export interface Rotation {
  /** Celestial coordinates of the native pole. */
  poleLongitude: number
  poleLatitude: number
  /** Native longitude of the celestial pole. */
  nativeLongitude: number
}

/** What the header says about that, in degrees. */
export interface Fiducial {
  /** Celestial coordinates of the fiducial point: CRVAL. */
  longitude: number
  latitude: number
  /** Its native coordinates. */
  phi: number
  theta: number
  /** LONPOLE; undefined for its default. */
  lonpole: number | undefined
  latpole: number
}

/** Degrees of rounding for an angle at a limit. */
const TOLERANCE = 1e-10

/**
 * The rotation of a header (Calabretta & Greisen 2002, section 2.4).
 * @throws WcsError if there is none
 */
export function solveRotation(fiducial: Fiducial): Rotation {
  const { longitude, latitude, phi, theta } = fiducial
  const nativeLongitude = fiducial.lonpole ?? within180((latitude < theta ? 180 : 0) + phi)
  if (theta === 90) {
    if (Math.abs(latitude) > 90 + TOLERANCE) throw new WcsError('the declination of CRVAL is beyond the poles')
    return { poleLongitude: longitude, poleLatitude: latitude, nativeLongitude }
  }
  const poleLatitude = solvePoleLatitude(fiducial, nativeLongitude)
  if (!(Math.abs(poleLatitude) <= 90 + TOLERANCE))
    throw new WcsError('CRVAL, LONPOLE and LATPOLE contradict each other')
  const poleLongitude = matchSign(solvePoleLongitude(fiducial, nativeLongitude, poleLatitude), longitude)
  return { poleLongitude, poleLatitude, nativeLongitude }
}

/** Equation 8; LATPOLE chooses between its two solutions. */
function solvePoleLatitude({ latitude, phi, theta, latpole }: Fiducial, nativeLongitude: number): number {
  let u = theta
  let v = 90 - latitude
  if (nativeLongitude !== phi) {
    const x = cosd(theta) * cosd(nativeLongitude - phi)
    const y = sind(theta)
    const z = Math.sqrt(x * x + y * y)
    if (z === 0) {
      if (sind(latitude) !== 0) throw new WcsError('CRVAL and LONPOLE contradict each other')
      return Math.min(Math.max(latpole, -90), 90)
    }
    const cosine = sind(latitude) / z
    if (Math.abs(cosine) - 1 >= TOLERANCE) throw new WcsError('CRVAL and LONPOLE contradict each other')
    u = atan2d(y, x)
    v = acosd(Math.min(Math.max(cosine, -1), 1))
  }
  const [first, second] = [within180(u + v), within180(u - v)]
  const isValid = (pole: number): boolean => Math.abs(pole) < 90 + TOLERANCE
  const [nearer, other] = Math.abs(latpole - first) < Math.abs(latpole - second) ? [first, second] : [second, first]
  const chosen = isValid(nearer) ? nearer : other
  return isValid(chosen) ? Math.min(Math.max(chosen, -90), 90) : chosen
}

/** Equations 9 and 10 and their limits. */
function solvePoleLongitude(fiducial: Fiducial, nativeLongitude: number, poleLatitude: number): number {
  const { longitude, latitude, phi, theta } = fiducial
  const clat = cosd(latitude)
  const z = cosd(poleLatitude) * clat
  if (Math.abs(z) < TOLERANCE) {
    if (Math.abs(clat) < TOLERANCE) return longitude
    return poleLatitude > 0 ? longitude + nativeLongitude - phi - 180 : longitude - nativeLongitude + phi
  }
  const x = (sind(theta) - sind(poleLatitude) * sind(latitude)) / z
  const y = (nativeLongitude === phi ? 0 : sind(nativeLongitude - phi) * cosd(theta)) / clat
  if (x === 0 && y === 0) throw new WcsError('CRVAL and LONPOLE contradict each other')
  return longitude - atan2d(y, x)
}

/**
 * Native to celestial coordinates in degrees (equation 2), in forms that stay precise near the
 * poles.
 */
export function nativeToCelestial(rotation: Rotation, phi: number, theta: number): [number, number] {
  const { poleLongitude, poleLatitude, nativeLongitude } = rotation
  const tilt = 90 - poleLatitude
  // the poles coincide: the longitude is native with another origin
  if (tilt === 0) {
    const start = (poleLongitude + ((180 - nativeLongitude) % 360)) % 360
    return [wrapLongitude(phi + start, poleLongitude), theta]
  }
  const turned = phi - nativeLongitude
  const [cosPhi, cosTheta, sinTheta] = [cosd(turned), cosd(theta), sind(theta)]
  let x = sinTheta * sind(tilt) - cosTheta * cosd(tilt) * cosPhi
  // rewritten, as the difference of nearly equal products loses digits
  if (Math.abs(x) < 1e-5) x = -cosd(theta + tilt) + cosTheta * cosd(tilt) * (1 - cosPhi)
  const y = -cosTheta * sind(turned)
  const offset = x !== 0 || y !== 0 ? atan2d(y, x) : tilt < 90 ? turned + 180 : -turned
  return [wrapLongitude(poleLongitude + offset, poleLongitude), celestialLatitude(turned, theta, tilt, x, y)]
}

function celestialLatitude(turned: number, theta: number, tilt: number, x: number, y: number): number {
  if (turned % 180 === 0) {
    const latitude = theta + cosd(turned) * tilt
    if (latitude > 90) return 180 - latitude
    return latitude < -90 ? -180 - latitude : latitude
  }
  const z = sind(theta) * cosd(tilt) + cosd(theta) * sind(tilt) * cosd(turned)
  if (Math.abs(z) <= 0.99) return asind(z)
  return Math.sign(z) * acosd(Math.min(Math.sqrt(x * x + y * y), 1))
}

/** A longitude with the pole's sign: 0 to 360, or -360 to 0; beyond one turn it stays as it is. */
function wrapLongitude(longitude: number, pole: number): number {
  let turned = longitude
  if (pole >= 0 && turned < 0) turned += 360
  if (pole < 0 && turned > 0) turned -= 360
  if (turned > 360) return turned - 360
  return turned < -360 ? turned + 360 : turned
}

function matchSign(longitude: number, model: number): number {
  if (model >= 0) {
    if (longitude < 0) return longitude + 360
    return longitude > 360 ? longitude - 360 : longitude
  }
  if (longitude > 0) return longitude - 360
  return longitude < -360 ? longitude + 360 : longitude
}

function within180(angle: number): number {
  if (angle > 180) return angle - 360
  return angle < -180 ? angle + 360 : angle
}
