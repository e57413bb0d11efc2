import { Raced } from '../../database/races.ts'
import { query, type Sql } from '../../database/sql.ts'
import type { Outcome } from '../../outcome.ts'
import type { NamedRecord, NewVersion } from '../../schemas/frame_record.ts'
import { type Taken, takenVersions, versionErrors } from '../versions/add.ts'
import { changeFrames, lockFrames, makeFrames } from './metadata.ts'
import { writeParts } from './parts.ts'

/** What became of a record: the id of its frame, or why its versions cannot be added. */
export type PutResult = Exclude<Outcome<{ id: number }, { errors: unknown }>, { outcome: 'failed' }>

export interface PutOptions {
  /** Whether frames that got a version are announced. */
  announced: boolean
  /** What becomes of a version that its frame has already: bulk may be sent again. */
  repeated: 'refused' | 'reported'
}

/** What is known of a record before anything is written. */
type Looked =
  | { kind: 'fresh'; record: NamedRecord; versions: NewVersion[] }
  | { kind: 'there'; id: number }
  | { kind: 'refused'; errors: unknown }
type Fresh = Extract<Looked, { kind: 'fresh' }>

/**
 * Creates the frames of records, or adds to them, inside the caller's transaction, with as many
 * statements for many as for one. No two records may share a basename, a key or an MD5.
 * @returns what became of each, in their order
 * @throws ValidationError naming the field, not the record, whose value the database cannot hold
 */
export async function createFrames(
  tx: Sql,
  records: readonly NamedRecord[],
  { announced, repeated }: PutOptions,
): Promise<PutResult[]> {
  const versions = records.flatMap((r) => r.versions)
  // sent together
  const [, taken] = await Promise.all([query(tx, 'frames/create.by_index', {}), takenVersions(tx, versions)])
  const looked = records.map((record) => look(record, taken, repeated))
  const fresh = looked.filter((l) => l.kind === 'fresh')
  const frames = await putFrames(tx, fresh)
  const added = fresh.map(({ record, versions }) => ({ id: frames.get(record.basename)!.id, record, versions }))
  await writeParts(tx, added, announced)
  return looked.map((l) => {
    if (l.kind === 'refused') return { outcome: 'refused', errors: l.errors }
    if (l.kind === 'there') return { outcome: 'already_there', id: l.id }
    const { id, isNew } = frames.get(l.record.basename)!
    return { outcome: isNew ? 'created' : l.versions.length ? 'new_version' : 'updated', id }
  })
}

/** A version is there when the record's own frame has its MD5, under whatever key. */
function look(record: NamedRecord, taken: Taken, repeated: PutOptions['repeated']): Looked {
  const isThere = ({ key, md5 }: NewVersion): boolean =>
    taken.md5.get(md5)?.basename === record.basename && (taken.key.get(key)?.md5 ?? md5) === md5
  const there = new Set(repeated === 'reported' ? record.versions.filter(isThere) : [])
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

/** Makes or changes the rows, makes placeholders of related names, and locks all of them. */
async function putFrames(tx: Sql, fresh: readonly Fresh[]): Promise<Map<string, Frame>> {
  const own = new Map(fresh.map(({ record }) => [record.basename, record.metadata]))
  const related = new Set(fresh.flatMap(({ record }) => record.relatedNames).filter((name) => !own.has(name)))
  const made = await makeFrames(tx, [
    ...[...own].map(([basename, record]) => ({ basename, record })),
    ...[...related].map((basename) => ({ basename, record: {} })),
  ])
  const frames = new Map<string, Frame>()
  for (const { id, basename } of made) if (own.has(basename)) frames.set(basename, { id, isNew: true })
  const before = [...own.keys()].filter((name) => !frames.has(name))
  if (before.length === 0) return frames
  const locked = await lockFrames(tx, before)
  // one that was there is gone again, or has another name
  if (locked.length < before.length) throw new Raced('frame')
  for (const { id, basename, placeholder } of locked) frames.set(basename, { id, isNew: placeholder })
  await changeFrames(
    tx,
    before.map((basename) => ({ basename, record: own.get(basename)! })),
  )
  return frames
}
