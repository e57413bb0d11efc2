import { ANY_FRAME } from '../../caller.ts'
import { Raced } from '../../database/races.ts'
import { query, row, type Sql } from '../../database/sql.ts'
import type { ThumbnailRecord } from '../../schemas/frame_record.ts'
import { getThumbnail } from './get.ts'
import { type Changed, lockFrameOf, lockThumbnailOf, replaceThumbnail } from './update.ts'

/** Creates the thumbnail of a basename, or replaces it: its id then stays the same. */
export async function createThumbnail(tx: Sql, record: Required<ThumbnailRecord>): Promise<Changed> {
  const frame = await lockFrameOf(tx, record.frameBasename, record.metadata)
  const { basename, size, version } = record
  const slots = { basename, size, frame, key: version.key, extension: version.extension }
  const made = await row<{ id: number }>(query(tx, 'thumbnails/create', slots))
  if (made) return { before: undefined, after: (await getThumbnail(tx, ANY_FRAME, made.id))! }
  const taken = await lockThumbnailOf(tx, basename)
  if (!taken) throw new Raced('thumbnail')
  return replaceThumbnail(tx, taken.id, slots)
}
