import postgres from 'postgres'
import { ANY_FRAME } from '../caller.ts'
import { ValidationError } from '../errors.ts'
import { type Fragment, query, type Sql } from '../sql.ts'
import { columns, type FrameRow, isGeometryError } from './frames.ts'
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

/** Creates the frame of a basename, or adds to it, inside the caller's transaction; answers its id. */
export async function put(tx: Sql, record: FrameRecord & { basename: string }): Promise<number> {
  // its own name among them: of two frames that name each other, neither may hold what the other waits for
  if (record.relatedNames.length) await reserveNames(tx, [...record.relatedNames, record.basename])
  const id = await putMetadata(tx, record.basename, record.metadata)
  await addVersions(tx, id, record.versions)
  await attach(tx, id, record)
  return id
}

/** Changes the frame of an id; undefined: there is none. Versions that the frame has already are left as they are. */
export async function update(tx: Sql, id: number, record: FrameRecord): Promise<{ added: number } | undefined> {
  await reserveNames(
    tx,
    record.relatedNames.filter((name) => name !== record.basename),
  )
  if (record.basename !== undefined) await refuseTakenName(tx, id, record.basename)
  const [row] = await query(tx, 'frames/rename', { id, basename: record.basename ?? null })
  if (!row) return undefined
  await putMetadata(tx, row.basename, record.metadata)
  const own = (await takenVersions(tx, record.versions)).filter((t) => t.frame_id === id)
  const fresh = record.versions.filter((v) => !own.some((t) => t.key === v.key && t.md5 === v.md5))
  await addVersions(tx, id, fresh)
  await attach(tx, id, record)
  return { added: fresh.length }
}

export async function putMetadata(tx: Sql, basename: string, metadata: Record<string, unknown>): Promise<number> {
  try {
    const [row] = await query(tx, 'frames/put', { basename, record: JSON.stringify(metadata) })
    return row!.id
  } catch (error) {
    throw metadata.area === undefined ? error : areaRefusal(error)
  }
}

/** What is told of an area that PostGIS cannot read; any other error as it is. Every other value has been checked against its column. */
export const areaRefusal = (error: unknown): unknown =>
  isGeometryError(error) ? new ValidationError({ area: ['PostGIS cannot read this area as a Polygon.'] }) : error

async function attach(tx: Sql, id: number, { relatedNames: names, headers }: FrameRecord): Promise<void> {
  if (headers !== undefined) await storable('headers', query(tx, 'frames/put_headers', { id, headers }))
  if (names.length) await query(tx, 'frames/relate', { id, names })
}

/** Makes placeholders of the names that no frame has yet. The first thing a writer does, and in one order: writers wait for each other, but never in a circle. */
async function reserveNames(tx: Sql, names: readonly string[]): Promise<void> {
  if (names.length) await query(tx, 'frames/placeholders', { names })
}

async function refuseTakenName(tx: Sql, id: number, basename: string): Promise<void> {
  const [other] = await query(tx, 'frames/named', { basename })
  if (other && other.id !== id) throw new ValidationError({ basename: ['frame with this basename already exists.'] })
}

interface Taken {
  frame_id: number
  key: string
  md5: string
}

async function takenVersions(tx: Sql, versions: NewVersion[]): Promise<Taken[]> {
  if (versions.length === 0) return []
  return (await query(tx, 'versions/taken', {
    keys: versions.map((v) => v.key),
    md5s: versions.map((v) => v.md5),
  })) as unknown as Taken[]
}

async function addVersions(tx: Sql, id: number, versions: NewVersion[]): Promise<void> {
  if (versions.length === 0) return
  const before = (await takenVersions(tx, versions)) as NewVersion[] | Taken[]
  const seen = { key: new Set(before.map((t) => t.key)), md5: new Set(before.map((t) => t.md5)) }
  const errors = versions.map((version) => {
    const refused: Record<string, string[]> = {}
    for (const name of ['key', 'md5'] as const) {
      if (seen[name].has(version[name])) refused[name] = [`version with this ${name} already exists.`]
      seen[name].add(version[name])
    }
    return refused
  })
  if (errors.some((e) => Object.keys(e).length)) throw new ValidationError({ version_set: errors })
  const added = await query(tx, 'versions/add', { id, versions: JSON.stringify(versions) })
  if (added.length < versions.length) throw new Raced('version')
}

/** A frame as it stands inside the transaction that wrote it, dated or not. */
export async function written(tx: Sql, id: number): Promise<FrameRow | undefined> {
  const parts = { related: true, thumbnails: true }
  const [row] = await query(tx, 'frames/written', { columns: columns(tx, parts), visible: visible(tx, ANY_FRAME), id })
  return row as FrameRow | undefined
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

/** Leaves the frame's message in the outbox, to be sent after the commit. */
export async function announce(tx: Sql, id: number, { versionsSent }: FrameRecord): Promise<void> {
  await storable('version_set', query(tx, 'outbox/add', { id, versions: versionsSent ?? 'null' }))
}

/** What JSON can say and jsonb cannot hold: U+0000, half a surrogate pair, a number beyond `numeric`, a text beyond 256 MB. */
const NOT_STORABLE = new Set(['22P05', '22P02', '22003', '54000', '54001'])

/** What the database cannot hold is a refusal of the field that it came in. */
export async function storable(field: string, pending: Fragment): Promise<void> {
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
