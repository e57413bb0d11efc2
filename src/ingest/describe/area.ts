import type { HeaderKeys } from '../../config/types.ts'
import { type HeaderDict, type HeaderValue, Real } from '../../fits/header/dictionary.ts'
import { angleBetween, unitVector, type Vector } from '../../fits/wcs/matrices.ts'
import { traceOutline } from '../../fits/wcs/outline.ts'
import { WcsError } from '../../fits/wcs/values.ts'
import { ARCSECOND, DEGREE, degreesOf, HOUR } from './angle.ts'
import type { IngestRecord } from './description.ts'
import { areSet, showValue } from './header_values.ts'
import { boxAround, type Point } from './sky_box.ts'

/** An area, or why there is none although the headers speak of one. */
interface Found {
  area: IngestRecord['area']
  warnings: string[]
}

const NOTHING: Found = { area: null, warnings: [] }

/**
 * The area of the sky that a file shows: the box around RADIUS, RA and Dec, else the outline of the
 * image, else that of the first image with a sky among the file's other HDUs. A position that
 * cannot be read costs the area, not the frame: then a warning says so.
 */
export function areaOf(headers: HeaderDict, keys: HeaderKeys, images: readonly HeaderDict[] = []): Found {
  if (areSet(headers, [keys.radius, keys.ra, keys.dec])) return boxOf(headers, keys)
  const all = [headers, ...images].filter(speaksOfSky).map(imageOf)
  const [first, ...others] = all.flatMap(({ area }) => area ?? [])
  if (!first) return all[0] ?? NOTHING
  const isElsewhere = others.some((area) => reachesBeyond(area.coordinates[0]!, first.coordinates[0]!))
  return { area: first, warnings: isElsewhere ? [ELSEWHERE] : [] }
}

const ELSEWHERE = 'its images show different parts of the sky: the area is that of the first'

/** Whether a ring reaches more than 1.5 times as far from another's middle as that one does. */
function reachesBeyond(ring: number[][], other: number[][]): boolean {
  const vectors = (points: number[][]): Vector[] => points.map((point) => unitVector(point as Point))
  const known = vectors(other)
  const middle = known.reduce((sum, vector) => sum.map((x, i) => x + vector[i]!) as Vector, [0, 0, 0])
  const reach = (points: Vector[]): number => Math.max(...points.map((point) => angleBetween(middle, point)))
  return reach(vectors(ring)) > 1.5 * reach(known)
}

/** Whether these are the headers of an image with two axes that say anything of what it shows. */
export function speaksOfSky(headers: HeaderDict): boolean {
  if (!areSet(headers, ['NAXIS1', 'NAXIS2']) || areSet(headers, ['NAXIS3'])) return false
  if (['BINTABLE', 'TABLE'].includes(String(headers.get('XTENSION')))) return false
  return [...headers.keys()].some((key) => SKY.test(key) && areSet(headers, [key]))
}

const SKY = /^(?:CTYPE|CRVAL)[12]$|^(?:CD|PC)[12]_[12]$/

function imageOf(headers: HeaderDict): Found {
  try {
    return { area: polygon(traceOutline(headers)), warnings: [] }
  } catch (error) {
    if (!(error instanceof WcsError)) throw error
    return { area: null, warnings: [`no area: its world coordinate system cannot be used: ${error.message}`] }
  }
}

function boxOf(headers: HeaderDict, keys: HeaderKeys): Found {
  const [radius, ra, dec] = [
    angle(headers.get(keys.radius)!, ARCSECOND),
    angle(headers.get(keys.ra)!, HOUR),
    angle(headers.get(keys.dec)!, DEGREE),
  ]
  const said = (key: string): string => `${key} ${showValue(headers.get(key))}`
  const without = (reason: string): Found => ({ area: null, warnings: [`no area: ${reason}`] })
  if (![radius, ra, dec].every(Number.isFinite)) {
    return without(
      `${[keys.radius, keys.ra, keys.dec].map(said).join(', ')} cannot be read as seconds of arc, hours and degrees`,
    )
  }
  if (Math.abs(ra) > 360) {
    const remedy = "write it in hours, or with its unit, as in '83.63d'"
    return without(`${said(keys.ra)} cannot be hours, as there are 24 of them: ${remedy}`)
  }
  if (Math.abs(dec) > 90) return without(`${said(keys.dec)} is beyond the poles`)
  const box = boxAround(ra, dec, radius)
  return box ? { area: polygon(box), warnings: [] } : without(`${said(keys.radius)} is too wide for a box`)
}

/** A value as an angle in degrees; NaN where it is none. */
function angle(value: HeaderValue, unit: number): number {
  if (typeof value === 'string') return degreesOf(value, unit)
  if (typeof value === 'boolean') return Number.NaN
  return Number(value instanceof Real ? value.value : value) * unit
}

/** Of a closed ring. */
const polygon = (ring: Point[]): IngestRecord['area'] => ({ type: 'Polygon', coordinates: [ring] })
