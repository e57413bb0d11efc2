import { mapConcurrently } from '../../concurrency.ts'
import { answerOf, type BulkLine, refusal } from './answers.ts'
import type { Answer, Archive, KnownVersion, Sent } from './archive.ts'
import { batched, LOOKS, RECORDS } from './batch.ts'
import { type Answered, type Ask, apiClient, brief, jsonOf, noArchive, rootOf } from './http.ts'
import { Unavailable } from './unavailable.ts'

const LOOK_MS = 30_000
const POST_MS = 60_000
/** A large batch on a slow line to a busy archive. */
const BULK_MS = 180_000
/** Looks, or records that are posted singly, at once. */
const SINGLES = 8

/**
 * An archive over its HTTP API. Records go in batches to `/frames/bulk/`, and MD5s are asked for in batches; an archive that knows neither
 * (the reference) is asked, and gets its records, one by one.
 * @param apiRoot with or without a slash at its end
 */
export function remoteArchive(apiRoot: string, token: string | null): Archive {
  const ask = apiClient(apiRoot, token)
  let hasBulk = true
  /** Characters of a request, since a proxy refused more. */
  let largest = Number.POSITIVE_INFINITY
  let hasKnown = true

  const look = (path: string): Promise<Answered> => ask({ method: 'GET', path, timeoutMs: LOOK_MS })
  const get = async (path: string) => resultsOf(await look(path))
  function resultsOf(answered: Answered): Record<string, unknown>[] {
    const { results } = jsonOf(apiRoot, answered)
    // where something else is, its error page may be JSON too
    if (!Array.isArray(results)) throw noArchive(apiRoot, answered)
    return results as Record<string, unknown>[]
  }

  async function knownSingly(md5: string): Promise<Looked> {
    const [version] = await get(`versions/?md5=${encodeURIComponent(md5)}`)
    return { version: version ? knownOf(version) : null }
  }
  async function knownTogether(md5s: string[]): Promise<Looked[] | null> {
    const answered = await look(`versions/known/?${md5s.map((md5) => `md5=${encodeURIComponent(md5)}`).join('&')}`)
    if (answered.status === 404 || answered.status === 405) return null
    const byMd5 = new Map(resultsOf(answered).map((version) => [version.md5, knownOf(version)]))
    return md5s.map((md5) => ({ version: byMd5.get(md5) ?? null }))
  }
  const known = batched<string, Looked>(
    LOOKS,
    () => 1,
    async (md5s) => {
      const together = hasKnown && md5s.length > 1 ? await knownTogether(md5s) : null
      if (together) return together
      if (md5s.length > 1) hasKnown = false
      return mapConcurrently(md5s, SINGLES, (md5) => knownSingly(md5).catch((error: Error) => error))
    },
  )

  async function post(path: string, json: string): Promise<Answer> {
    const answered = await ask({
      method: 'POST',
      path,
      body: json,
      contentType: 'application/json',
      timeoutMs: POST_MS,
    })
    // a proxy's word, or that of another program: the archive has no such answer to a record
    if (answered.status === 404 || answered.status === 405) throw noArchive(apiRoot, answered)
    if (answered.status >= 400) return refused(answered)
    const { id, url, version_set } = jsonOf(apiRoot, answered)
    const versions = Array.isArray(version_set) ? version_set.length : 1
    return { outcome: versions > 1 ? 'version_added' : 'created', id: numberOf(id), url: textOf(url) }
  }

  async function bulk(records: Sent[]): Promise<(Answer | Error)[] | null> {
    const body = records.map(({ json }) => `${json}\n`).join('')
    if (records.length > 1 && body.length > largest) return halves(records)
    const request: Ask = {
      method: 'POST',
      path: 'frames/bulk/',
      body,
      contentType: 'application/x-ndjson',
      timeoutMs: BULK_MS,
    }
    const answered = await ask(request)
    if (answered.status === 404 || answered.status === 405) return null
    if (answered.status !== 200) {
      if (answered.status === 413) largest = Math.min(largest, body.length / 2)
      // which of them it is about is not said; alone, each is told its own
      return records.length === 1 ? [refused(answered)] : halves(records)
    }
    const answers: (Answer | Error)[] = records.map(
      () => new Unavailable(`${rootOf(apiRoot)} broke off in the middle of its answer`),
    )
    for (const line of linesOf(answered.text)) {
      const sent = records[line.line - 1]
      if (sent) answers[line.line - 1] = answerOf(line, sent)
    }
    return answers
  }

  async function halves(records: Sent[]): Promise<(Answer | Error)[] | null> {
    const middle = Math.ceil(records.length / 2)
    const first = await bulk(records.slice(0, middle))
    const rest = await bulk(records.slice(middle))
    return first && rest && [...first, ...rest]
  }

  const single = (record: Sent): Promise<Answer | Error> => post('frames/', record.json).catch((error: Error) => error)
  const together = batched<Sent, Answer>(
    RECORDS,
    ({ json }) => json.length,
    async (records) => {
      const answers = hasBulk ? await bulk(records) : null
      if (answers) return answers
      hasBulk = false
      return mapConcurrently(records, SINGLES, single)
    },
  )

  return {
    name: `the archive at ${rootOf(apiRoot)}`,
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
      return textOf(found.find((thumbnail) => thumbnail.basename === basename)?.key)
    },
    put: (record) => (hasBulk ? together(record) : post('frames/', record.json)),
    putThumbnail: (json) => post('thumbnails/', json),
  }
}

/** What is known of an MD5. */
interface Looked {
  version: KnownVersion | null
}

function knownOf(version: Record<string, unknown>): KnownVersion {
  const url = textOf(version.url)
  return { key: String(version.key), id: null, url, filename: filenameIn(url) }
}
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** The name of the file that an archive gives a URL of; null: it gives none. */
function filenameIn(url: string | null): string | null {
  const last = (url ?? '').split(/[?#]/)[0]!.split('/').at(-1)
  try {
    return last ? decodeURIComponent(last) : null
  } catch {
    return null
  }
}

/** A refusal in the archive's words, or in those of a proxy. */
function refused({ status, text }: Answered): Answer {
  const said = parsed(text)
  return refusal(typeof said === 'object' ? said : `${status}: ${brief(text)}`)
}

/** What the archive said, as JSON or else as text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text.slice(0, 500)
  }
}

function linesOf(text: string): (BulkLine & { line: number })[] {
  return text.split('\n').flatMap((line) => {
    const value = line.trim() ? parsed(line) : null
    // a line that was cut off says nothing
    return typeof value === 'object' && value !== null ? [value as BulkLine & { line: number }] : []
  })
}
