import anyAscii from 'any-ascii'
import postgres from 'postgres'
import { type Caller, isSuperuser } from '../caller.ts'
import { ValidationError } from '../errors.ts'
import type { Given } from '../schemas/filters.ts'
import { all, type Fragment, nothing, query, type Sql } from '../sql.ts'
import type { Filed, FiledThumbnail } from '../store/paths.ts'
import { type Keyset, keysetFragments, type Ordering, orderingFragment } from './ordering.ts'
import { visible } from './visible.ts'

/** A frame as the database gives it: times as PostgreSQL text in UTC, area as GeoJSON text. */
export interface FrameRow {
  id: number
  basename: string
  area: string | null
  observation_date: string | null
  observation_day: string | null
  proposal_id: string
  instrument_id: string
  target_name: string
  reduction_level: number
  site_id: string
  telescope_id: string
  exposure_time: number | null
  primary_optical_element: string
  public_date: string | null
  configuration_type: string
  observation_id: number | null
  request_id: number | null
  /** id, key, md5, extension, created, filed, elsewhere (as in FiledVersion); newest first. */
  versions: [number, string, string, string, string, Filed | null, Filed[] | null][]
  related_frames?: number[]
  /** id, size, basename, extension, key, filed. */
  thumbnails?: [number, string, string, string, string, FiledThumbnail | null][]
}

export interface Parts {
  related: boolean
  thumbnails: boolean
}

export function columns(sql: Sql, parts: Parts): Fragment {
  return all(sql, [
    query(sql, 'frames/columns.frame', {}),
    ...(parts.related ? [query(sql, 'frames/columns.related', {})] : []),
    ...(parts.thumbnails ? [query(sql, 'frames/columns.thumbnails', {})] : []),
  ])
}

