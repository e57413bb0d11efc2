import type { Caller } from '../../caller.ts'
import { type Fragment, nothing, type Page, page, query, rows, type Sql } from '../../database/sql.ts'
import type { Given } from '../../schemas/filters.ts'
import { asking, countByRollups } from '../rollups/count.ts'
import { askRollups } from '../rollups/question.ts'
import { type FrameRow, frameColumns, type Parts } from './columns.ts'
import { filterConditions } from './filters.ts'
import { type ReadFilter, readRegions, refusedRegion } from './geometry.ts'
import { type Keyset, type Ordering, orderBy, rowsAfter } from './ordering.ts'
import { visibleTo } from './visibility.ts'

export interface Search {
  filters: readonly Given[]
  ordering: Ordering
  /** The configuration types that are science: what exclude_calibrations keeps. */
  science: readonly string[]
  limit: number
  parts: Parts
}

/** One page by offset, with the exact count of all that matches: one query. */
export async function listFrames(sql: Sql, caller: Caller, search: Search, offset: number): Promise<Page<FrameRow>> {
  const read = await readRegions(sql, search.filters)
  return refusing(
    read,
    page<FrameRow>(
      query(sql, 'frames/list.page', {
        ...slots(sql, caller, search, read),
        count: countFrames(sql, caller, search, read),
        ordering: orderBy(sql, search.ordering, 'forward'),
        limit: search.limit,
        offset,
      }),
    ),
  )
}

/** How many frames match, as a select of one number: of the rollups where they know. */
function countFrames(sql: Sql, caller: Caller, search: Search, read: readonly ReadFilter[]): Fragment {
  const { visible, filters } = slots(sql, caller, search, read)
  const plain = query(sql, 'frames/list.count', { visible, filters })
  const question = askRollups(read)
  if (!question) return plain
  const rollups = countByRollups(asking(sql, caller, question, search.science))
  return query(sql, 'frames/list.count_by_rollups', { rollups, plain })
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
