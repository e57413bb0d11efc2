import type { Put } from '../store/store.ts'
import { type Answer, Fatal, type KnownVersion, type Sent } from './archive.ts'
import { wordsOf } from './passing.ts'
import { factsOf, type Prepared, type Target, versionOf } from './prepared.ts'
import { recordJson } from './record.ts'
import { Stopped } from './retry.ts'
import type { Outcome } from './types.ts'
import { replacedBy, upload } from './upload.ts'

/**
 * A frame's file, whose MD5 the archive may have: upload, then the record.
 *
 * The order is safe: what is recorded is stored. A crash between the two leaves an object that no record names. In S3 it is a version of
 * the path, which the next run finds and removes when the file is in (see leftovers.ts); a directory has one place for a file, where the
 * next run writes the same bytes again. What has been there before is kept aside in either.
 */
export async function ingestFrame(to: Target, prepared: Prepared, signal: AbortSignal): Promise<Outcome> {
  const { archive, store, archiveService, leftovers } = to
  const { description, digest } = prepared
  const { path, basename, extension, warnings } = description
  const known = await archiveService.persist(signal, () => archive.known(digest.md5))
  if (known) return { outcome: 'already_there', id: known.id, url: known.url, warnings }

  const isLeft = await to.storeService.persist(signal, () => leftovers.at(path, digest.md5))
  const replaces = store.kind === 'local' ? await localReplaced(to, prepared, signal) : null
  if (signal.aborted) throw new Stopped()
  const facts = factsOf(prepared, replaces)
  const put = await upload(store, to.storeService, signal, { path, body: prepared.body, facts })
  const json = recordJson(description.record, [versionOf(prepared, put.key)])
  const sent: Sent = { basename, key: put.key, md5: digest.md5, json }

  const { answer, wasRepeated } = await recorded(to, sent, signal, () => withdraw(to, path, put)).catch((error) => {
    if (store.kind === 's3') leftovers.left(path, digest.md5)
    throw error
  })
  if (answer.outcome === 'refused') {
    await withdraw(to, path, put)
    return { outcome: 'refused', reason: `the archive refuses its record: ${answer.reason}`, header: answer.field }
  }
  if (answer.outcome === 'already_there' && answer.key !== put.key) {
    // another ingester was faster: the record names its upload
    await withdraw(to, path, put)
    if (isLeft || put.wasRepeated) await sweep(to, prepared, answer.key ?? '', signal)
    return { outcome: answer.outcome, id: answer.id, url: answer.url, warnings }
  }
  if (isLeft || put.wasRepeated) await sweep(to, prepared, put.key, signal)
  const { id, url } = answer
  // the answer to our record was lost, and we have sent it again: it is new all the same
  const isOurs = answer.outcome === 'already_there' && wasRepeated
  const outcome = isOurs ? await newness(to, basename, extension, signal) : answer.outcome
  return { outcome, id, url, warnings }
}

/** Removes what lies there of this content beside the version that the archive has recorded. The file is in, whatever becomes of this. */
async function sweep(
  to: Target,
  { description, digest }: Prepared,
  recorded: string,
  signal: AbortSignal,
): Promise<void> {
  const { archive, archiveService, leftovers } = to
  const { path, basename } = description
  try {
    const versions = await archiveService.persist(signal, () => archive.versionsOf(basename))
    await leftovers.remove(path, digest.md5, [recorded, ...versions.map(({ key }) => key)])
  } catch (error) {
    to.log.warn('what an interrupted upload has left there stays', { path, reason: wordsOf(error) })
  }
}

async function localReplaced({ archive, archiveService, store }: Target, prepared: Prepared, signal: AbortSignal) {
  const { path, basename, extension } = prepared.description
  const versions = await archiveService.persist(signal, () => archive.versionsOf(basename))
  return replacedBy(store, path, prepared.digest.md5, versions, extension)
}

/**
 * Sends a record until it is answered. When an answer was lost the record may be there: that is asked first, before it is sent again; and
 * before a refusal is believed, since what is refused may be our own record, or the same file under another name.
 */
async function recorded(
  { archive, archiveService }: Target,
  sent: Sent,
  signal: AbortSignal,
  takeBack: () => Promise<void>,
): Promise<{ answer: Answer; wasRepeated: boolean }> {
  let tries = 0
  const answer = await archiveService.persist(signal, async () => {
    const known = tries++ > 0 ? await archive.known(sent.md5) : null
    if (known) return there(known)
    const isFirst = tries === 1
    return archive.put(sent).catch(async (error) => {
      // the token was not taken, so nothing of it was read
      if (error instanceof Fatal && isFirst) await takeBack()
      throw error
    })
  })
  const wasRepeated = tries > 1
  if (answer.outcome !== 'refused') return { answer, wasRepeated }
  const known = await archiveService.persist(signal, () => archive.known(sent.md5))
  return { answer: known ? there(known) : answer, wasRepeated }
}

const there = ({ key, id, url }: KnownVersion): Answer => ({ outcome: 'already_there', key, id, url })

async function newness(
  { archive, archiveService }: Target,
  basename: string,
  extension: string,
  signal: AbortSignal,
): Promise<'created' | 'version_added'> {
  try {
    const versions = await archiveService.persist(signal, () => archive.versionsOf(basename))
    return versions.filter((version) => version.extension === extension).length > 1 ? 'version_added' : 'created'
  } catch {
    // it is in: which of the two matters less than that
    return 'created'
  }
}

/** Takes an upload back that no record will name. What stays behind is a matter for the log, and for the next run. */
export async function withdraw({ log, storeService }: Target, path: string, put: Put): Promise<void> {
  const soon = AbortSignal.timeout(WITHDRAW_MS)
  await storeService
    .persist(soon, () => put.withdraw())
    .catch((error) =>
      log.error('an upload that no record names could not be taken back', {
        path,
        key: put.key,
        error: wordsOf(error),
      }),
    )
}

const WITHDRAW_MS = 60_000
