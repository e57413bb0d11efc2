import { ANY_FRAME } from '../../caller.ts'
import { query, rows, type Sql } from '../../database/sql.ts'
import { type FrameRow, frameColumns, type Parts } from './columns.ts'
import { visibleTo } from './visibility.ts'

/** Frames by their ids, as they stand inside the transaction that wrote them, dated or not. */
export async function readAllWritten(tx: Sql, ids: readonly number[], parts: Parts): Promise<Map<number, FrameRow>> {
  if (ids.length === 0) return new Map()
  const found = await rows<FrameRow>(
    query(tx, 'frames/written', { columns: frameColumns(tx, parts), visible: visibleTo(tx, ANY_FRAME), ids }),
  )
  return new Map(found.map((row) => [row.id, row]))
}

/** The same of one frame, with all of its parts; undefined: there is none. */
export const readWritten = async (tx: Sql, id: number): Promise<FrameRow | undefined> =>
  (await readAllWritten(tx, [id], { related: true, thumbnails: true })).get(id)
