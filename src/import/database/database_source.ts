import { ANY_FRAME } from '../../caller.ts'
import type { Pool } from '../../database/open.ts'
import { type Fragment, query, row, rows, type Sql } from '../../database/sql.ts'
import { databaseFault } from '../../errors.ts'
import { thumbnailRef, versionRef } from '../../files/store/refs.ts'
import type { FileStore, Ref } from '../../files/store/store.ts'
import { Fatal, fatalIn, Unavailable } from '../../ingest/deliver/faults.ts'
import { service } from '../../ingest/deliver/waiting.ts'
import { BadFile } from '../../ingest/describe/description.ts'
import type { Log } from '../../log.ts'
import type { Filed, FiledThumbnail } from '../../queries/filed.ts'
import { filterConditions } from '../../queries/frames/filters.ts'
import { METADATA_FIELDS } from '../../schemas/columns.ts'
import type { Given } from '../../schemas/filters.ts'
import { isoTime, isoTimeOrNull } from '../../views/time.ts'
import type { Details, Origin, Place, Source, SourceFrame, SourceThumbnail, SourceVersion } from '../source.ts'

const PAGE = 500

interface VersionRow {
  id: number
  key: string
  md5: string
  extension: string
  created: string
  size?: number | null
  crc32?: number | null
  filed?: Filed | null
}
type ThumbnailRow = Omit<SourceThumbnail, 'url'> & { filed?: FiledThumbnail | null }

interface FrameRow extends Filed {
  id: number
  area: string | null
  observation_date: string | null
  public_date: string | null
  versions: VersionRow[]
  headers: string | null
  related: [basename: string, isListed: boolean][]
  thumbnails: ThumbnailRow[]
}

/** A frame with what its details and its files are made of. */
interface Read extends SourceFrame {
  row: FrameRow
}

type Tables = Record<'frames' | 'versions' | 'headers' | 'related' | 'thumbnails', string>
const OWN: Tables = {
  frames: 'frames',
  versions: 'versions',
  headers: 'headers',
  related: 'related_frames',
  thumbnails: 'thumbnails',
}
const REFERENCE: Tables = {
  frames: 'frames_frame',
  versions: 'frames_version',
  headers: 'frames_headers',
  related: 'frames_frame_related_frames',
  thumbnails: 'frames_thumbnail',
}

export interface DatabaseSourceOptions {
  sql: Pool
  /** Without user and password. */
  name: string
  /** Where its files are; null: not known. */
  store: FileStore | null
  filters: readonly Given[]
  patienceMs: number
  log: Log
  /** Ends the wait for a database that is away. */
  signal: AbortSignal
}

/**
 * An archive whose database is read. Each batch is one statement, and so of one moment.
 * @throws Fatal where it is no database of an archive
 */
