import { BEYOND_POLES } from './sky.ts'
import { hasNul, type Refusal, refuse } from './values.ts'

/** Far beyond any frame's four corners: lists carry them and searches read them. */
const MAX_VERTICES = 1000
const MAX_TEXT = 65_536

const TOO_MANY = `A Polygon may have ${MAX_VERTICES} positions at most.`
const NOT_A_GEOMETRY = 'Invalid format: string or unicode input unrecognized as GeoJSON, WKT EWKT or HEXEWKB.'

/**
 * The area of a frame as it is sent: a GeoJSON Polygon, checked here (closed rings of finite
 * positions), or text that PostGIS reads (WKT, EWKT, hexadecimal WKB, or GeoJSON as text). Degrees,
 * RA before Dec.
 */
export function parseArea(value: unknown): Record<string, unknown> | string | Refusal {
  if (typeof value === 'string') {
    if (hasNul(value) || !value.isWellFormed() || value.trim() === '') return refuse(NOT_A_GEOMETRY)
    if (value.length > MAX_TEXT || positionsOf(value) > MAX_VERTICES) return refuse(TOO_MANY)
    if (!value.trimStart().startsWith('{'))
      return namesNoNumber(value) || hasForeignSrid(value) ? refuse(NOT_A_GEOMETRY) : value
    try {
      const parsed: unknown = JSON.parse(value)
      return typeof parsed === 'object' ? parseArea(parsed) : refuse(NOT_A_GEOMETRY)
    } catch {
      return refuse(NOT_A_GEOMETRY)
    }
  }
  if (typeof value !== 'object' || value === null) return refuse(NOT_A_GEOMETRY)
  const { type, coordinates } = value as { type?: unknown; coordinates?: unknown }
  if (type !== 'Polygon') return refuse('The area must be a Polygon.')
  if (!Array.isArray(coordinates) || coordinates.length === 0) return refuse('A Polygon needs one ring at least.')
  let vertices = 0
  for (const ring of coordinates) {
    if (!Array.isArray(ring) || ring.length < 4) return refuse('A ring of a Polygon needs four positions at least.')
    vertices += ring.length
    if (vertices > MAX_VERTICES) return refuse(TOO_MANY)
    if (!ring.every(isPosition)) return refuse('A position is two finite numbers: RA and Dec in degrees.')
    if (ring.some((p: number[]) => Math.abs(p[1]!) > 90)) return refuse(BEYOND_POLES)
    const [first, last] = [ring[0] as number[], ring.at(-1) as number[]]
    if (first[0] !== last[0] || first[1] !== last[1]) return refuse('A ring of a Polygon must end where it begins.')
  }
  return { type, coordinates }
}

const isPosition = (p: unknown): boolean =>
  Array.isArray(p) &&
  p.length >= 2 &&
  p.length <= 4 &&
  p.every((n) => typeof n === 'number' && Number.isFinite(n) && Math.abs(n) <= 1e6)

/**
 * How many positions the text of a geometry holds, or a few more: WKT and GeoJSON put a comma
 * between them, GeoJSON another inside each. 16 bytes are a position of WKB.
 */
export function positionsOf(text: string): number {
  let commas = 0
  for (let at = text.indexOf(','); at !== -1; at = text.indexOf(',', at + 1)) commas++
  if (text.trimStart().startsWith('{')) return commas / 2 + 1
  return /^\s*0/.test(text) ? Math.floor(text.length / 32) : commas + 1
}

/** Whether WKT names a coordinate that is no number: PostGIS takes it, no index finds it. */
export const namesNoNumber = (text: string): boolean => /nan|inf/i.test(text)

function crsNameOf(geojson: string): unknown {
  try {
    return (JSON.parse(geojson) as { crs?: { properties?: { name?: unknown } } }).crs?.properties?.name
  } catch {
    return undefined
  }
}

/** The bit of an EWKB type that says that an SRID follows it. */
const HAS_SRID = 0x20000000

/**
 * Whether the text of a geometry names another system of coordinates than longitude and latitude
 * (SRID 4326; 0 and none mean the same). Such a geometry has no place on the sky. It must not reach
 * PostGIS: the embedded one does not survive the search for a system that it does not know.
 */
export function hasForeignSrid(text: string): boolean {
  const trimmed = text.trim()
  if (trimmed.startsWith('{')) {
    const name = crsNameOf(trimmed)
    return name !== undefined && !(typeof name === 'string' && /:(4326|CRS84)$/.test(name))
  }
  const named = /^srid=([^;]*)/i.exec(trimmed)
  if (named) return !['0', '4326'].includes(named[1]!)
  if (!/^0[01][0-9a-f]{16}/i.test(trimmed)) return false
  const bytes = trimmed.slice(2, 18).match(/../g)!
  const word = (from: number) => {
    const four = bytes.slice(from, from + 4)
    return Number.parseInt((trimmed[1] === '1' ? four.reverse() : four).join(''), 16)
  }
  return (word(0) & HAS_SRID) !== 0 && word(4) !== 0 && word(4) !== 4326
}
