import { query, type Sql } from '../database/sql.ts'
import type { Outcome } from '../outcome.ts'
import {
  change,
  type FrameRecord,
  lock,
  make,
  type NewVersion,
  putParts,
  type Taken,
  takenVersions,
  versionErrors,
} from './frame_writes.ts'
import { Raced } from './transaction.ts'

export type NamedRecord = FrameRecord & { basename: string }

/** What became of a record: the id of its frame, or why its versions cannot be added, in the words of a single POST. */
export type PutResult = Exclude<Outcome<{ id: number }, { errors: unknown }>, { outcome: 'failed' }>

export interface PutOptions {
  /** Whether frames that got a version are announced. */
  announced: boolean
  /** What a version is that its frame has already: for POST /frames/ a reason to refuse, for bulk none, since it may be sent again. */
  repeated: 'refused' | 'told'
}

/** What is known of a record before anything is written. */
type Looked =
  | { kind: 'fresh'; record: NamedRecord; versions: NewVersion[] }
  | { kind: 'there'; id: number }
  | { kind: 'refused'; errors: unknown }
type Fresh = Extract<Looked, { kind: 'fresh' }>

/**
 * Creates or adds to the frames of records inside the caller's transaction, with a number of statements that does not depend on how many
 * they are; results in the order of the records. No two of them may share a basename, a key or an MD5. A value that the database cannot
 * hold fails the whole with a ValidationError that names the field, not the record.
 */
export async function putAll(
  tx: Sql,
  records: readonly NamedRecord[],
  { announced, repeated }: PutOptions,
): Promise<PutResult[]> {
  const versions = records.flatMap((r) => r.versions)
  // sent together
  const [, taken] = await Promise.all([query(tx, 'frames/write.by_index', {}), takenVersions(tx, versions)])
  const looked = records.map((record) => look(record, taken, repeated))
  const fresh = looked.filter((l) => l.kind === 'fresh')
  const frames = await putFrames(tx, fresh)
  const added = fresh.map(({ record, versions }) => ({ id: frames.get(record.basename)!.id, record, versions }))
  await putParts(tx, added, announced)
  return looked.map((l) => {
    if (l.kind === 'refused') return { outcome: 'refused', errors: l.errors }
    if (l.kind === 'there') return { outcome: 'already_there', id: l.id }
    const { id, isNew } = frames.get(l.record.basename)!
    return { outcome: isNew ? 'created' : l.versions.length ? 'new_version' : 'updated', id }
  })
}

/** A version is there when the record's own frame has its MD5, whatever key it was stored under then. */
function look(record: NamedRecord, taken: Taken, repeated: PutOptions['repeated']): Looked {
  const isThere = ({ key, md5 }: NewVersion): boolean =>
    taken.md5.get(md5)?.basename === record.basename && (taken.key.get(key)?.md5 ?? md5) === md5
  const there = new Set(repeated === 'told' ? record.versions.filter(isThere) : [])
  const errors = versionErrors(record.versions, taken, there)
  if (errors) return { kind: 'refused', errors: { version_set: errors } }
  const [first] = there
  if (first && there.size === record.versions.length) return { kind: 'there', id: taken.md5.get(first.md5)!.frame_id }
  return { kind: 'fresh', record, versions: record.versions.filter((v) => !there.has(v)) }
}

interface Frame {
  id: number
  /** Made just now, or nothing but a name before. */
  isNew: boolean
}

/** The rows of the frames, made or changed, and placeholders of the related names that no frame has. Afterwards all of them are locked. */
async function putFrames(tx: Sql, fresh: readonly Fresh[]): Promise<Map<string, Frame>> {
  const own = new Map(fresh.map(({ record }) => [record.basename, record.metadata]))
  const related = new Set(fresh.flatMap(({ record }) => record.relatedNames).filter((name) => !own.has(name)))
  const made = await make(tx, [
    ...[...own].map(([basename, record]) => ({ basename, record })),
    ...[...related].map((basename) => ({ basename, record: {} })),
  ])
  const frames = new Map<string, Frame>()
  for (const { id, basename } of made) if (own.has(basename)) frames.set(basename, { id, isNew: true })
  const before = [...own.keys()].filter((name) => !frames.has(name))
  if (before.length === 0) return frames
  const locked = await lock(tx, before)
  // one that was there is gone again, or has another name
  if (locked.length < before.length) throw new Raced('frame')
  for (const { id, basename, placeholder } of locked) frames.set(basename, { id, isNew: placeholder })
  await change(
    tx,
    before.map((basename) => ({ basename, record: own.get(basename)! })),
  )
  return frames
}
