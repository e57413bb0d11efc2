import { query, row, type Sql } from '../../database/sql.ts'
import { ValidationError } from '../../errors.ts'
import type { FrameRecord } from '../../schemas/frame_record.ts'
import { takenVersions, versionErrors } from '../versions/add.ts'
import { changeFrames, makeFrames } from './metadata.ts'
import { writeParts } from './parts.ts'

/**
 * Changes the frame of an id, inside the caller's transaction. Versions that it has already are
 * left as they are; new ones are announced where `announced`.
 * @returns whether there is such a frame
 */
export async function updateFrame(
  tx: Sql,
  id: number,
  record: FrameRecord,
  { announced }: { announced: boolean },
): Promise<boolean> {
  // first: of two frames that name each other, neither may hold what the other waits for
  const others = record.relatedNames.filter((name) => name !== record.basename)
  await makeFrames(
    tx,
    others.map((basename) => ({ basename, record: {} })),
  )
  if (record.basename !== undefined) await refuseTakenName(tx, id, record.basename)
  const frame = await row<{ basename: string }>(
    query(tx, 'frames/update.rename', { id, basename: record.basename ?? null }),
  )
  if (!frame) return false
  await changeFrames(tx, [{ basename: frame.basename, record: record.metadata }])
  const taken = await takenVersions(tx, record.versions)
  const versions = record.versions.filter(({ key, md5 }) => {
    const own = taken.md5.get(md5)
    return own?.frame_id !== id || own.key !== key
  })
  const errors = versionErrors(versions, taken)
  if (errors) throw new ValidationError({ version_set: errors })
  await writeParts(tx, [{ id, record, versions }], announced)
  return true
}

async function refuseTakenName(tx: Sql, id: number, basename: string): Promise<void> {
  const other = await row<{ id: number }>(query(tx, 'frames/update.named', { basename }))
  if (other && other.id !== id) throw new ValidationError({ basename: ['frame with this basename already exists.'] })
}
