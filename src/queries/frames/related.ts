import type { Caller } from '../../caller.ts'
import { query, rows, type Sql } from '../../database/sql.ts'
import { type FrameRow, frameColumns } from './columns.ts'
import { visibleTo } from './visibility.ts'

/** The related frames that the caller may see; undefined: no such frame for this caller. */
export async function listRelated(sql: Sql, caller: Caller, id: number): Promise<FrameRow[] | undefined> {
  const found = await rows<FrameRow>(
    query(sql, 'frames/related', {
      columns: frameColumns(sql, { related: true, thumbnails: false }),
      visible: visibleTo(sql, caller),
      id,
    }),
  )
  if (found.length === 0) return undefined
  return found[0]!.id === null ? [] : found
}
