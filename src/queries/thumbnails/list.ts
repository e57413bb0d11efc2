import { type Caller, isSuperuser } from '../../caller.ts'
import { all, nothing, planned, query, type Sql } from '../../database/sql.ts'
import { COUNTED, type CountedPage, countedPage, type Paging } from '../counted_page.ts'
import { visibleTo } from '../frames/visibility.ts'
import type { ThumbnailRow } from './columns.ts'

export const THUMBNAIL_FILTERS = ['frame_basename', 'proposal_id', 'observation_id', 'request_id', 'size'] as const
export type ThumbnailFilter = { name: (typeof THUMBNAIL_FILTERS)[number]; value: unknown }

/** What few frames have in common, found by an index. */
const FEW: readonly ThumbnailFilter['name'][] = ['frame_basename', 'observation_id', 'request_id']
/** How many ids a sample takes; what has at least 40 hits is estimated by them, within a third as a rule. */
const DRAWS = 1000

/** A page of the thumbnails that the caller may see, by id, and their count. */
export function listThumbnails(
  sql: Sql,
  caller: Caller,
  { filters: given, ...paging }: Paging & { filters: readonly ThumbnailFilter[] },
): Promise<CountedPage<ThumbnailRow>> {
  const { limit, offset, exactly = false, most = COUNTED } = paging
  const conditions = (filters: readonly ThumbnailFilter[]) =>
    all(
      sql,
      filters.map(({ name, value }) => query(sql, `thumbnails/filters.${name}`, { value })),
    )
  const columns = query(sql, 'thumbnails/columns', {})
  const slots = { columns, visible: visibleTo(sql, caller), filters: conditions(given), limit, offset }
  if (given.some(({ name }) => FEW.includes(name)))
    return countedPage(query(sql, 'thumbnails/list.gathered', slots), paging)
  const ofFrame = given.filter(({ name }) => name !== 'size')
  const seen =
    isSuperuser(caller) && ofFrame.length === 0
      ? nothing(sql)
      : query(sql, 'thumbnails/list.seen', { visible: slots.visible, filters: conditions(ofFrame) })
  const sample = { of_thumbnail: conditions(given.filter(({ name }) => name === 'size')), seen, draws: DRAWS }
  return countedPage(planned(query(sql, 'thumbnails/list.sampled', { ...slots, ...sample, exactly, most })), paging)
}
