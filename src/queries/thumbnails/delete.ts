import { ANY_FRAME } from '../../caller.ts'
import { query, type Sql } from '../../database/sql.ts'
import type { ThumbnailRow } from './columns.ts'
import { getThumbnail } from './get.ts'

/** Deletes the thumbnail's row and answers what it was; undefined: there is none. */
export async function deleteThumbnail(tx: Sql, id: number): Promise<ThumbnailRow | undefined> {
  await query(tx, 'thumbnails/update.lock', { id })
  const row = await getThumbnail(tx, ANY_FRAME, id)
  if (row) await query(tx, 'thumbnails/delete', { id })
  return row
}
