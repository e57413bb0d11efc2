import anyAscii from 'any-ascii'
import type postgres from 'postgres'
import { type Caller, isSuperuser } from '../caller.ts'
import { all, type Fragment, nothing, query, type Sql } from '../database/sql.ts'
import type { Filed, FiledThumbnail } from '../files/store/paths.ts'
import type { Given } from '../schemas/filters.ts'
import type { Box } from '../schemas/sky.ts'
import { type Keyset, keysetFragments, type Ordering, orderingFragment } from './ordering.ts'
import { boxFragment, type Region, readRegions, refusedRegion, regionFragment } from './regions.ts'
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
      return regionFragment(sql, name, value as Region)
    case 'box':
      return boxFragment(sql, value as Box)
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
  const filters = await readRegions(sql, search.filters)
  const rows = (await searched(
    filters,
    query(sql, 'frames/list', {
      ...slots(sql, caller, { ...search, filters }),
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
  const filters = await readRegions(sql, search.filters)
  const rows = (await searched(
    filters,
    query(sql, 'frames/walk', {
      ...slots(sql, caller, { ...search, filters, limit: search.limit + 1 }),
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

/** The rows of a search. What PostGIS cannot compare with an area is the client's fault, told in the recorded words. */
async function searched(filters: readonly Given[], rows: Fragment): Promise<postgres.Row[]> {
  try {
    return await rows
  } catch (error) {
    throw refusedRegion(filters, error) ?? error
  }
}
