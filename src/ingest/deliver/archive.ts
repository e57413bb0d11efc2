import { parseOr } from '../../../clients/typescript/error.ts'
import type { BulkOutcome } from '../../../clients/typescript/records.ts'
import { mapConcurrently } from '../../concurrency.ts'
import type { Ref } from '../../files/store/store.ts'
import { type Answer, answerOf, answerOfPost, type Known, refusedBy, type Sent, textOrNull } from './answers.ts'
import { batched, LOOKUPS, RECORDS } from './batches.ts'
import { Unavailable } from './faults.ts'
import { type Address, type Answered, askArchive, notAnArchive, readObject } from './http.ts'

const LOOK_MS = 30_000
const POST_MS = 60_000
/** A large batch on a slow line to a busy archive. */
const BULK_MS = 180_000
/** Looks, or records that are posted singly, at once. */
const SINGLES = 8

/** A version of a frame. */
export interface FrameVersion {
  key: string
  md5: string
  extension: string
}

/**
 * An archive as an ingester sees it. What may pass (no answer, 5xx, 429) is thrown as
 * `Unavailable`: a record may then be there or not. What would be the same for every file (a token
 * that is not taken) is thrown as `Fatal`.
 */
export interface Archive {
  /** How it is called in messages. */
  readonly name: string
  /** The version that has this MD5; null: none. */
  known(md5: string): Promise<Known | null>
  /** The versions of a frame, newest first; none: there is no such frame. */
  versionsOf(basename: string): Promise<FrameVersion[]>
  /** The key of the thumbnail of this basename; null: there is none. */
  thumbnail(basename: string, frameBasename: string): Promise<string | null>
  /** Sends a frame's record; what is sent within a few milliseconds goes together. */
  put(record: Sent): Promise<Answer>
  putThumbnail(record: Sent): Promise<Answer>
  /**
   * Has the archive remove a stored file that no record names, as soon as it can be; absent: it
   * takes no such request.
   */
  removeLater?(file: Ref): Promise<void>
}

/**
 * The archive at an address. Records go in batches to `/frames/bulk/`, and MD5s are asked for in
 * batches; an archive that knows neither (the reference) is asked, and gets its records, one by
 * one.
 * @param announced `quietly`: frames are not announced on the exchange, as far as it can do without
 */
