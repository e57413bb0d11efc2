import { isPostgresError } from '../../database/faults.ts'
import { query, row, type Sql } from '../../database/sql.ts'
import { ValidationError } from '../../errors.ts'
import type { Given } from '../../schemas/filters.ts'
import { BEYOND_POLES, CROSSES_ITSELF, MAX_POSITIONS, ROUND_AGAIN, TOO_MANY_POSITIONS } from '../../schemas/sky.ts'

/** A geometry to search by, as PostGIS read it. */
export interface Region {
  /** As text that PostGIS reads again. */
  region: string
  is_points: boolean
  /** Pieces small enough for PostGIS to be exact; null: the whole is. */
  pieces: string[] | null
  /** The mean of its corners; null: not known, as all that follows. */
  centre: string | null
  /** Metres about the centre that hold all of it; null: not known. */
  outer_radius: number | null
  /** Metres about the centre that it holds; null: not known. */
  inner_radius: number | null
  /** Its parts, where it has several; null: it is one, or they are not known. */
  parts: string[] | null
  /** Two of its corners, far from each other; null: not known. */
  one: string | null
  other: string | null
}

type Checks = { positions: number } & Record<'is_finite' | 'is_beyond_poles' | 'is_round_again' | 'is_wide', boolean>

/** A filter that was given; a geometry with what PostGIS read. */
export type ReadFilter = Given & { region?: Region }

const isGeometry = ({ name }: Given): boolean => name === 'covers' || name === 'intersects'

/**
 * Filters with their geometries read: one more query each, but for the text of a single point.
 * @throws ValidationError for what is no geometry, or none that can be searched by
 */
export async function readRegions(sql: Sql, filters: readonly Given[]): Promise<ReadFilter[]> {
  const read: ReadFilter[] = []
  for (const filter of filters)
    read.push(isGeometry(filter) ? { ...filter, region: await readRegion(sql, filter) } : filter)
  return read
}

const NUMBER = '-?\\d{1,20}(?:\\.\\d{0,40})?'
const POINT = new RegExp(`^(?:SRID=4326;)?POINT ?\\((${NUMBER}) (${NUMBER})\\)$`, 'i')

const POINT_ONLY = { is_points: true, pieces: null, parts: null, outer_radius: 0, inner_radius: null }

async function readRegion(sql: Sql, { parameter, value }: Given): Promise<Region> {
  const text = String(value).trim()
  const point = POINT.exec(text)
  if (point) {
    if (Math.abs(Number(point[2])) > 90) throw new ValidationError({ [parameter]: [BEYOND_POLES] })
    return { ...POINT_ONLY, region: text, one: text, other: text, centre: text }
  }
  const geometry = query(sql, text.startsWith('{') ? 'frames/geometry.geojson' : 'frames/geometry.text', {
    value: text,
  })
  const read = await row<Region & Checks>(query(sql, 'frames/geometry.read', { geometry })).catch((error: unknown) => {
    throw isGeometryError(error) ? refusal(parameter, error) : error
  })
  const reason = unusable(read!)
  if (reason) throw new ValidationError({ [parameter]: [reason] })
  return read!
}

/** Why frames cannot be searched by a geometry. */
function unusable(read: Region & Checks): string | undefined {
  const { positions, is_finite, is_beyond_poles, is_round_again, is_wide, pieces } = read
  if (!is_finite) return 'Enter finite coordinates.'
  if (is_beyond_poles) return BEYOND_POLES
  if (is_round_again) return ROUND_AGAIN
  if (positions > MAX_POSITIONS) return TOO_MANY_POSITIONS
  return is_wide && pieces === null ? CROSSES_ITSELF : undefined
}

/** The refusal of a geometry that PostGIS does not take: why, where known; else as recorded. */
function refusal(parameter: string, error: unknown): ValidationError {
  if (/antipodal/i.test(String(error)))
    return new ValidationError({ [parameter]: ['An edge of 180 degrees has no direction: put a position into it.'] })
  return new ValidationError([
    `Error with ${parameter} query: Point must be specified with exact format 'POINT(RA DEC)'`,
  ])
}

/** Refuses what PostGIS cannot compare with an area: that is the client's fault. */
export async function refusing<T>(filters: readonly Given[], search: Promise<T>): Promise<T> {
  try {
    return await search
  } catch (error) {
    throw refusedRegion(filters, error) ?? error
  }
}

/**
 * The refusal of a search with a geometry that PostGIS can read but not compare with an area;
 * `covers` knows fewer kinds. undefined: the error is no fault of a geometry.
 */
function refusedRegion(filters: readonly Given[], error: unknown): ValidationError | undefined {
  const bad = filters.find((f) => f.name === 'covers') ?? filters.find(isGeometry)
  return bad && isGeometryError(error) ? refusal(bad.parameter, error) : undefined
}

/** PostGIS refuses geometries by internal error, invalid parameter or text, range, stack depth. */
const GEOMETRY_ERRORS = new Set(['XX000', '22023', '22P02', '22003', '54001'])
/** Those of sky_area(). */
const AREA_ERRORS: Record<string, string> = { SKY01: BEYOND_POLES, SKY02: CROSSES_ITSELF }

const isGeometryError = (error: unknown): boolean => isPostgresError(error) && GEOMETRY_ERRORS.has(error.code)

/** Why the database refused a frame's area; undefined: the error is no fault of an area. */
export const areaError = (error: unknown): string | undefined =>
  isPostgresError(error)
    ? (AREA_ERRORS[error.code] ?? (isGeometryError(error) ? 'PostGIS cannot read this area as a Polygon.' : undefined))
    : undefined
