import { parseOr } from '../../../clients/typescript/error.ts'
import { mapConcurrently } from '../../concurrency.ts'
import type { Answer } from '../../ingest/deliver/answers.ts'
import type { Archive } from '../../ingest/deliver/archive.ts'
import { type Address, type Answered, askArchive, readObject } from '../../ingest/deliver/http.ts'
import { memberText } from '../../schemas/json_text.ts'
import { isReadable, type SourceFrame } from '../source.ts'
import { readFrame } from '../wire.ts'
import type { Notes, Target } from './target.ts'

const TIMEOUT_MS = 30_000

/** A Platestack at an address. @param archive the same as an ingester sees it */
export function targetElsewhere(address: Address, archive: Archive, notes: Notes, walk: Target['walk']): Target {
  const get = (path: string): Promise<Answered> => askArchive(address, { method: 'GET', path, timeoutMs: TIMEOUT_MS })

  /** Asked for by name only where the archive has one of its files: most of an import are new. */
  async function findOne(frame: SourceFrame): Promise<SourceFrame | null> {
    const known = await Promise.all(frame.versions.map(({ md5 }) => archive.known(md5)))
    if (frame.versions.length && known.every((one) => one === null)) return null
    const name = encodeURIComponent(frame.basename)
    const { results } = readObject(address, await get(`frames/?basename_exact=${name}&limit=1&include_thumbnails=true`))
    const found = Array.isArray(results) && results.length ? readFrame(results[0]) : null
    return found && isReadable(found) ? found : null
  }

  return {
    name: archive.name,
    keepsTimes: false,
    archive,
    notes,
    walk,
    async find(frames) {
      const found = await mapConcurrently(frames, frames.length, findOne)
      return new Map(found.flatMap((frame) => (frame ? [[frame.basename, frame] as const] : [])))
    },
    async details(id) {
      const [headers, related] = await Promise.all([get(`frames/${id}/headers/`), get(`frames/${id}/related/`)])
      const frames = parseOr(related.text, null)
      return {
        headers: memberText(headers.text, 'data') ?? '{}',
        related: Array.isArray(frames) ? frames.map(({ basename }) => String(basename)) : [],
      }
    },
    put: ({ versions, json }): Promise<Answer> => {
      const { key = '', md5 = '' } = versions.at(-1) ?? {}
      return archive.put({ key, md5, json })
    },
  }
}
