import { ANY_FRAME } from '../../caller.ts'
import { Raced } from '../../database/races.ts'
import { query, row, type Sql } from '../../database/sql.ts'
import { ValidationError } from '../../errors.ts'
import type { ThumbnailRecord } from '../../schemas/frame_record.ts'
import { changeFrames, lockFrames, makeFrames } from '../frames/metadata.ts'
import type { ThumbnailRow } from './columns.ts'
import { getThumbnail } from './get.ts'

/** What a thumbnail is after a write, and what it was before; undefined: there was none. */
export interface Changed {
  before: ThumbnailRow | undefined
  after: ThumbnailRow
}

/** Changes the thumbnail of an id; undefined: there is none. */
export async function updateThumbnail(tx: Sql, id: number, record: ThumbnailRecord): Promise<Changed | undefined> {
  const { basename = null, size = null, frameBasename, version } = record
  if (basename !== null) {
    const other = await lockThumbnailOf(tx, basename)
    if (other && other.id !== id)
      throw new ValidationError({ basename: ['thumbnail with this basename already exists.'] })
  }
  const frame = frameBasename === undefined ? null : await lockFrameOf(tx, frameBasename, record.metadata)
  const locked = await row(query(tx, 'thumbnails/update.lock', { id }))
  if (!locked) return undefined
  const { key = null, extension = null } = version ?? {}
  return replaceThumbnail(tx, id, { basename, size, frame, key, extension })
}

/** The thumbnail of a basename, locked for the rest of the transaction. */
export const lockThumbnailOf = (tx: Sql, basename: string): Promise<{ id: number } | undefined> =>
  row<{ id: number }>(query(tx, 'thumbnails/update.taken', { basename }))

/**
 * Locks the frame of a thumbnail; makes it from the thumbnail's metadata when it is not there yet,
 * or only as a placeholder. It is read under the lock: who has written it meanwhile knows more of
 * it.
 * @returns the frame's id
 */
export async function lockFrameOf(tx: Sql, basename: string, metadata: Record<string, unknown>): Promise<number> {
  const given = [{ basename, record: metadata }]
  const [made] = await makeFrames(tx, given)
  if (made) return made.id
  const [frame] = await lockFrames(tx, [basename])
  if (!frame) throw new Raced('frame')
  if (frame.placeholder) await changeFrames(tx, given)
  return frame.id
}

/** null: as it was. */
type Changes = Record<'basename' | 'size' | 'key' | 'extension', string | null> & { frame: number | null }

/** Changes what is not null of a thumbnail that is there and locked. */
export async function replaceThumbnail(tx: Sql, id: number, changes: Changes): Promise<Changed> {
  const before = await getThumbnail(tx, ANY_FRAME, id)
  await query(tx, 'thumbnails/update.update', { ...changes, id })
  return { before, after: (await getThumbnail(tx, ANY_FRAME, id))! }
}
