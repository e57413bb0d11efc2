import type { HeaderDict } from '../header/dictionary.ts'
import type { CelestialAxes } from './axes.ts'
import { cosd, sind } from './degrees.ts'
import { makeProjection } from './projection_codes.ts'
import type { Point, Projection } from './projections.ts'
import { nativeToCelestial, type Rotation, solveRotation } from './sphere.ts'
import { readNumber, WcsError } from './values.ts'

/** From the plane of a projection to the sky. */
export interface Sky {
  longitude: 0 | 1
  latitude: 0 | 1
  projection: Projection
  /**
   * The reference point on the projection plane in degrees: not its origin if the header says so.
   */
  offset: Point
  rotation: Rotation
}

/**
 * The projection and rotation of a header (Calabretta & Greisen 2002, sections 2.4 to 2.6).
 * @param center CRVAL of both axes in degrees
 * @param parameters PVi_m of both axes, by m
 * @throws WcsError
 */
export function makeSky(
  headers: HeaderDict,
  { longitude, latitude, projection: code }: CelestialAxes,
  center: Point,
  parameters: readonly [ReadonlyMap<number, number>, ReadonlyMap<number, number>],
): Sky {
  const [atLongitude, ofProjection] = [parameters[longitude], parameters[latitude]]
  const beyond = [...atLongitude.keys()].find((m) => m > 4)
  if (beyond !== undefined)
    throw new WcsError(`PV${longitude + 1}_${beyond} is not a parameter of the projection ${code}`)
  const current = replaceOldCode(code, center[longitude], center[latitude], atLongitude, ofProjection)
  const projection = makeProjection(current.code, current.ofProjection)
  if (!projection)
    throw new WcsError(`the projection ${code} (CTYPE) is not supported, or not with its parameters PVi_m`)
  const given = (m: number): number | undefined => current.atLongitude.get(m)
  const theta = given(2) ?? projection.origin[1]
  if (Math.abs(theta) > 90) throw new WcsError(`PV${longitude + 1}_2 is beyond the poles`)
  const phi = given(1) ?? projection.origin[0]
  const isMoved = (given(0) ?? 0) !== 0 && given(1) !== undefined && given(2) !== undefined
  const offset = isMoved ? locateOnPlane(projection, phi, theta) : ([0, 0] as const)
  if (!offset) throw new WcsError(`PV${longitude + 1}_1 and PV${longitude + 1}_2 are not a known place on the plane`)
  const rotation = solveRotation({
    longitude: center[longitude],
    latitude: center[latitude],
    phi,
    theta,
    lonpole: unlessUnset(given(3) ?? readNumber(headers, 'LONPOLE')),
    latpole: unlessUnset(given(4) ?? readNumber(headers, 'LATPOLE')) ?? 90,
  })
  return { longitude, latitude, projection, offset: [offset[0], offset[1]], rotation }
}

/** Degrees by which a projection and its inverse may differ, as CSC's do. */
const SAME = 0.02

/** A native point on the plane; undefined if it is not on it or the inverse is unknown. */
function locateOnPlane(projection: Projection, phi: number, theta: number): Point | undefined {
  const place = projection.toPlane?.(phi, theta)
  const back = place && projection.toSphere(...place)
  if (!back) return undefined
  const isSame = Math.hypot((back[0] - phi) * cosd(theta), back[1] - theta) < SAME
  return isSame ? place : undefined
}

/** Some programs write 999 for "not set". */
function unlessUnset(angle: number | undefined): number | undefined {
  return angle === 999 ? undefined : angle
}

interface CurrentCode {
  code: string
  atLongitude: ReadonlyMap<number, number>
  ofProjection: ReadonlyMap<number, number>
}

/**
 * Today's names for old projections: those of AIPS (sections 6.1.1 and 6.1.2); TPV, which is TAN
 * after its polynomial; and TNX without its distortion (see `readWcs`).
 */
function replaceOldCode(
  code: string,
  longitude: number,
  latitude: number,
  atLongitude: ReadonlyMap<number, number>,
  ofProjection: ReadonlyMap<number, number>,
): CurrentCode {
  if (code === 'TPV' || code === 'TNX') return { code: 'TAN', atLongitude, ofProjection }
  if (code === 'NCP') {
    if (latitude === 0) throw new WcsError('the projection NCP ends at the equator, where CRVAL is')
    const slant = new Map([
      [1, 0],
      [2, cosd(latitude) / sind(latitude)],
    ])
    return { code: 'SIN', atLongitude, ofProjection: slant }
  }
  if (code !== 'GLS') return { code, atLongitude, ofProjection }
  if (longitude === 0 && latitude === 0) return { code: 'SFL', atLongitude, ofProjection }
  const moved = new Map([...atLongitude, [0, 1], [1, 0], [2, latitude]] as [number, number][])
  return { code: 'SFL', atLongitude: moved, ofProjection }
}

/** Celestial coordinates of a point on the plane in degrees, in axis order; NaN off the sky. */
export function planeToSky(sky: Sky, plane: Point): Point {
  const native = sky.projection.toSphere(plane[sky.longitude] + sky.offset[0], plane[sky.latitude] + sky.offset[1])
  if (!native) return [Number.NaN, Number.NaN]
  const [longitude, latitude] = nativeToCelestial(sky.rotation, ...native)
  return sky.longitude === 0 ? [longitude, latitude] : [latitude, longitude]
}
