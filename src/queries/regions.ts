import { type Fragment, query, type Sql } from '../database/sql.ts'
import { ValidationError } from '../errors.ts'
import type { Given } from '../schemas/filters.ts'
import {
  BEYOND_POLES,
  type Box,
  CROSSES_ITSELF,
  MAX_POSITIONS,
  pointsAround,
  TOO_MANY_POSITIONS,
} from '../schemas/sky.ts'
import { geometryReason, isGeometryError } from './geometry_errors.ts'

/** A geometry to search by, as PostGIS read it. */
export interface Region {
  /** As text that PostGIS reads again. */
  region: string
  isPoints: boolean
  /** Parts about which PostGIS is right; null: it is right about the whole. */
  pieces: string[] | null
}

const isGeometry = ({ name }: Given): boolean => name === 'covers' || name === 'intersects'

/**
 * Filters with their geometries read: one more query each, but for the text of a single point.
 * @throws ValidationError for what is no geometry, in the recorded words, or none that can be searched by
 */
export async function readRegions(sql: Sql, filters: readonly Given[]): Promise<Given[]> {
  const read: Given[] = []
  for (const filter of filters)
    read.push(isGeometry(filter) ? { ...filter, value: await readRegion(sql, filter) } : filter)
  return read
}

const NUMBER = '[+-]?\\d{1,20}(?:\\.\\d{0,40})?'
const POINT = new RegExp(`^(?:SRID=4326;)?POINT ?\\((${NUMBER}) (${NUMBER})\\)$`, 'i')

async function readRegion(sql: Sql, { parameter, value }: Given): Promise<Region> {
  const text = (value as string).trim()
  const point = POINT.exec(text)
  if (point) {
    if (Math.abs(Number(point[2])) > 90) throw new ValidationError({ [parameter]: [BEYOND_POLES] })
    return { region: text, isPoints: true, pieces: null }
  }
  const geometry = query(sql, text.startsWith('{') ? 'frames/geometry.geojson' : 'frames/geometry.text', {
    value: text,
  })
  const [row] = await query(sql, 'frames/geometry.read', { geometry }).catch((error: unknown) => {
    throw isGeometryError(error) ? refusal(parameter, error) : error
  })
  const { region, is_points, positions, is_finite, is_beyond_poles, is_wide, pieces } = row!
  const reason = !is_finite
    ? 'Enter finite coordinates.'
    : is_beyond_poles
      ? BEYOND_POLES
      : positions > MAX_POSITIONS
        ? TOO_MANY_POSITIONS
        : is_wide && pieces === null
          ? CROSSES_ITSELF
          : undefined
  if (reason) throw new ValidationError({ [parameter]: [reason] })
  return { region, isPoints: is_points, pieces }
}

/** What is said of a geometry that PostGIS refuses: why, where that is known; else the recorded words. */
function refusal(parameter: string, error: unknown): ValidationError {
  const reason = geometryReason(error)
  if (reason) return new ValidationError({ [parameter]: [reason] })
  return new ValidationError([
    `Error with ${parameter} query: Point must be specified with exact format 'POINT(RA DEC)'`,
  ])
}

/** The condition of a geometry that was read. */
export function regionFragment(
  sql: Sql,
  name: 'covers' | 'intersects',
  { region, isPoints, pieces }: Region,
): Fragment {
  if (name === 'covers')
    return query(
      sql,
      pieces ? 'frames/filters.covers_wide' : isPoints ? 'frames/filters.covers_points' : 'frames/filters.covers',
      { region },
    )
  return pieces
    ? query(sql, 'frames/filters.intersects_wide', { pieces })
    : query(sql, 'frames/filters.intersects', { region })
}

/** The condition of a box in RA and Dec. */
export const boxFragment = (sql: Sql, box: Box): Fragment =>
  query(sql, 'frames/filters.box', { ...box, around: pointsAround(box) })

/**
 * What is said of a search that PostGIS refused although it could read every geometry: one of a kind that it cannot compare with an area, of
 * which covers knows fewer. undefined: the error is no fault of a geometry.
 */
export function refusedRegion(filters: readonly Given[], error: unknown): ValidationError | undefined {
  const bad = filters.find((f) => f.name === 'covers') ?? filters.find(isGeometry)
  return bad && isGeometryError(error) ? refusal(bad.parameter, error) : undefined
}
