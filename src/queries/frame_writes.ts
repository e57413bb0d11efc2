import postgres from 'postgres'
import { ANY_FRAME } from '../caller.ts'
import { type Fragment, query, type Sql } from '../database/sql.ts'
import { ValidationError } from '../errors.ts'
import { columns, type FrameRow } from './frames.ts'
import { areaError } from './geometry_errors.ts'
import { Raced } from './transaction.ts'
import { visible } from './visible.ts'

export interface NewVersion {
  key: string
  md5: string
  extension: string
  /** Bytes; undefined or null: not known. */
  size?: number | null
  crc32?: number | null
}

/** A frame as an ingester sends it, checked. `metadata` holds the columns that were given, and only those. */
export interface FrameRecord {
  basename?: string
  metadata: Record<string, unknown>
  versions: NewVersion[]
  /** The versions as JSON text, as they were sent: their announcement holds all that was said of them. */
  versionsSent?: string
  relatedNames: string[]
  /** The headers as JSON text, as they were sent: they go to the database without passing through JavaScript's numbers. */
  headers?: string
}

/** The row of a frame: its name and the columns that are given. One that is given none is a placeholder. */
export interface Named {
  basename: string
  record: Record<string, unknown>
}

/** Makes the frames whose names no frame has yet; answers those. */
export const make = (tx: Sql, frames: readonly Named[]) => putRows(tx, 'make', frames)

/** Changes frames that are there. */
export const change = (tx: Sql, frames: readonly Named[]) => putRows(tx, 'change', frames)

/** Frames that are there, locked for the rest of the transaction. `placeholder`: nothing but a name that another frame gave. */
export async function lock(
  tx: Sql,
  names: readonly string[],
): Promise<{ id: number; basename: string; placeholder: boolean }[]> {
  const frames = (await query(tx, 'frames/write.lock', { names })) as unknown as { id: number; basename: string }[]
  if (frames.length === 0) return []
  const rows = await query(tx, 'frames/write.placeholders', { ids: frames.map(({ id }) => id) })
  const placeholders = new Set(rows.map(({ id }) => id))
  return frames.map((frame) => ({ ...frame, placeholder: placeholders.has(frame.id) }))
}

async function putRows(
  tx: Sql,
  block: 'make' | 'change',
  frames: readonly Named[],
): Promise<{ id: number; basename: string }[]> {
  if (frames.length === 0) return []
  const given = query(tx, 'frames/write.given', { records: JSON.stringify(frames) })
  try {
    return (await query(tx, `frames/write.${block}`, { given })) as never
  } catch (error) {
    // every other value has been checked against its column
    const reason = frames.some(({ record }) => 'area' in record) ? areaError(error) : undefined
    throw reason === undefined ? error : new ValidationError({ area: [reason] })
  }
}

export interface TakenVersion {
  frame_id: number
  basename: string
  key: string
  md5: string
}
/** Versions that exist already, by their keys and by their MD5s. */
export type Taken = Record<'key' | 'md5', Map<string, TakenVersion>>

/** Which of these versions' keys and MD5s exist already, and whose they are. */
export async function takenVersions(tx: Sql, versions: readonly NewVersion[]): Promise<Taken> {
  if (versions.length === 0) return { key: new Map(), md5: new Map() }
  const [keys, md5s] = [versions.map((v) => v.key), versions.map((v) => v.md5)]
  const rows = (await query(tx, 'frames/write.taken', { keys, md5s })) as unknown as TakenVersion[]
  return { key: new Map(rows.map((t) => [t.key, t])), md5: new Map(rows.map((t) => [t.md5, t])) }
}

/** Why versions of one frame cannot be added, in the words of the reference; null: they can. `there`: those that are to be passed over. */
export function versionErrors(
  versions: readonly NewVersion[],
  taken: Taken,
  there: ReadonlySet<NewVersion> = new Set(),
): Record<string, string[]>[] | null {
  const seen = { key: new Set<string>(), md5: new Set<string>() }
  const errors = versions.map((version) => {
    const repeated = NAMES.some((name) => seen[name].has(version[name]))
    const wrong = NAMES.filter(
      (name) => seen[name].has(version[name]) || (taken[name].has(version[name]) && (repeated || !there.has(version))),
    )
    for (const name of NAMES) seen[name].add(version[name])
    return Object.fromEntries(wrong.map((name) => [name, [`version with this ${name} already exists.`]]))
  })
  return errors.some((e) => Object.keys(e).length) ? errors : null
}
const NAMES = ['key', 'md5'] as const

/** What a record adds to its frame: of its versions those that are not there yet. */
export interface Added {
  id: number
  record: FrameRecord
  versions: readonly NewVersion[]
}

/** Writes what has tables of its own: versions, headers, relations; and announces the frames that got a version. */
export async function putParts(tx: Sql, added: readonly Added[], announced: boolean): Promise<void> {
  const versions = added.flatMap((a) => a.versions.map((v, place) => ({ ...v, frame_id: a.id, place })))
  if (versions.length) {
    const rows = await query(tx, 'frames/write.add_versions', { versions: JSON.stringify(versions) })
    if (rows.length < versions.length) throw new Raced('version')
  }
  const headed = added.filter((a) => a.record.headers !== undefined)
  if (headed.length) {
    const headers = jsonArray(headed.map((a) => a.record.headers!))
    await storable('headers', query(tx, 'frames/write.put_headers', { ids: headed.map((a) => a.id), headers }))
  }
  const links = added.flatMap((a) => a.record.relatedNames.map((name) => ({ id: a.id, name })))
  if (links.length)
    await query(tx, 'frames/write.relate', { ids: links.map((l) => l.id), names: links.map((l) => l.name) })
  const told = announced ? added.filter((a) => a.versions.length) : []
  if (told.length) {
    const sent = jsonArray(told.map((a) => a.record.versionsSent ?? 'null'))
    await storable('version_set', query(tx, 'frames/write.announce', { ids: told.map((a) => a.id), versions: sent }))
  }
}

const jsonArray = (texts: readonly string[]): string => `[${texts.join(',')}]`

/** What JSON can say and jsonb cannot hold: U+0000, half a surrogate pair, a number beyond `numeric`, a text beyond 256 MB. */
const NOT_STORABLE = new Set(['22P05', '22P02', '22003', '54000', '54001'])

/** What the database cannot hold is a refusal of the field that it came in. */
async function storable(field: string, pending: Fragment): Promise<void> {
  try {
    await pending
  } catch (error) {
    if (!(error instanceof postgres.PostgresError && NOT_STORABLE.has(error.code))) throw error
    throw new ValidationError({
      [field]: [
        'The database cannot hold this: it has a null character, half a surrogate pair, or a number out of range.',
      ],
    })
  }
}

/** Frames by their ids, as they stand inside the transaction that wrote them, dated or not. */
export async function writtenRows(
  tx: Sql,
  ids: readonly number[],
  parts: Parameters<typeof columns>[1],
): Promise<Map<number, FrameRow>> {
  if (ids.length === 0) return new Map()
  const rows = (await query(tx, 'frames/written', {
    columns: columns(tx, parts),
    visible: visible(tx, ANY_FRAME),
    ids,
  })) as unknown as FrameRow[]
  return new Map(rows.map((row) => [row.id, row]))
}

/** A frame with all of its parts, as it stands inside the transaction that wrote it; undefined: there is none. */
export const written = async (tx: Sql, id: number): Promise<FrameRow | undefined> =>
  (await writtenRows(tx, [id], { related: true, thumbnails: true })).get(id)
