import type { Caller } from '../../caller.ts'
import { type Fragment, nothing, query, rows, type Sql } from '../../database/sql.ts'
import type { Given } from '../../schemas/filters.ts'
import { type CountedPage, countedPage, type Paging } from '../counted_page.ts'
import { type Asking, asking, countByRollups } from '../rollups/count.ts'
import { newestByRollups } from '../rollups/pages.ts'
import { askRollups, askTargets, EVERYTHING } from '../rollups/question.ts'
import { pageByTargets } from '../rollups/targets.ts'
import { type FrameRow, frameColumns, type Parts } from './columns.ts'
import { filterConditions } from './filters.ts'
import { type ReadFilter, readRegions, refusing } from './geometry.ts'
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

/** One page by offset with the count of all that matches: one query. */
export async function listFrames(
  sql: Sql,
  caller: Caller,
  search: Search,
  paging: Omit<Paging, 'limit'>,
): Promise<CountedPage<FrameRow>> {
  const read = await readRegions(sql, search.filters)
  const question = askRollups(read)
  if (question) return listByRollups(sql, caller, search, asking(sql, caller, question, search.science), paging.offset)
  const target = isDefault(search.ordering) ? askTargets(read) : null
  const found = target && (await listByTarget(sql, caller, search, target, paging.offset))
  return found ?? refusing(read, listBySearch(sql, caller, search, read, paging))
}

/** Of filters that the rollups know. */
async function listByRollups(
  sql: Sql,
  caller: Caller,
  search: Search,
  asked: Asking,
  offset: number,
): Promise<CountedPage<FrameRow>> {
  const { columns, ...kept } = slots(sql, caller, search, search.filters)
  const ordering = orderBy(sql, search.ordering, 'forward')
  const page = { ...kept, ordering, limit: search.limit, offset }
  const ask = (count: Fragment, found: { rows: Fragment; whole: Fragment }) =>
    askPage(query(sql, 'frames/list.page', { columns, count, ...found, ordering, beside: nothing(sql) }), offset)
  const walked = () => {
    const gate = query(sql, 'frames/list.has_rows', { offset })
    return { rows: query(sql, 'frames/list.walk', { ...page, skip: offset, gate }), whole: sql`null` }
  }
  const rollups = query(sql, 'frames/list.count_by_rollups', { rollups: countByRollups(asked) })
  const found = await ask(rollups, isDefault(search.ordering) ? newestByRollups(asked, page) : walked())
  // null: they are still being built, and what is read one by one is always counted
  return found ?? (await ask(query(sql, 'frames/list.count', kept), walked()))!
}

/** Of a part of the target's name, newest first; null: the rollups are not built, or many names have it. */
async function listByTarget(
  sql: Sql,
  caller: Caller,
  search: Search,
  { value }: Given,
  offset: number,
): Promise<CountedPage<FrameRow> | null> {
  const { columns, visible } = slots(sql, caller, search, [])
  const ordering = orderBy(sql, search.ordering, 'forward')
  const page = { visible, limit: search.limit, offset }
  const { count, ...by } = pageByTargets(asking(sql, caller, EVERYTHING, search.science), String(value), page)
  const counted = query(sql, 'frames/list.count_by_rollups', { rollups: count })
  return askPage(query(sql, 'frames/list.page', { columns, count: counted, ...by, ordering }), offset)
}

/** The page of frames/list.page; null: it could not count. */
async function askPage(statement: Fragment, offset: number): Promise<CountedPage<FrameRow> | null> {
  const given = await rows<FrameRow & { count: number | null }>(statement)
  const { count, id } = given[0]!
  if (count === null) return null
  const shown = id === null ? [] : given
  return { count, estimated: false, rows: shown, more: offset + shown.length < count }
}

/** Of other filters. */
function listBySearch(
  sql: Sql,
  caller: Caller,
  search: Search,
  read: readonly ReadFilter[],
  { offset, exactly = false, most = MOST_COUNTED }: Omit<Paging, 'limit'>,
): Promise<CountedPage<FrameRow>> {
  const { columns, ...kept } = slots(sql, caller, search, read)
  // one more says whether others follow
  const page = { ...kept, ordering: orderBy(sql, search.ordering, 'forward'), limit: search.limit + 1, offset }
  // a night holds so many frames and no more
  const isBounded = read.some(({ name }) => name === 'dayobs')
  const statement = query(sql, 'frames/list.search', {
    ...page,
    columns,
    walked: query(sql, 'frames/list.walk', { ...page, skip: offset, gate: sql`total.estimated` }),
    measured: isByDistance(search.ordering) ? query(sql, 'frames/list.measured', {}) : nothing(sql),
    bound: exactly || isBounded ? null : most,
    estimate: query(sql, 'frames/list.estimate', kept),
  })
  return countedPage<FrameRow>(statement, { limit: search.limit, offset })
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
