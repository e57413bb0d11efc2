import type { Caller } from '../../caller.ts'
import { type Fragment, nothing, type Page, query, rows, type Sql } from '../../database/sql.ts'
import type { Given } from '../../schemas/filters.ts'
import { asking, countByRollups } from '../rollups/count.ts'
import { newestByRollups } from '../rollups/pages.ts'
import { askRollups } from '../rollups/question.ts'
import { type FrameRow, frameColumns, type Parts } from './columns.ts'
import { filterConditions } from './filters.ts'
import { type ReadFilter, readRegions, refusedRegion } from './geometry.ts'
import { isByDistance, isDefault, type Keyset, type Ordering, orderBy, rowsAfter } from './ordering.ts'
import { visibleTo } from './visibility.ts'

export interface Search {
  filters: readonly Given[]
  ordering: Ordering
  /** The configuration types that are science: what exclude_calibrations keeps. */
  science: readonly string[]
  limit: number
  parts: Parts
}

/** How many matches are counted of filters that the rollups do not know; beyond, it is estimated. */
const MOST_COUNTED = 20_000

/** A page, and how many frames match: exactly, or about. */
export interface CountedPage extends Page<FrameRow> {
  estimated: boolean
  /** Whether rows follow it, where the count does not tell. */
  more?: boolean
}

/** One page by offset with the count of all that matches, however long that takes if `forced`: one query. */
export async function listFrames(
  sql: Sql,
  caller: Caller,
  search: Search,
  { offset, forced, mostCounted = MOST_COUNTED }: { offset: number; forced: boolean; mostCounted?: number },
): Promise<CountedPage> {
  const read = await readRegions(sql, search.filters)
  const { columns, visible, filters } = slots(sql, caller, search, read)
  const page = { visible, filters, ordering: orderBy(sql, search.ordering, 'forward'), limit: search.limit, offset }
  const statement = (count: Fragment, rows: Fragment) =>
    query(sql, 'frames/list.page', { columns, count, rows, ordering: page.ordering })
  const walked = () => query(sql, 'frames/list.walk', { ...page, gate: nothing(sql) })
  const question = askRollups(read)
  if (question) {
    const asked = asking(sql, caller, question, search.science)
    const rows = isDefault(search.ordering) ? newestByRollups(asked, page, search.science) : walked()
    const rollups = query(sql, 'frames/list.count_by_rollups', { rollups: countByRollups(asked) })
    const found = await counted(statement(rollups, rows), search.limit)
    return (
      found ??
      (await counted(statement(query(sql, 'frames/list.count', { visible, filters }), walked()), search.limit))!
    )
  }
  // a night holds so many frames and no more
  const isBounded = read.some(({ name }) => name === 'dayobs')
  const found = query(sql, 'frames/list.search', {
    ...page,
    columns,
    measured: isByDistance(search.ordering) ? query(sql, 'frames/list.measured', {}) : nothing(sql),
    bound: forced || isBounded ? null : mostCounted,
    estimate: query(sql, 'frames/list.estimate', { visible, filters }),
  })
  return (await refusing(read, counted(found, search.limit)))!
}

/**
 * The page of a query whose rows carry the count; past the end it is one row whose id is null.
 * @returns null: there is no count, since the rollups are not built yet
 */
async function counted(statement: Fragment, limit: number): Promise<CountedPage | null> {
  const found = await rows<FrameRow & { count: number | null; estimated?: boolean }>(statement)
  const { count, estimated, id } = found[0]!
  if (count === null) return null
  const shown = id === null ? [] : found
  return estimated
    ? { count, estimated, rows: shown, more: shown.length === limit }
    : { count, estimated: false, rows: shown }
}

/** One page from a cursor on, and whether more follows: one query, its cost the same everywhere. */
export async function walkFrames(
  sql: Sql,
  caller: Caller,
  search: Search,
  from: Keyset | null,
): Promise<{ rows: FrameRow[]; more: boolean }> {
  const direction = from?.direction ?? 'forward'
  const read = await readRegions(sql, search.filters)
  const { columns, ...kept } = slots(sql, caller, search, read)
  const page = { ordering: orderBy(sql, search.ordering, direction), limit: search.limit + 1 }
  const parts = from ? rowsAfter(sql, search.ordering, from) : [{ from: nothing(sql) }]
  const following = parts
    .map((part) => query(sql, 'frames/walk.rows', { ...kept, ...page, ...part }))
    .reduce((left, right) => sql`${left} union all ${right}`)
  const found = await refusing(
    read,
    rows<FrameRow>(query(sql, 'frames/walk.page', { ...page, columns, rows: following })),
  )
  const shown = found.slice(0, search.limit)
  return { rows: direction === 'forward' ? shown : shown.reverse(), more: found.length > search.limit }
}

const slots = (sql: Sql, caller: Caller, { parts, science }: Search, read: readonly ReadFilter[]) => ({
  columns: frameColumns(sql, parts),
  visible: visibleTo(sql, caller),
  filters: filterConditions(sql, caller, read, science),
})

/** Refuses what PostGIS cannot compare with an area: that is the client's fault. */
async function refusing<T>(filters: readonly Given[], search: Promise<T>): Promise<T> {
  try {
    return await search
  } catch (error) {
    throw refusedRegion(filters, error) ?? error
  }
}
