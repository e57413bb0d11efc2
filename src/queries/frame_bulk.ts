import { ANY_FRAME } from '../caller.ts'
import { query, type Sql } from '../sql.ts'
import { areaRefusal, type FrameRecord, type NewVersion, storable } from './frame_writes.ts'
import { columns, type FrameRow } from './frames.ts'
import { Raced } from './transaction.ts'
import { visible } from './visible.ts'

export type NamedRecord = FrameRecord & { basename: string }

/** What became of a record: the frame as it stands now, or why its versions cannot be added, in the words of a single POST. */
export type BulkResult =
  | { outcome: 'created' | 'new_version' | 'updated' | 'already_there'; row: FrameRow }
  | { outcome: 'refused'; errors: unknown }

/** What is known of a record before anything is written. */
type Looked =
  | { kind: 'fresh'; record: NamedRecord; versions: NewVersion[] }
  | { kind: 'there'; frame: number }
  | { kind: 'refused'; errors: unknown }

/**
 * Creates or adds to the frames of many records inside the caller's transaction, with a number of statements that does not depend on how
 * many they are; results in the order of the records. No two of them may share a basename, a key or an MD5. A value that the database
 * cannot hold fails the whole with a ValidationError that names the field, not the record.
 * @param announced whether frames that got a version are announced
 */
export async function putAll(
  tx: Sql,
  records: readonly NamedRecord[],
  { announced }: { announced: boolean },
): Promise<BulkResult[]> {
  await query(tx, 'frames/bulk.by_index', {})
  const taken = await takenVersions(tx, records)
  const looked = records.map((record) => look(record, taken))
  const fresh = looked.filter((l) => l.kind === 'fresh')
  const frames = fresh.length ? await putFrames(tx, fresh) : new Map<string, Frame>()
  if (fresh.length) await putParts(tx, fresh, frames, announced)
  const idOf = (l: Looked) =>
    l.kind === 'fresh' ? frames.get(l.record.basename)!.id : l.kind === 'there' ? l.frame : 0
  const rows = await writtenRows(tx, looked.map(idOf).filter(Boolean))
  return looked.map((l) => {
    if (l.kind === 'refused') return { outcome: 'refused', errors: l.errors }
    const row = rows.get(idOf(l))
    if (row === undefined) throw new Raced('frame')
    if (l.kind === 'there') return { outcome: 'already_there', row }
    if (frames.get(l.record.basename)!.isNew) return { outcome: 'created', row }
    return { outcome: l.versions.length ? 'new_version' : 'updated', row }
  })
}

interface Taken {
  frame_id: number
  basename: string
  key: string
  md5: string
}

async function takenVersions(
  tx: Sql,
  records: readonly FrameRecord[],
): Promise<Record<'key' | 'md5', Map<string, Taken>>> {
  const versions = records.flatMap((r) => r.versions)
  const rows = versions.length
    ? ((await query(tx, 'frames/bulk.taken', {
        keys: versions.map((v) => v.key),
        md5s: versions.map((v) => v.md5),
      })) as unknown as Taken[])
    : []
  return { key: new Map(rows.map((t) => [t.key, t])), md5: new Map(rows.map((t) => [t.md5, t])) }
}

/** A version is there when the record's own frame has its MD5, whatever key it was stored under then. */
function look(record: NamedRecord, taken: Record<'key' | 'md5', Map<string, Taken>>): Looked {
  const seen = { key: new Set<string>(), md5: new Set<string>() }
  const fresh: NewVersion[] = []
  let frame = 0
  const errors = record.versions.map((version) => {
    const own = taken.md5.get(version.md5)
    const holder = taken.key.get(version.key)
    const repeated = seen.key.has(version.key) || seen.md5.has(version.md5)
    const refused: Record<string, string[]> = {}
    if (!repeated && own?.basename === record.basename && (holder === undefined || holder.md5 === version.md5))
      frame = own.frame_id
    else
      for (const name of ['key', 'md5'] as const)
        if (seen[name].has(version[name]) || taken[name].has(version[name]))
          refused[name] = [`version with this ${name} already exists.`]
    if (own === undefined) fresh.push(version)
    for (const name of ['key', 'md5'] as const) seen[name].add(version[name])
    return refused
  })
  if (errors.some((e) => Object.keys(e).length)) return { kind: 'refused', errors: { version_set: errors } }
  if (frame !== 0 && fresh.length === 0) return { kind: 'there', frame }
  return { kind: 'fresh', record, versions: fresh }
}