export function archiveAt(address: Address, announced: 'announced' | 'quietly' = 'announced'): Archive {
  const bulkPath = announced === 'quietly' ? 'frames/bulk/?announce=false' : 'frames/bulk/'
  let hasBulk = true
  /** Characters of a request, since a proxy refused more. */
  let largest = Number.POSITIVE_INFINITY
  let hasKnown = true

  const look = (path: string) => askArchive(address, { method: 'GET', path, timeoutMs: LOOK_MS })
  const get = async (path: string) => resultsOf(await look(path))
  function resultsOf(answered: Answered): Record<string, unknown>[] {
    const { results } = readObject(address, answered)
    // where something else is, its error page may be JSON too
    if (!Array.isArray(results)) throw notAnArchive(address, answered)
    return results as Record<string, unknown>[]
  }

  const knownSingly = async (md5: string) => ({ version: knownIn(await get(`versions/?${md5Query([md5])}`), md5) })
  async function knownTogether(md5s: string[]) {
    const answered = await look(`versions/known/?${md5Query(md5s)}`)
    if (isAbsent(answered)) return null
    const results = resultsOf(answered)
    return md5s.map((md5) => ({ version: knownIn(results, md5) }))
  }
  // in objects, since a result that is null is none
  const known = batched<string, { version: Known | null }>(
    LOOKUPS,
    () => 1,
    async (md5s) => {
      const together = hasKnown && md5s.length > 1 ? await knownTogether(md5s) : null
      if (together) return together
      if (md5s.length > 1) hasKnown = false
      return mapConcurrently(md5s, SINGLES, (md5) => knownSingly(md5).catch((error: Error) => error))
    },
  )

  const post = (path: string, body: string, contentType: string, timeoutMs: number) =>
    askArchive(address, { method: 'POST', path, body, contentType, timeoutMs })
  async function postOne(path: string, sent: Sent): Promise<Answer> {
    const answered = await post(path, sent.json, 'application/json', POST_MS)
    // a proxy's word, or that of another program: the archive has no such answer to a record
    if (isAbsent(answered)) throw notAnArchive(address, answered)
    return answered.status >= 400 ? refusedBy(answered) : answerOfPost(readObject(address, answered), sent)
  }

  /** null: the archive has no such operation. */
  async function bulk(records: Sent[]): Promise<(Answer | Error)[] | null> {
    const body = records.map(({ json }) => `${json}\n`).join('')
    if (records.length > 1 && body.length > largest) return halves(records)
    const answered = await post(bulkPath, body, 'application/x-ndjson', BULK_MS)
    if (isAbsent(answered)) return null
    if (answered.status !== 200) {
      if (answered.status === 413) largest = Math.min(largest, body.length / 2)
      // which of them it is about is not said; alone, each gets its own answer
      return records.length === 1 ? [refusedBy(answered)] : halves(records)
    }
    const lines = new Map(linesOf(answered.text).map((line) => [line.line, line]))
    return records.map((sent, i) => {
      const line = lines.get(i + 1)
      return line ? answerOf(line, sent) : new Unavailable(`${address.name} broke off in the middle of its answer`)
    })
  }

  async function halves(records: Sent[]): Promise<(Answer | Error)[] | null> {
    const middle = Math.ceil(records.length / 2)
    const first = await bulk(records.slice(0, middle))
    const rest = await bulk(records.slice(middle))
    return first && rest && [...first, ...rest]
  }

  const together = batched<Sent, Answer>(
    RECORDS,
    ({ json }) => json.length,
    async (records) => {
      const answers = hasBulk ? await bulk(records) : null
      if (answers) return answers
      hasBulk = false
      return mapConcurrently(records, SINGLES, (sent) => postOne('frames/', sent).catch((error: Error) => error))
    },
  )

  return {
    name: address.name,
    known: async (md5) => (hasKnown ? await known(md5) : await knownSingly(md5)).version,
    async versionsOf(basename) {
      const [frame] = await get(`frames/?basename_exact=${encodeURIComponent(basename)}&limit=1`)
      const versions = Array.isArray(frame?.version_set) ? (frame.version_set as Record<string, unknown>[]) : []
      return versions.map(({ key, md5, extension }) => ({
        key: String(key),
        md5: String(md5),
        extension: String(extension),
      }))
    },
    async thumbnail(basename, frameBasename) {
      const found = await get(`thumbnails/?frame_basename=${encodeURIComponent(frameBasename)}&limit=1000`)
      return textOrNull(found.find((thumbnail) => thumbnail.basename === basename)?.key)
    },
    put: (record) => (hasBulk ? together(record) : postOne('frames/', record)),
    putThumbnail: (record) => postOne('thumbnails/', record),
  }
}

/** Whether an archive has no such operation. */
const isAbsent = ({ status }: Answered): boolean => status === 404 || status === 405

const md5Query = (md5s: readonly string[]): string => md5s.map((md5) => `md5=${encodeURIComponent(md5)}`).join('&')

function knownIn(versions: readonly Record<string, unknown>[], md5: string): Known | null {
  const version = versions.find((each) => each.md5 === md5)
  const url = textOrNull(version?.url)
  return version ? { key: String(version.key), id: null, url, filename: filenameIn(url) } : null
}

/** The name of the file that an archive gives a URL of; null: it gives none. */
function filenameIn(url: string | null): string | null {
  const last = (url ?? '').split(/[?#]/)[0]!.split('/').at(-1)
  try {
    return last ? decodeURIComponent(last) : null
  } catch {
    return null
  }
}

/** The lines of a bulk answer; a line that was cut off says nothing. */
const linesOf = (text: string): BulkOutcome[] =>
  text.split('\n').flatMap((line) => {
    const value = parseOr(line, null)
    return typeof value === 'object' && value !== null ? [value as BulkOutcome] : []
  })
