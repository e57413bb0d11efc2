import { query, type Sql } from '../../database/sql.ts'
import type { FrameRow } from './columns.ts'
import { readWritten } from './written.ts'

/**
 * Deletes a frame's rows inside the caller's transaction. Its files are the caller's to remove once
 * this is committed.
 * @returns the frame as it was; undefined: there is none
 */
export async function deleteFrame(tx: Sql, id: number): Promise<FrameRow | undefined> {
  await query(tx, 'frames/delete.lock', { id })
  const row = await readWritten(tx, id)
  if (!row) return undefined
  for (const part of ['related', 'headers', 'versions', 'thumbnails', 'frame'] as const)
    await query(tx, `frames/delete.${part}`, { id })
  return row
}
