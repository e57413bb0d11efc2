import { type HeaderDict, Real } from '../header/dictionary.ts'
import { asTpv, axesOf, axisTypes, checkTwoAxes, meansTpv } from './axes.ts'
import { type ToIcrs, toIcrsOf } from './frames.ts'
import { type Matrix, matrixOf } from './linear.ts'
import { parametersOf } from './parameters.ts'
import type { Point } from './projections.ts'
import { type Sip, sipOf, undistorted } from './sip.ts'
import { type Sky, skyOf, toSky } from './sky.ts'
import { type Tpv, tpvApplied, tpvOf } from './tpv.ts'
import { degreesPerUnit } from './units.ts'
import { neededNumber, WcsFault } from './values.ts'

/** From pixels to world coordinates, with all units in degrees. */
export interface Wcs {
  sip: Sip | undefined
  /** CRPIX: pixels, the middle of the first is 1. */
  reference: Point
  matrix: Matrix
  tpv: Tpv | undefined
  sky: Sky
  /** From the coordinates of the headers, longitude first, to ICRS. */
  toIcrs: ToIcrs
}

/**
 * The coordinates of an image with two axes, as the reference library reads them. Throws `WcsFault` where the headers
 * give none, or speak of a projection or a distortion that is not read here.
 */
export function wcsOf(headers: HeaderDict): Wcs {
  checkValues(headers)
  checkTwoAxes(headers)
  const written = axisTypes(headers)
  const isTpv = meansTpv(headers, written)
  const types = isTpv ? asTpv(written) : written
  const axes = axesOf(types)
  // of two descriptions of one distortion TPV is taken
  const given = isTpv ? undefined : sipOf(headers)
  const sip = types.every((type) => type.trim().toUpperCase().endsWith('-TPV')) ? undefined : given
  const toIcrs = toIcrsOf(headers, axes.system)
  const matrix = matrixOf(headers, axes)
  const values = pair((axis) => neededNumber(headers, `CRVAL${axis}`))
  const reference = pair((axis) => neededNumber(headers, `CRPIX${axis}`))
  const units = pair((axis) => degreesPerUnit(headers, axis))
  const inDegrees = matrix.map((row, i) => row.map((cell) => cell * units[i]!)) as Matrix
  const center: Point = [values[0] * units[0], values[1] * units[1]]
  const tpv = axes.projection === 'TPV' ? tpvOf(headers) : undefined
  // a tangential projection with parameters that only SCAMP gives, beside the SIP they were made into
  const bySip = sip !== undefined && types.every((type) => type.trim().endsWith('-SIP')) && hasScamp(headers, types)
  const parameters = pair((axis) => (tpv || bySip ? new Map<number, number>() : parametersOf(headers, axis)))
  return { sip, reference, matrix: inDegrees, tpv, sky: skyOf(headers, axes, center, parameters), toIcrs }
}

function hasScamp(headers: HeaderDict, types: readonly string[]): boolean {
  return ([1, 2] as const).some(
    (axis) => types[axis - 1]!.includes('-TAN') && [...parametersOf(headers, axis).keys()].some((m) => m >= 5),
  )
}

/** World coordinates of a pixel, in the order of the axes, degrees on the sky; NaN where the plane has no sky. */
export function pixelToWorld(wcs: Wcs, x: number, y: number): Point {
  const [px, py] = wcs.sip ? undistorted(wcs.sip, x, y) : [x, y]
  const [dx, dy] = [px - wcs.reference[0], py - wcs.reference[1]]
  const plane = pair((axis) => wcs.matrix[axis - 1]![0] * dx + wcs.matrix[axis - 1]![1] * dy)
  return toSky(wcs.sky, wcs.tpv ? tpvApplied(wcs.tpv, wcs.sky.longitude, ...plane) : plane)
}

/** RA and Dec of ICRS in degrees of a pixel; NaN where the plane has no sky. */
export function pixelToIcrs(wcs: Wcs, x: number, y: number): Point {
  const world = pixelToWorld(wcs, x, y)
  return wcs.toIcrs([world[wcs.sky.longitude], world[wcs.sky.latitude]])
}

function pair<T>(of: (axis: 1 | 2) => T): [T, T] {
  return [of(1), of(2)]
}

/** Keywords whose value here is the text of all their cards: it is not written to a single one. */
const COMMENTARY = new Set(['COMMENT', 'HISTORY', ''])

/** Throws a fault for a value that no FITS header can hold, and for distortions by tables, which lie elsewhere in the file. */
function checkValues(headers: HeaderDict): void {
  for (const [key, value] of headers) {
    const isNumber = typeof value === 'number' || value instanceof Real
    if (isNumber && !Number.isFinite(Number(value instanceof Real ? value.value : value))) {
      throw new WcsFault(`${key} is not finite`)
    }
    if (!/^[ -~]*$/.test(key)) throw new WcsFault(`${key} is no keyword of a header`)
    if (typeof value === 'string' && !COMMENTARY.has(key) && !/^[ -~]*$/.test(value)) {
      throw new WcsFault(`${key} has other characters than printable ASCII`)
    }
    if (key === 'WAT1_001' && /\bwtype\s*=\s*(tnx|zpx)\b/.test(String(value))) {
      throw new WcsFault('the distortion in WAT1_001 (TNX or ZPX) is not read')
    }
    if (key[0] !== 'C' && key[0] !== 'D') continue
    const isTable = /^CPDIS[12]$/.test(key) && (typeof value !== 'string' || value.toLowerCase() === 'lookup')
    if (isTable || /^(?:CQDIS[12]$|D[PQ][12]\.)/.test(key)) throw new WcsFault(`the distortion of ${key} is not read`)
  }
}
