import { mapLimited } from '../concurrency.ts'
import { answerOf, type BulkLine, refusal } from './answers.ts'
import type { Answer, Archive, Sent } from './archive.ts'
import { type BatchLimits, batched } from './batch.ts'
import { type Ask, apiClient, jsonOf, noArchive, rootOf } from './http.ts'
import { Unavailable } from './unavailable.ts'

/** Two batches: one is written while the next is sent. */
const BATCHES: BatchLimits = { most: 200, characters: 4_000_000, parallel: 2, waitMs: 5 }
const LOOK_MS = 30_000
const POST_MS = 60_000
/** A large batch on a slow line to a busy archive. */
const BULK_MS = 180_000
/** Records that are posted singly at once. */
const SINGLES = 8

/**
 * An archive over its HTTP API. Records go in batches to `/frames/bulk/`; an archive without that (the reference) gets them one by one.
 * @param apiRoot with or without a slash at its end
 */
export function remoteArchive(apiRoot: string, token: string | null): Archive {
  const ask = apiClient(apiRoot, token)
  let hasBulk = true

  async function get(path: string): Promise<Record<string, unknown>[]> {
    const answered = await ask({ method: 'GET', path, timeoutMs: LOOK_MS })
    const { results } = jsonOf(apiRoot, answered)
    // where something else is, its error page may be JSON too
    if (!Array.isArray(results)) throw noArchive(apiRoot, answered)
    return results as Record<string, unknown>[]
  }

  async function post(path: string, json: string): Promise<Answer> {
    const answered = await ask({
      method: 'POST',
      path,
      body: json,
      contentType: 'application/json',
      timeoutMs: POST_MS,
    })
    if (answered.status >= 400) return refusal(parsed(answered.text))
    const { id, url, version_set } = jsonOf(apiRoot, answered)
    const versions = Array.isArray(version_set) ? version_set.length : 1
    return { outcome: versions > 1 ? 'version_added' : 'created', id: numberOf(id), url: textOf(url) }
  }

  async function bulk(records: Sent[]): Promise<(Answer | Error)[] | null> {
    const body = records.map(({ json }) => `${json}\n`).join('')
    const request: Ask = {
      method: 'POST',
      path: 'frames/bulk/',
      body,
      contentType: 'application/x-ndjson',
      timeoutMs: BULK_MS,
    }
    const answered = await ask(request)
    if (answered.status === 404 || answered.status === 405) return null
    if (answered.status !== 200) return records.map(() => refusal(parsed(answered.text)))
    const answers: (Answer | Error)[] = records.map(
      () => new Unavailable(`${rootOf(apiRoot)} broke off in the middle of its answer`),
    )
    for (const line of linesOf(answered.text)) {
      const sent = records[line.line - 1]
      if (sent) answers[line.line - 1] = answerOf(line, sent)
    }
    return answers
  }

  const single = (record: Sent): Promise<Answer | Error> => post('frames/', record.json).catch((error: Error) => error)
  const together = batched<Sent, Answer>(
    BATCHES,
    ({ json }) => json.length,
    async (records) => {
      const answers = hasBulk ? await bulk(records) : null
      if (answers) return answers
      hasBulk = false
      return mapLimited(records, SINGLES, single)
    },
  )

  return {
    name: `the archive at ${rootOf(apiRoot)}`,
    async known(md5) {
      const [version] = await get(`versions/?md5=${encodeURIComponent(md5)}`)
      return version ? { key: String(version.key), id: null, url: textOf(version.url) } : null
    },
    async versionsOf(basename) {
      const [frame] = await get(`frames/?basename_exact=${encodeURIComponent(basename)}&limit=1`)
      const versions = Array.isArray(frame?.version_set) ? (frame.version_set as Record<string, unknown>[]) : []
      return versions.map(({ key, extension }) => ({ key: String(key), extension: String(extension) }))
    },
    async thumbnail(basename, frameBasename) {
      const found = await get(`thumbnails/?frame_basename=${encodeURIComponent(frameBasename)}&limit=1000`)
      return textOf(found.find((thumbnail) => thumbnail.basename === basename)?.key)
    },
    put: (record) => (hasBulk ? together(record) : post('frames/', record.json)),
    putThumbnail: (json) => post('thumbnails/', json),
  }
}

const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

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
