import type { Put } from '../../files/store/store.ts'
import { recordJson } from '../describe/record.ts'
import type { Outcome } from '../describe/types.ts'
import { type Answer, Fatal, type KnownVersion, type Sent } from './archive.ts'
import { wordsOf } from './passing.ts'
import { factsOf, type Prepared, type Target, versionOf } from './prepared.ts'
import { refusedOf } from './refused.ts'
import { Stopped } from './retry.ts'
import { replacedBy, upload } from './upload.ts'

/**
 * A frame's file, whose MD5 the archive may have: upload, then the record.
 *
 * The order is safe: what is recorded is stored. A crash between the two leaves an object that no record names. In S3 it is a version of
 * the path, which the next run removes when the file is in (see leftovers.ts); a directory has one place for a file, where the next run
 * writes the same bytes again. What has been there before is kept aside in either.
 */
export async function ingestFrame(to: Target, prepared: Prepared, signal: AbortSignal): Promise<Outcome> {
  const { archive, store, archiveService, leftovers } = to
  const { description, digest } = prepared
  const { path, basename, extension, warnings } = description
  const known = await archiveService.persist(signal, () => archive.known(digest.md5))
  if (known) {
    // a run may have ended after its record, before it had removed what the run before it has left
    if (leftovers.mayLie(path)) await sweep(to, prepared, known.key, signal)
    return alreadyThere(known, prepared)
  }

  const replaces = store.kind === 'local' ? await localReplaced(to, prepared, signal) : null
  if (signal.aborted) throw new Stopped()
  const mayBeLeft = leftovers.begin(path)
  const facts = { ...factsOf(prepared, replaces), run: leftovers.run }
  const put = await upload(store, to.storeService, signal, { path, body: prepared.body, facts })
  const json = recordJson(description.record, [versionOf(prepared, put.key)])
  const sent: Sent = { basename, key: put.key, md5: digest.md5, json }

  const { answer, wasRepeated } = await recorded(to, sent, signal, () => takeBack(to, path, put))
  if (answer.outcome === 'refused') {
    await takeBack(to, path, put)
    return refusedOf(answer, description.record, to.keys)
  }
  const { id, url } = answer
  const recordedKey = answer.outcome === 'already_there' ? answer.key : put.key
  // where the archive does not say under which key it has it, that may be ours
  if (recordedKey === null) return { outcome: 'already_there', id, url, warnings }
  // another ingester was faster: the record names its upload
  if (recordedKey !== put.key) await takeBack(to, path, put)
  else leftovers.settle(path)
  if (mayBeLeft || put.wasRepeated) await sweep(to, prepared, recordedKey, signal)
  if (recordedKey !== put.key)
    return alreadyThere(answer.outcome === 'already_there' ? answer : { id, url, filename: null }, prepared)
  // the answer to our record was lost, and we have sent it again: it is new all the same
  const isOurs = answer.outcome === 'already_there' && wasRepeated
  const outcome = isOurs ? await newness(to, basename, extension, signal) : answer.outcome
  return { outcome, id, url, warnings }
}

function alreadyThere(
  { id, url, filename }: Pick<KnownVersion, 'id' | 'url' | 'filename'>,
  { description: { basename, extension, warnings } }: Prepared,
): Outcome {
  const isNamed = filename === null || filename === basename + extension
  const told = `the archive has the same content as ${filename}, and takes a content once: no frame is made of this name`
  return { outcome: 'already_there', id, url, warnings: isNamed ? warnings : [...warnings, told] }
}

/** Removes what our runs have left there of this content. The file is in, whatever becomes of this. */
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
  undo: () => Promise<void>,
): Promise<{ answer: Answer; wasRepeated: boolean }> {
  let tries = 0
  const answer = await archiveService.persist(signal, async () => {
    const known = tries++ > 0 ? await archive.known(sent.md5) : null
    if (known) return there(known)
    const isFirst = tries === 1
    return archive.put(sent).catch(async (error) => {
      // the token was not taken, so nothing of it was read; another ingester may have recorded the same place of a directory
      if (error instanceof Fatal && isFirst && (await archive.known(sent.md5).catch(() => true)) === null) await undo()
      throw error
    })
  })
  const wasRepeated = tries > 1
  if (answer.outcome !== 'refused') return { answer, wasRepeated }
  const known = await archiveService.persist(signal, () => archive.known(sent.md5))
  return { answer: known ? there(known) : answer, wasRepeated }
}

const there = (known: KnownVersion): Answer => ({ outcome: 'already_there', ...known })

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

async function takeBack(to: Target, path: string, put: Put): Promise<void> {
  if (await withdraw(to, path, put)) to.leftovers.settle(path)
}

/** Takes an upload back that no record will name; whether it could. What stays behind is a matter for the log, and for the next run. */
export async function withdraw(
  { archive, log, store, storeService }: Target,
  path: string,
  put: Put,
): Promise<boolean> {
  const soon = AbortSignal.timeout(WITHDRAW_MS)
  try {
    await storeService.persist(soon, () => put.withdraw())
    return true
  } catch (error) {
    const reason = wordsOf(error)
    // a directory has to be put back as it was, which is more than a removal
    if (store.kind === 's3' && (await isLeft(archive, { path, key: put.key }))) return true
    log.error('an upload that no record names could not be taken back', { path, key: put.key, error: reason })
    return false
  }
}

/** Leaves an upload to the archive to remove; whether it takes that. */
async function isLeft({ removeLater }: Target['archive'], file: { path: string; key: string }): Promise<boolean> {
  if (!removeLater) return false
  return removeLater({ ...file, newest: false }).then(
    () => true,
    () => false,
  )
}

const WITHDRAW_MS = 60_000
