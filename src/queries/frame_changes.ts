import { query, type Sql } from '../database/sql.ts'
import { ValidationError } from '../errors.ts'
import { change, type FrameRecord, make, putParts, takenVersions, versionErrors, written } from './frame_writes.ts'
import type { FrameRow } from './frames.ts'

/**
 * Changes the frame of an id, inside the caller's transaction. Versions that the frame has already are left as they are; what it gets is
 * announced where `announced`.
 * @returns whether there is such a frame
 */
export async function update(
  tx: Sql,
  id: number,
  record: FrameRecord,
  { announced }: { announced: boolean },
): Promise<boolean> {
  // before anything else: of two frames that name each other, neither may hold what the other waits for
  const others = record.relatedNames.filter((name) => name !== record.basename)
  await make(
    tx,
    others.map((basename) => ({ basename, record: {} })),
  )
  if (record.basename !== undefined) await refuseTakenName(tx, id, record.basename)
  const [row] = await query(tx, 'frames/rename', { id, basename: record.basename ?? null })
  if (!row) return false
  await change(tx, [{ basename: row.basename, record: record.metadata }])
  const taken = await takenVersions(tx, record.versions)
  const versions = record.versions.filter(({ key, md5 }) => {
    const own = taken.md5.get(md5)
    return own?.frame_id !== id || own.key !== key
  })
  const errors = versionErrors(versions, taken)
  if (errors) throw new ValidationError({ version_set: errors })
  await putParts(tx, [{ id, record, versions }], announced)
  return true
}

async function refuseTakenName(tx: Sql, id: number, basename: string): Promise<void> {
  const [other] = await query(tx, 'frames/named', { basename })
  if (other && other.id !== id) throw new ValidationError({ basename: ['frame with this basename already exists.'] })
}

/** Removes a frame's rows and answers what it was: its files are the caller's to remove once this is committed. undefined: there is none. */
export async function remove(tx: Sql, id: number): Promise<FrameRow | undefined> {
  await query(tx, 'frames/delete.lock', { id })
  const row = await written(tx, id)
  if (!row) return undefined
  await query(tx, 'frames/delete.related', { id })
  await query(tx, 'frames/delete.headers', { id })
  await query(tx, 'frames/delete.versions', { id })
  await query(tx, 'frames/delete.thumbnails', { id })
  await query(tx, 'frames/delete.frame', { id })
  return row
}
