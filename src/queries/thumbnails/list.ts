import type { Caller } from '../../caller.ts'
import { all, type Page, page, query, type Sql } from '../../database/sql.ts'
import { visibleTo } from '../frames/visibility.ts'
import type { ThumbnailRow } from './columns.ts'

export const THUMBNAIL_FILTERS = ['frame_basename', 'proposal_id', 'observation_id', 'request_id', 'size'] as const
export type ThumbnailFilter = { name: (typeof THUMBNAIL_FILTERS)[number]; value: unknown }

/** A page of the thumbnails that the caller may see, by id, and the count of all. */
export const listThumbnails = (
  sql: Sql,
  caller: Caller,
  { filters, limit, offset }: { filters: readonly ThumbnailFilter[]; limit: number; offset: number },
): Promise<Page<ThumbnailRow>> =>
  page<ThumbnailRow>(
    query(sql, 'thumbnails/list', {
      columns: query(sql, 'thumbnails/columns', {}),
      visible: visibleTo(sql, caller),
      filters: all(
        sql,
        filters.map(({ name, value }) => query(sql, `thumbnails/filters.${name}`, { value })),
      ),
      limit,
      offset,
    }),
  )