interface Frame {
  id: number
  /** Made just now, or nothing but a name before. */
  isNew: boolean
}
type Fresh = Extract<Looked, { kind: 'fresh' }>

/** The rows of the frames, made or changed, and placeholders of the related names that no frame has. Afterwards all of them are locked. */
async function putFrames(tx: Sql, fresh: readonly Fresh[]): Promise<Map<string, Frame>> {
  const own = new Map(fresh.map(({ record }) => [record.basename, record]))
  const related = new Set(fresh.flatMap(({ record }) => record.relatedNames).filter((name) => !own.has(name)))
  const made = await putMetadata(tx, 'make', [
    ...[...own.values()].map(({ basename, metadata }) => ({ basename, record: metadata })),
    ...[...related].map((basename) => ({ basename, record: {} })),
  ])
  const frames = new Map<string, Frame>()
  for (const { id, basename } of made) if (own.has(basename)) frames.set(basename, { id, isNew: true })
  const before = [...own.keys()].filter((name) => !frames.has(name))
  if (before.length === 0) return frames
  const locked = await query(tx, 'frames/bulk.lock', { names: before })
  // one that was there is gone again, or has another name
  if (locked.length < before.length) throw new Raced('frame')
  for (const { id, basename, placeholder } of locked) frames.set(basename, { id, isNew: placeholder })
  await putMetadata(
    tx,
    'change',
    before.map((basename) => ({ basename, record: own.get(basename)!.metadata })),
  )
  return frames
}

async function putMetadata(
  tx: Sql,
  block: 'make' | 'change',
  records: readonly { basename: string; record: object }[],
) {
  const given = query(tx, 'frames/bulk.given', { records: JSON.stringify(records) })
  try {
    return (await query(tx, `frames/bulk.${block}`, { given })) as unknown as { id: number; basename: string }[]
  } catch (error) {
    throw areaRefusal(error)
  }
}

/** What has tables of its own: versions, headers, relations, and the announcement of all that. */
async function putParts(
  tx: Sql,
  fresh: readonly Fresh[],
  frames: ReadonlyMap<string, Frame>,
  announced: boolean,
): Promise<void> {
  const idOf = ({ record }: Fresh) => frames.get(record.basename)!.id
  const versions = fresh.flatMap((f) => f.versions.map((v, place) => ({ ...v, frame_id: idOf(f), place })))
  if (versions.length) {
    const added = await query(tx, 'frames/bulk.add_versions', { versions: JSON.stringify(versions) })
    if (added.length < versions.length) throw new Raced('version')
  }
  const headed = fresh.filter((f) => f.record.headers !== undefined)
  if (headed.length) {
    const headers = jsonArray(headed.map((f) => f.record.headers!))
    await storable('headers', query(tx, 'frames/bulk.put_headers', { ids: headed.map(idOf), headers }))
  }
  const links = fresh.flatMap((f) => f.record.relatedNames.map((name) => ({ id: idOf(f), name })))
  if (links.length)
    await query(tx, 'frames/bulk.relate', { ids: links.map((l) => l.id), names: links.map((l) => l.name) })
  const told = announced ? fresh.filter((f) => f.versions.length) : []
  if (told.length) {
    const sent = jsonArray(told.map((f) => f.record.versionsSent ?? 'null'))
    await storable('version_set', query(tx, 'frames/bulk.announce', { ids: told.map(idOf), versions: sent }))
  }
}

const jsonArray = (texts: readonly string[]): string => `[${texts.join(',')}]`

async function writtenRows(tx: Sql, ids: number[]): Promise<Map<number, FrameRow>> {
  if (ids.length === 0) return new Map()
  const rows = (await query(tx, 'frames/bulk.written', {
    columns: columns(tx, { related: false, thumbnails: false }),
    visible: visible(tx, ANY_FRAME),
    ids,
  })) as unknown as FrameRow[]
  return new Map(rows.map((row) => [row.id, row]))
}
