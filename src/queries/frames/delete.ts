import { type Fragment, nothing, query, rows, type Sql } from '../../database/sql.ts'
import type { FrameRow } from './columns.ts'
import { readAllWritten } from './written.ts'

/** Frames as they were, and the size of each of their versions; null: not known. */
export interface Deleted {
  frames: FrameRow[]
  sizes: (number | null)[]
}

/**
 * Deletes frames' rows inside the caller's transaction. Their files are the caller's to remove once
 * this is committed.
 * @param still conditions on f that have to hold when the frames are locked; all the others stay
 */
export async function deleteFrames(tx: Sql, ids: readonly number[], still: Fragment = nothing(tx)): Promise<Deleted> {
  const locked = await rows<{ id: number }>(query(tx, 'frames/delete.lock', { ids, still }))
  if (locked.length === 0) return { frames: [], sizes: [] }
  const there = locked.map(({ id }) => id)
  const frames = await readAllWritten(tx, there, { related: true, thumbnails: true })
  await query(tx, 'frames/delete.related', { ids: there })
  await query(tx, 'frames/delete.headers', { ids: there })
  const versions = await rows<{ size: number | null }>(query(tx, 'frames/delete.versions', { ids: there }))
  await query(tx, 'frames/delete.thumbnails', { ids: there })
  await query(tx, 'frames/delete.frames', { ids: there })
  return { frames: [...frames.values()], sizes: versions.map(({ size }) => size) }
}

/** The same of one frame: as it was; undefined: there is none. */
export const deleteFrame = async (tx: Sql, id: number): Promise<FrameRow | undefined> =>
  (await deleteFrames(tx, [id])).frames[0]
