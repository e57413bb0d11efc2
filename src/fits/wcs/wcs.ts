import { type HeaderDict, Real } from '../header/dictionary.ts'
import { checkTwoAxes, identifyAxes, meansTpv, readAxisTypes, renameToTpv } from './axes.ts'
import { makeIcrsTransform, type ToIcrs } from './frames.ts'
import { type Matrix, readMatrix } from './linear.ts'
import { readParameters } from './parameters.ts'
import type { Point } from './projections.ts'
import { applySip, readSip, type Sip } from './sip.ts'
import { makeSky, planeToSky, type Sky } from './sky.ts'
import { applyTpv, readTpv, type Tpv } from './tpv.ts'
import { degreesPerUnit } from './units.ts'
import { requireNumber, WcsError } from './values.ts'

/** From pixels to world coordinates, with everything in degrees. */
export interface Wcs {
  sip: Sip | undefined
  /** CRPIX in pixels; the middle of the first is 1. */
  reference: Point
  matrix: Matrix
  tpv: Tpv | undefined
  sky: Sky
  /** From the header's coordinates, longitude first, to ICRS. */
  toIcrs: ToIcrs
}

/**
 * The coordinates of a two-axis image, as the reference library reads them.
 * @throws WcsError if the header has none, or an unsupported projection or distortion
 */
export function readWcs(headers: HeaderDict): Wcs {
  checkValues(headers)
  checkTwoAxes(headers)
  const written = readAxisTypes(headers)
  const isTpv = meansTpv(headers, written)
  const types = isTpv ? renameToTpv(written) : written
  const axes = identifyAxes(types)
  // with both, TPV counts
  const given = isTpv ? undefined : readSip(headers)
  const sip = types.every((type) => type.trim().toUpperCase().endsWith('-TPV')) ? undefined : given
  const toIcrs = makeIcrsTransform(headers, axes.system)
  const matrix = readMatrix(headers, axes)
  const values = pair((axis) => requireNumber(headers, `CRVAL${axis}`))
  const reference = pair((axis) => requireNumber(headers, `CRPIX${axis}`))
  const units = pair((axis) => degreesPerUnit(headers, axis))
  const inDegrees = matrix.map((row, i) => row.map((cell) => cell * units[i]!)) as Matrix
  const center: Point = [values[0] * units[0], values[1] * units[1]]
  const tpv = axes.projection === 'TPV' ? readTpv(headers) : undefined
  // SCAMP's parameters of TAN, next to the SIP that was made from them
  const bySip =
    sip !== undefined && types.every((type) => type.trim().endsWith('-SIP')) && hasScampParameters(headers, types)
  const parameters = pair((axis) => (tpv || bySip ? new Map<number, number>() : readParameters(headers, axis)))
  return { sip, reference, matrix: inDegrees, tpv, sky: makeSky(headers, axes, center, parameters), toIcrs }
}

function hasScampParameters(headers: HeaderDict, types: readonly string[]): boolean {
  return ([1, 2] as const).some(
    (axis) => types[axis - 1]!.includes('-TAN') && [...readParameters(headers, axis).keys()].some((m) => m >= 5),
  )
}

/** World coordinates of a pixel in degrees, in axis order; NaN off the sky. */
export function pixelToWorld(wcs: Wcs, x: number, y: number): Point {
  const [px, py] = wcs.sip ? applySip(wcs.sip, x, y) : [x, y]
  const [dx, dy] = [px - wcs.reference[0], py - wcs.reference[1]]
  const plane = pair((axis) => wcs.matrix[axis - 1]![0] * dx + wcs.matrix[axis - 1]![1] * dy)
  return planeToSky(wcs.sky, wcs.tpv ? applyTpv(wcs.tpv, wcs.sky.longitude, ...plane) : plane)
}

/** ICRS RA and Dec of a pixel in degrees; NaN off the sky. */
export function pixelToIcrs(wcs: Wcs, x: number, y: number): Point {
  const world = pixelToWorld(wcs, x, y)
  return wcs.toIcrs([world[wcs.sky.longitude], world[wcs.sky.latitude]])
}

function pair<T>(of: (axis: 1 | 2) => T): [T, T] {
  return [of(1), of(2)]
}

/** Here their value is the text of all their cards, which no single card would hold. */
const COMMENTARY = new Set(['COMMENT', 'HISTORY', ''])

/**
 * @throws WcsError for a value no FITS header can hold, and for distortion tables, which are
 * elsewhere in the file
 */
function checkValues(headers: HeaderDict): void {
  for (const [key, value] of headers) {
    const isNumber = typeof value === 'number' || value instanceof Real
    if (isNumber && !Number.isFinite(Number(value instanceof Real ? value.value : value))) {
      throw new WcsError(`${key} is not finite`)
    }
    if (!/^[ -~]*$/.test(key)) throw new WcsError(`${key} is not a header keyword`)
    if (typeof value === 'string' && !COMMENTARY.has(key) && !/^[ -~]*$/.test(value)) {
      throw new WcsError(`${key} has characters other than printable ASCII`)
    }
    if (key === 'WAT1_001' && /\bwtype\s*=\s*(tnx|zpx)\b/.test(String(value))) {
      throw new WcsError('the distortion in WAT1_001 (TNX or ZPX) is not supported')
    }
    if (key[0] !== 'C' && key[0] !== 'D') continue
    const isTable = /^CPDIS[12]$/.test(key) && (typeof value !== 'string' || value.toLowerCase() === 'lookup')
    if (isTable || /^(?:CQDIS[12]$|D[PQ][12]\.)/.test(key))
      throw new WcsError(`the distortion of ${key} is not supported`)
  }
}