export async function databaseSource(options: DatabaseSourceOptions): Promise<Source> {
  const { sql, store, filters, log } = options
  const name = `the database ${options.name}`
  const database = service(name, options.patienceMs, log)
  /** A read that changes nothing, even should it be asked to. */
  const read = <T>(signal: AbortSignal, work: (tx: Sql) => Promise<T>): Promise<T> =>
    database.persist(signal, () =>
      sql
        .begin(async (tx) => {
          await tx`set transaction isolation level repeatable read, read only`
          return await work(tx)
        })
        .catch((error) => {
          throw faultOf(name, error)
        }),
    )
  const found = await read(options.signal, (tx) =>
    row<{ own: boolean; reference: boolean; thumbnails: boolean }>(query(tx, 'import/frames.tables', {})),
  )
  if (!found?.own && !found?.reference)
    throw new Fatal(`${name} holds no archive: neither its tables nor the reference's are there`)
  const tables = found.own ? OWN : REFERENCE
  const table = (tx: Sql, which: keyof Tables) => tx(tables[which])
  const conditions = (tx: Sql, since: string | null): Fragment =>
    filterConditions(
      tx,
      ANY_FRAME,
      [...filters, ...(since ? [{ name: 'modified_after', parameter: 'modified_after', value: since }] : [])],
      [],
    )

  async function page(place: Place, more: (tx: Sql) => Fragment, limit: number, signal: AbortSignal): Promise<Read[]> {
    const read_ = await read(signal, (tx) =>
      rows<FrameRow>(
        query(tx, 'import/frames.page', {
          frames: table(tx, 'frames'),
          versions: table(tx, 'versions'),
          headers: table(tx, 'headers'),
          related: table(tx, 'related'),
          thumbnails: found!.thumbnails
            ? query(tx, 'import/frames.thumbnails', { thumbnails: table(tx, 'thumbnails') })
            : query(tx, 'import/frames.no_thumbnails', {}),
          after: place.id,
          filters: more(tx),
          limit,
        }),
      ),
    )
    return read_.map(frameOf)
  }

  const refOf = (frame: SourceFrame, version: SourceVersion): Ref => {
    const { row } = frame as Read
    const place = row.versions.findIndex(({ id }) => id === version.id)
    const { extension, key, filed = null } = row.versions[place]!
    const newer = row.versions
      .slice(0, place)
      .flatMap((each) => (each.extension === extension ? [each.filed ?? null] : []))
    return versionRef(row, { extension, key, filed, newer, elsewhere: null }, store?.classes)
  }

  return {
    name,
    tellsChanges: true,
    givesDetails: true,
    now: () =>
      read(options.signal, async (tx) =>
        isoTime((await row<{ now: string }>(query(tx, 'import/frames.now', {})))!.now),
      ),
    count: (since, signal) =>
      read(signal, async (tx) => {
        const slots = { frames: table(tx, 'frames'), versions: table(tx, 'versions'), filters: conditions(tx, since) }
        return (await row<{ count: number }>(query(tx, 'import/frames.count', slots)))!.count
      }),
    async *walk({ after, since }, signal) {
      for (let place = after; ; ) {
        const frames = await page(place, (tx) => conditions(tx, since), PAGE, signal)
        if (frames.length === 0) return
        place = { id: frames.at(-1)!.id, offset: place.offset + frames.length }
        yield { frames, place }
      }
    },
    get: (ids, signal) =>
      page({ id: -1, offset: 0 }, (tx) => query(tx, 'import/frames.of_ids', { ids }), ids.length, signal),
    async details(frame): Promise<Details> {
      const { headers, related } = (frame as Read).row
      return {
        headers: headers ?? '{}',
        related: related.map(([basename]) => basename),
        listed: related.flatMap(([basename, isListed]) => (isListed ? [basename] : [])),
      }
    },
    file: (frame, version) => store && stored(store, refOf(frame, version)),
    thumbnail: (frame, { basename }) => {
      const { row } = frame as Read
      const { extension, key, filed = null } = row.thumbnails.find((each) => each.basename === basename)!
      return store && stored(store, thumbnailRef(row, { basename, extension, key, filed }))
    },
    async close() {
      await sql.end({ timeout: 5 })
      store?.close?.()
    },
  }
}

/** A file of the other archive's store. */
const stored =
  (store: FileStore, ref: Ref): Origin =>
  async (signal) => {
    const opening = await store.stream(ref, undefined, signal).catch((error) => {
      const fatal = fatalIn(error)
      throw fatal ? new Fatal(`the source's store: ${fatal.message}`) : error
    })
    if (opening === null) throw new BadFile(`the source's store has no ${ref.path} (key ${ref.key})`)
    return { size: opening.size, chunks: opening.body as unknown as AsyncIterable<Uint8Array> }
  }

/** A row as the API shows it. */
function frameOf(row: FrameRow): Read {
  const columns: Record<string, unknown> = Object.fromEntries(
    METADATA_FIELDS.map((name) => [name, row[name as keyof FrameRow]]),
  )
  columns.area = areaOf(row.area)
  for (const name of ['observation_date', 'public_date'] as const) columns[name] = isoTimeOrNull(row[name])
  const versions = row.versions.map(({ id, key, md5, extension, created, size = null, crc32 = null }) => {
    return { id, key, md5, extension, created: isoTime(created), size, crc32, url: null }
  })
  const thumbnails = row.thumbnails.map(({ basename, size, extension, key }) => ({
    basename,
    size,
    extension,
    key,
    url: null,
  }))
  return { id: row.id, basename: row.basename, columns, versions, thumbnails, related: [], row }
}

/** An old area may hold coordinates that are no numbers, which is no JSON. */
function areaOf(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text)
  } catch {
    return null
  }
}

function faultOf(name: string, error: unknown): unknown {
  const fault = databaseFault(error)
  if (fault === null) return error
  const { message } = error as Error
  if (fault.outage !== 'no') return new Unavailable(`${name}: ${fault.problem} (${message})`)
  return new Fatal(`${name} refuses to be read: ${message}`)
}