/** The ASCII transliteration; what has none (some marks and symbols) stays as it is, for an empty text would match everything. */
const ascii = (text: string): string => anyAscii(text) || text
const like = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`

/** Filters whose parsed value is not what their block binds, or that choose a block by caller or value. */
function filterFragment(sql: Sql, { name, value }: Given, caller: Caller, science: readonly string[]): Fragment {
  switch (name) {
    case 'basename':
      return query(sql, 'frames/filters.basename', { value: like(value as string) })
    case 'target_name':
      return query(sql, 'frames/filters.target_name', {
        value: like(value as string),
        ascii: like(ascii(value as string)),
      })
    case 'target_name_exact':
    case 'submitter':
      return query(sql, `frames/filters.${name}`, { value, ascii: ascii(value as string) })
    case 'exclude_calibrations':
      return value ? query(sql, 'frames/filters.exclude_calibrations', { value: science }) : nothing(sql)
    case 'public':
      return value ? nothing(sql) : ownOnly(sql, caller)
    case 'covers':
    case 'intersects':
      return query(
        sql,
        (value as string).trimStart().startsWith('{') ? `frames/filters.${name}_geojson` : `frames/filters.${name}`,
        { value },
      )
    default:
      return query(sql, `frames/filters.${name}` as 'frames/filters.start', { value })
  }
}

function ownOnly(sql: Sql, caller: Caller): Fragment {
  if (caller.kind !== 'user') return query(sql, 'frames/filters.public_nothing', {})
  if (isSuperuser(caller)) return query(sql, 'frames/filters.public_not_yet', {})
  return caller.proposals.length ? query(sql, 'frames/filters.public_own', { value: caller.proposals }) : nothing(sql)
}

export interface Search {
  filters: readonly Given[]
  ordering: Ordering
  /** The configuration types that are science: what exclude_calibrations keeps. */
  science: readonly string[]
  limit: number
  parts: Parts
}

function slots(sql: Sql, caller: Caller, search: Search) {
  return {
    columns: columns(sql, search.parts),
    visible: visible(sql, caller),
    filters: all(
      sql,
      search.filters.map((f) => filterFragment(sql, f, caller, search.science)),
    ),
    limit: search.limit,
  }
}

/** One page by offset, with the exact count of all that matches: one query. */
export async function list(
  sql: Sql,
  caller: Caller,
  search: Search,
  offset: number,
): Promise<{ count: number; rows: FrameRow[] }> {
  const rows = (await searched(
    sql,
    search,
    query(sql, 'frames/list', {
      ...slots(sql, caller, search),
      ordering: orderingFragment(sql, search.ordering, 'forward'),
      offset,
    }),
  )) as unknown as (FrameRow & { count: number })[]
  return { count: rows[0]!.count, rows: rows[0]!.id === null ? [] : rows }
}

/** One page from a cursor on, and whether there is more behind it: one query, its cost the same at any depth. */
export async function walk(
  sql: Sql,
  caller: Caller,
  search: Search,
  from: Keyset | null,
): Promise<{ rows: FrameRow[]; more: boolean }> {
  const direction = from?.direction ?? 'forward'
  const rows = (await searched(
    sql,
    search,
    query(sql, 'frames/walk', {
      ...slots(sql, caller, { ...search, limit: search.limit + 1 }),
      ordering: orderingFragment(sql, search.ordering, direction),
      from: from ? keysetFragments(sql, search.ordering, from) : nothing(sql),
    }),
  )) as unknown as FrameRow[]
  const page = rows.slice(0, search.limit)
  return { rows: direction === 'forward' ? page : page.reverse(), more: rows.length > search.limit }
}

export async function get(sql: Sql, caller: Caller, id: number, parts: Parts): Promise<FrameRow | undefined> {
  const [row] = await query(sql, 'frames/get', { columns: columns(sql, parts), visible: visible(sql, caller), id })
  return row as FrameRow | undefined
}

/** The frames that the caller may see among those that one of the basenames, or a thumbnail of that name, belongs to. */
export async function byBasenames(sql: Sql, caller: Caller, names: readonly string[]): Promise<FrameRow[]> {
  const parts = columns(sql, { related: false, thumbnails: true })
  return (await query(sql, 'frames/by_basenames', {
    columns: parts,
    visible: visible(sql, caller),
    names,
  })) as unknown as FrameRow[]
}

/** undefined: no such frame for this caller. */
export async function related(sql: Sql, caller: Caller, id: number): Promise<FrameRow[] | undefined> {
  const rows = (await query(sql, 'frames/related', {
    columns: columns(sql, { related: true, thumbnails: false }),
    visible: visible(sql, caller),
    id,
  })) as unknown as FrameRow[]
  if (rows.length === 0) return undefined
  return rows[0]!.id === null ? [] : rows
}

/** The headers as JSON text; undefined: no such frame for this caller. */
export async function headers(sql: Sql, caller: Caller, id: number): Promise<string | undefined> {
  const [row] = await query(sql, 'frames/headers', { visible: visible(sql, caller), id })
  return row?.data as string | undefined
}

/** Errors by which PostGIS says that a geometry is not one: internal error, invalid parameter, invalid text, out of range, stack depth. */
const GEOMETRY_ERRORS = new Set(['XX000', '22023', '22P02', '22003', '54001'])
export const isGeometryError = (error: unknown): boolean =>
  error instanceof postgres.PostgresError && GEOMETRY_ERRORS.has(error.code)

/**
 * The rows of a search. PostGIS judges the text of covers and intersects; a refusal is the client's fault and told in
 * the recorded words.
 */
async function searched(sql: Sql, search: Search, rows: Fragment): Promise<postgres.Row[]> {
  const geometries = search.filters.filter((f) => f.name === 'covers' || f.name === 'intersects')
  try {
    return await rows
  } catch (error) {
    if (geometries.length === 0 || !isGeometryError(error)) throw error
    let bad = geometries[0]!
    for (const g of geometries) {
      const json = (g.value as string).trimStart().startsWith('{')
      const parsed = query(sql, json ? 'frames/geometry.geojson' : 'frames/geometry.text', { value: g.value })
      if (
        !(await parsed.then(
          () => true,
          () => false,
        ))
      )
        bad = g
    }
    throw new ValidationError([
      `Error with ${bad.parameter} query: Point must be specified with exact format 'POINT(RA DEC)'`,
    ])
  }
}
