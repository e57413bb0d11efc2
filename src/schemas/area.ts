import { hasNul, type Refusal, refuse } from './fields.ts'

/** Far beyond any frame; a bound on what one request can cost. */
const MAX_VERTICES = 10_000
const MAX_TEXT = 400_000

const NOT_A_GEOMETRY = 'Invalid format: string or unicode input unrecognized as GeoJSON, WKT EWKT or HEXEWKB.'

/**
 * The area of a frame as it is sent: a GeoJSON Polygon, checked here (closed rings of finite positions), or text that PostGIS reads (WKT, EWKT,
 * hexadecimal WKB, or GeoJSON as text). Degrees, RA before Dec.
 */
export function parseArea(value: unknown): Record<string, unknown> | string | Refusal {
  if (typeof value === 'string') {
    if (value.length > MAX_TEXT || hasNul(value)) return refuse(NOT_A_GEOMETRY)
    if (!value.trimStart().startsWith('{')) return value
    try {
      return parseArea(JSON.parse(value))
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
    if (vertices > MAX_VERTICES) return refuse(`A Polygon may have ${MAX_VERTICES} positions at most.`)
    if (!ring.every(isPosition)) return refuse('A position is two finite numbers: RA and Dec in degrees.')
    const [first, last] = [ring[0] as number[], ring.at(-1) as number[]]
    if (first[0] !== last[0] || first[1] !== last[1]) return refuse('A ring of a Polygon must end where it begins.')
  }
  return { type, coordinates }
}

const isPosition = (p: unknown): boolean =>
  Array.isArray(p) && p.length >= 2 && p.length <= 4 && p.every((n) => typeof n === 'number' && Number.isFinite(n) && Math.abs(n) <= 1e6)
