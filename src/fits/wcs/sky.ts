import type { HeaderDict } from '../header/dictionary.ts'
import type { Celestial } from './axes.ts'
import { projectionOf } from './codes.ts'
import { cosd, sind } from './degrees.ts'
import type { Point, Projection } from './projections.ts'
import { celestial, type Rotation, rotationOf } from './sphere.ts'
import { numberAt, WcsFault } from './values.ts'

/** From the plane of a projection to the sky. */
export interface Sky {
  longitude: 0 | 1
  latitude: 0 | 1
  projection: Projection
  /** Degrees: where the reference point lies on the plane of the projection; off its origin if the headers say so. */
  offset: Point
  rotation: Rotation
}

/**
 * The projection and the rotation of the headers (Calabretta & Greisen 2002, sections 2.4 to 2.6). `center`: CRVAL of the
 * two axes in degrees; `parameters`: PVi_m of the two axes, by m.
 */
export function skyOf(
  headers: HeaderDict,
  { longitude, latitude, projection: code }: Celestial,
  center: Point,
  parameters: readonly [ReadonlyMap<number, number>, ReadonlyMap<number, number>],
): Sky {
  const [atLongitude, ofProjection] = [parameters[longitude], parameters[latitude]]
  const beyond = [...atLongitude.keys()].find((m) => m > 4)
  if (beyond !== undefined) throw new WcsFault(`PV${longitude + 1}_${beyond} is not known to the projection ${code}`)
  const current = translated(code, center[longitude], center[latitude], atLongitude, ofProjection)
  const projection = projectionOf(current.code, current.ofProjection)
  if (!projection) throw new WcsFault(`the projection ${code} (CTYPE) is not read, or not with its parameters PVi_m`)
  const given = (m: number): number | undefined => current.atLongitude.get(m)
  const theta = given(2) ?? projection.origin[1]
  if (Math.abs(theta) > 90) throw new WcsFault(`PV${longitude + 1}_2 is beyond the poles`)
  const phi = given(1) ?? projection.origin[0]
  const isMoved = (given(0) ?? 0) !== 0 && given(1) !== undefined && given(2) !== undefined
  const offset = isMoved ? placeOf(projection, phi, theta) : ([0, 0] as const)
  if (!offset)
    throw new WcsFault(`PV${longitude + 1}_1 and PV${longitude + 1}_2 are not a place that is known on the plane`)
  const rotation = rotationOf({
    longitude: center[longitude],
    latitude: center[latitude],
    phi,
    theta,
    lonpole: unlessUnset(given(3) ?? numberAt(headers, 'LONPOLE')),
    latpole: unlessUnset(given(4) ?? numberAt(headers, 'LATPOLE')) ?? 90,
  })
  return { longitude, latitude, projection, offset: [offset[0], offset[1]], rotation }
}

/** Degrees: what a projection and its way back may differ by, as those of CSC do. */
const SAME = 0.02

/** Where a native point is on the plane; undefined: it is not, or it is not known where. */
function placeOf(projection: Projection, phi: number, theta: number): Point | undefined {
  const place = projection.toPlane?.(phi, theta)
  const back = place && projection.toSphere(...place)
  if (!back) return undefined
  const isSame = Math.hypot((back[0] - phi) * cosd(theta), back[1] - theta) < SAME
  return isSame ? place : undefined
}

/** 999 is what some write for "not set". */
function unlessUnset(angle: number | undefined): number | undefined {
  return angle === 999 ? undefined : angle
}

interface Translated {
  code: string
  atLongitude: ReadonlyMap<number, number>
  ofProjection: ReadonlyMap<number, number>
}

/**
 * Projections by their new names: those of AIPS (sections 6.1.1 and 6.1.2), and TPV, which is TAN after its polynomial;
 * TNX too, if it comes without one (see `wcsOf`).
 */
function translated(
  code: string,
  longitude: number,
  latitude: number,
  atLongitude: ReadonlyMap<number, number>,
  ofProjection: ReadonlyMap<number, number>,
): Translated {
  if (code === 'TPV' || code === 'TNX') return { code: 'TAN', atLongitude, ofProjection }
  if (code === 'NCP') {
    if (latitude === 0) throw new WcsFault('the projection NCP ends at the equator, where CRVAL is')
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

/** Celestial coordinates of a point of the plane, in the order of the axes; NaN where there is no sky. */
export function toSky(sky: Sky, plane: Point): Point {
  const native = sky.projection.toSphere(plane[sky.longitude] + sky.offset[0], plane[sky.latitude] + sky.offset[1])
  if (!native) return [Number.NaN, Number.NaN]
  const [longitude, latitude] = celestial(sky.rotation, ...native)
  return sky.longitude === 0 ? [longitude, latitude] : [latitude, longitude]
}
