import { ANY_FRAME, type Caller } from '../caller.ts'
import { all, query, type Sql } from '../database/sql.ts'
import { ValidationError } from '../errors.ts'
import type { Filed, FiledThumbnail } from '../files/store/paths.ts'
import { change, lock, make, type NewVersion } from './frame_writes.ts'
import { Raced } from './transaction.ts'
import { visible } from './visible.ts'

/** A thumbnail with the columns of its frame (id and basename are the frame's) that its path is made of. */
export interface ThumbnailRow extends Filed {
  id: number
  thumbnail_id: number
  thumbnail_basename: string
  size: string
  extension: string
  key: string
  filed: FiledThumbnail | null
  observation_date: string | null
  public_date: string | null
}

export const THUMBNAIL_FILTERS = ['frame_basename', 'proposal_id', 'observation_id', 'request_id', 'size'] as const
export type ThumbnailFilter = { name: (typeof THUMBNAIL_FILTERS)[number]; value: unknown }

export async function list(
  sql: Sql,
  caller: Caller,
  filters: ThumbnailFilter[],
  limit: number,
  offset: number,
): Promise<{ count: number; rows: ThumbnailRow[] }> {
  const rows = (await query(sql, 'thumbnails/read.list', {
    columns: query(sql, 'thumbnails/read.columns', {}),
    visible: visible(sql, caller),
    filters: all(
      sql,
      filters.map(({ name, value }) => query(sql, `thumbnails/read.${name}`, { value })),
    ),
    limit,
    offset,
  })) as unknown as (ThumbnailRow & { count: number })[]
  return { count: rows[0]!.count, rows: rows[0]!.id === null ? [] : rows }
}

export async function get(sql: Sql, caller: Caller, id: number): Promise<ThumbnailRow | undefined> {
  const [row] = await query(sql, 'thumbnails/read.get', {
    columns: query(sql, 'thumbnails/read.columns', {}),
    visible: visible(sql, caller),
    id,
  })
  return row as ThumbnailRow | undefined
}

/** A thumbnail as it is sent, checked; undefined: not given. */
export interface ThumbnailRecord {
  basename?: string
  size?: string
  frameBasename?: string
  /** The frame's metadata, for a frame that is not there yet. */
  metadata: Record<string, unknown>
  version?: NewVersion
}

/**
 * The frame of a thumbnail, locked; made from the thumbnail's metadata when it is not there yet, or only as a placeholder. It is looked at
 * under the lock: whoever has written it meanwhile knows more of it than its thumbnail does.
 */
async function frameOf(tx: Sql, basename: string, metadata: Record<string, unknown>): Promise<number> {
  const given = [{ basename, record: metadata }]
  const [made] = await make(tx, given)
  if (made) return made.id
  const [frame] = await lock(tx, [basename])
  if (!frame) throw new Raced('frame')
  if (frame.placeholder) await change(tx, given)
  return frame.id
}

/** What a thumbnail is after a write, and what it was before; undefined: there was none. */
export interface Changed {
  before: ThumbnailRow | undefined
  after: ThumbnailRow
}

/** null: as it was. */
type Changes = Record<'basename' | 'size' | 'key' | 'extension', string | null> & { frame: number | null }

/** Creates the thumbnail of a basename, or replaces it: its id then stays the same. */
export async function put(tx: Sql, record: Required<ThumbnailRecord>): Promise<Changed> {
  const frame = await frameOf(tx, record.frameBasename, record.metadata)
  const { basename, size, version } = record
  const slots = { basename, size, frame, key: version.key, extension: version.extension }
  const [made] = await query(tx, 'thumbnails/write.make', slots)
  if (made) return { before: undefined, after: (await get(tx, ANY_FRAME, made.id))! }
  const [taken] = await query(tx, 'thumbnails/write.taken', { basename })
  if (!taken) throw new Raced('thumbnail')
  return replace(tx, taken.id, slots)
}

/** Changes what is not null of a thumbnail that is there and locked. */
async function replace(tx: Sql, id: number, slots: Changes): Promise<Changed> {
  const before = await get(tx, ANY_FRAME, id)
  await query(tx, 'thumbnails/write.update', { ...slots, id })
  return { before, after: (await get(tx, ANY_FRAME, id))! }
}

/** Changes the thumbnail of an id; undefined: there is none. */
export async function update(tx: Sql, id: number, record: ThumbnailRecord): Promise<Changed | undefined> {
  const { basename = null, size = null, frameBasename, version } = record
  if (basename !== null) {
    const [other] = await query(tx, 'thumbnails/write.taken', { basename })
    if (other && other.id !== id)
      throw new ValidationError({ basename: ['thumbnail with this basename already exists.'] })
  }
  const frame = frameBasename === undefined ? null : await frameOf(tx, frameBasename, record.metadata)
  const [locked] = await query(tx, 'thumbnails/write.lock', { id })
  if (!locked) return undefined
  const { key = null, extension = null } = version ?? {}
  return replace(tx, id, { basename, size, frame, key, extension })
}

/** Removes the thumbnail's row and answers what it was; undefined: there is none. */
export async function remove(tx: Sql, id: number): Promise<ThumbnailRow | undefined> {
  await query(tx, 'thumbnails/write.lock', { id })
  const row = await get(tx, ANY_FRAME, id)
  if (row) await query(tx, 'thumbnails/write.delete', { id })
  return row
}

/** The key under which the thumbnail of a basename is stored; null: there is none. For ingesters. */
export async function keyOf(sql: Sql, basename: string): Promise<string | null> {
  const [row] = await query(sql, 'thumbnails/key', { basename })
  return row?.key ?? null
}
