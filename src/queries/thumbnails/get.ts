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

/** The key of the stored thumbnail of a basename; null: there is none. For ingesters. */
export async function getThumbnailKey(sql: Sql, basename: string): Promise<string | null> {
  return (await row<{ key: string }>(query(sql, 'thumbnails/key', { basename })))?.key ?? null
}
