import type { FileOutcome } from '../../outcome.ts'
import { refusedFile } from './answers.ts'
import { factsOf, type Prepared, recordWith, type Target, withdraw } from './delivery.ts'
import { Fatal, passing } from './faults.ts'
import { upload } from './upload.ts'

/**
 * A thumbnail. The archive does not know their MD5s: the one that is there already is known by its
 * key, and the store knows what it holds under that. One that was uploaded by a run that was
 * interrupted is recorded without being uploaded again. The archive removes what a thumbnail takes
 * the place of.
 */
export async function ingestThumbnail(to: Target, prepared: Prepared, signal: AbortSignal): Promise<FileOutcome> {
  const { archive, store, archiveService, storeService } = to
  const { description, digest } = prepared
  const { path, basename, warnings, record } = description
  const frame = typeof record.frame_basename === 'string' ? record.frame_basename : ''
  const key = await archiveService.persist(signal, () => archive.thumbnail(basename, frame))
  const found = await storeService.persist(signal, () => store.newestAt(path).catch(unlessPassing))
  const isSame = store.kind === 'dummy' ? key === digest.md5 : found?.md5 === digest.md5
  const same = isSame ? (found?.key ?? key) : null
  if (same !== null && same === key) return { outcome: 'already_there', id: null, url: null, warnings }

  const facts = factsOf(prepared, key ?? (store.kind === 'local' ? (found?.md5 ?? null) : null))
  const put = same === null ? await upload(store, storeService, signal, { path, body: prepared.body, facts }) : null
  const sent = recordWith(prepared, put?.key ?? same!)
  const answer = await archiveService
    .persist(signal, () => archive.putThumbnail(sent))
    .catch(async (error) => {
      if (put && error instanceof Fatal) await withdraw(to, path, put)
      throw error
    })
  if ('faults' in answer) {
    if (put) await withdraw(to, path, put)
    return refusedFile(answer, record, to.keys)
  }
  return { outcome: key === null ? 'created' : 'new_version', id: answer.id, url: answer.url, warnings }
}

/**
 * A store that does not say what it holds (S3 without the right to list) is taken to hold nothing.
 */
function unlessPassing(error: unknown): null {
  if (passing(error)) throw error
  return null
}
