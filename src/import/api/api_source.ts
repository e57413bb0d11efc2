import { addressOf } from '../../../clients/typescript/connection.ts'
import { ArchiveError, parseOr } from '../../../clients/typescript/error.ts'
import { fileSource } from '../../../clients/typescript/frame_file.ts'
import type { Frame, Version } from '../../../clients/typescript/records.ts'
import { type Source as Download, transfer } from '../../../clients/typescript/transfer.ts'
import { mapConcurrently } from '../../concurrency.ts'
import { Stopped, Unavailable } from '../../ingest/deliver/faults.ts'
import { BadFile } from '../../ingest/describe/description.ts'
import { memberText } from '../../schemas/json_text.ts'
import type { Arriving, Details, Origin, Source, SourceFrame, Unreadable } from '../source.ts'
import { readFrame, readThumbnail } from '../wire.ts'
import { type Asking, readPage, SourceRefusal } from './asking.ts'
import { type Abilities, walkPages } from './pages.ts'

/** Names of frames that were seen, for the links of those that follow. */
const NAMES = 200_000
const AT_ONCE = 20

/** An archive that is asked through its API. */
export function apiSource(asking: Asking, abilities: Abilities, filters: URLSearchParams): Source {
  const names = new Map<number, string>()
  const note = (frame: SourceFrame | Unreadable) => {
    if (frame.id === null || frame.basename === null) return
    if (names.size >= NAMES) names.delete(names.keys().next().value!)
    names.set(frame.id, frame.basename)
  }

  async function relatedOf({ id, related }: SourceFrame, signal: AbortSignal): Promise<string[]> {
    const known = related.map((other) => names.get(other))
    if (known.every((name) => name !== undefined)) return known
    const found = parseOr((await asking.get(`frames/${id}/related/`, signal)).text, null)
    const frames = Array.isArray(found) ? found.map(readFrame) : []
    frames.forEach(note)
    // what is left are frames that this caller may not see
    const all = new Map(frames.map((frame) => [frame.id, frame.basename]))
    return related.flatMap((other) => all.get(other) ?? names.get(other) ?? [])
  }

  async function headersOf(id: number, signal: AbortSignal): Promise<string> {
    const { text } = await asking.get(`frames/${id}/headers/`, signal)
    const value = parseOr(text, null)
    const data = typeof value === 'object' && value !== null ? memberText(text, 'data')?.trim() : undefined
    if (data === undefined || !data.startsWith('{')) throw new SourceRefusal(200, 'its headers are no JSON object')
    return data
  }

  async function one(id: number, signal: AbortSignal): Promise<(SourceFrame | Unreadable)[]> {
    try {
      const frame = readFrame(parseOr((await asking.get(`frames/${id}/`, signal)).text, null))
      if ('reason' in frame) return [frame]
      const name = encodeURIComponent(frame.basename)
      const page = await asking.get(`thumbnails/?frame_basename=${name}&limit=1000`, signal)
      return [{ ...frame, thumbnails: readPage(asking.name, page.text).results.flatMap(readThumbnail) }]
    } catch (error) {
      if (!(error instanceof SourceRefusal)) throw error
      return error.status === 404 ? [] : [{ id, basename: null, reason: error.message }]
    }
  }

  return {
    name: asking.name,
    tellsChanges: abilities.byId,
    givesDetails: false,
    async now() {
      const { date } = await asking.get('frames/?limit=1', new AbortController().signal)
      return date ?? new Date().toISOString()
    },
    async count(since, signal) {
      const query = new URLSearchParams(filters)
      query.append('limit', '1')
      if (since && abilities.byId) query.append('modified_after', since)
      return readPage(asking.name, (await asking.get(`frames/?${query}`, signal)).text).count
    },
    async *walk(walk, signal) {
      for await (const batch of walkPages(asking, abilities, filters, walk, signal)) {
        batch.frames.forEach(note)
        yield batch
      }
    },
    async get(ids, signal) {
      return (await mapConcurrently(ids, AT_ONCE, (id) => one(id, signal))).flat()
    },
    async details(frame, signal): Promise<Details> {
      const [headers, related] = await Promise.all([headersOf(frame.id, signal), relatedOf(frame, signal)])
      return { headers, related, listed: related }
    },
    file: ({ id, basename, versions }, version) => {
      const version_set = versions.map((each) => each as unknown as Version)
      const frame = { id, basename, version_set } as Pick<Frame, 'id' | 'basename' | 'version_set'>
      const file = { frame, version: version as unknown as Version }
      return async (signal) =>
        arriving(
          asking,
          named(() => fileSource(asking.connection, file, signal)),
          signal,
        )
    },
    thumbnail: (_, { basename, extension, url }) => {
      if (url === null) return null
      const about = basename + extension
      const ask = async () => ({
        url: addressOf(about, url, asking.connection.root).href,
        about,
        redirects: 'anywhere' as const,
      })
      return (signal) => arriving(asking, { name: about, ask, renew: () => false }, signal)
    },
    close: async () => {},
  }
}

/** @throws BadFile for a name that no file can have */
function named(make: () => Download): Download {
  try {
    return make()
  } catch (error) {
    throw error instanceof ArchiveError ? new BadFile(error.message) : error
  }
}

/** A download, gone on with where its connection breaks. */
const arriving: (asking: Asking, download: Download, signal: AbortSignal) => ReturnType<Origin> = async (
  { connection, name },
  download,
  signal,
) => {
  const events = transfer(connection, download, { at: 0, etag: null, total: null }, { signal })
  const fault = (error: unknown): unknown => {
    if (signal.aborted) return new Stopped()
    if (!(error instanceof ArchiveError)) return error
    const { status, detail } = error
    if (status === null || status === 429 || status >= 500) return new Unavailable(`${name}: ${error.message}`)
    return new BadFile(`the source does not give the file ${download.name} (${status}: ${detail.slice(0, 200)})`)
  }
  try {
    const first = await events.next()
    if (first.done || first.value.kind !== 'begin') throw new BadFile('the source gives no file')
    return { size: first.value.total, chunks: pieces() } satisfies Arriving
  } catch (error) {
    throw fault(error)
  }

  async function* pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    let at = 0
    try {
      for await (const event of events) {
        if (event.kind === 'bytes') {
          at += event.bytes.length
          yield event.bytes
        } else if (event.at !== at) throw new BadFile('the file was replaced at the source while it was read')
      }
    } catch (error) {
      throw fault(error)
    } finally {
      await events.return()
    }
  }
}
