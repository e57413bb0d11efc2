import type { Caller } from '../../caller.ts'
import { query, row, type Sql } from '../../database/sql.ts'
import { visibleTo } from '../frames/visibility.ts'
import type { ThumbnailRow } from './columns.ts'

/** A thumbnail by id; undefined: no such thumbnail for this caller. */
export const getThumbnail = (sql: Sql, caller: Caller, id: number): Promise<ThumbnailRow | undefined> =>
  row<ThumbnailRow>(
    query(sql, 'thumbnails/get', {
      columns: query(sql, 'thumbnails/columns', {}),
      visible: visibleTo(sql, caller),
      id,
    }),
  )
