import type { Put } from '../../files/store/store.ts'
import type { FileOutcome } from '../../outcome.ts'
import { type Answer, type Known, refusedFile, type Sent } from './answers.ts'
import { factsOf, type Prepared, recordWith, type Target, withdraw } from './delivery.ts'
import { describeError, Fatal, Stopped } from './faults.ts'
import { replacedBy, upload } from './upload.ts'

/**
 * A frame's file, whose MD5 the archive may have: upload, then the record.
 *
 * The order is safe: what is recorded is stored. A crash between the two leaves an object that no
 * record names. In S3 it is a version of the path, which the next run removes when the file is in
 * (see leftovers.ts); a directory has one place for a file, where the next run writes the same
 * bytes again. What has been there before is kept aside in either.
 */
export async function ingestFrame(to: Target, prepared: Prepared, signal: AbortSignal): Promise<FileOutcome> {
  const { archive, store, archiveService, leftovers } = to
  const { description, digest } = prepared
  const { path, warnings } = description
  const versions = () => archiveService.persist(signal, () => archive.versionsOf(description.basename))
  const known = await archiveService.persist(signal, () => archive.known(digest.md5))
  if (known) {
    // a run may have ended after its record, before it had removed what the run before it has left
    if (leftovers.mayLie(path)) await sweep(known.key)
    return alreadyThere(known)
  }

  const replaces =
    store.kind === 'local' ? await replacedBy(store, path, digest.md5, versions, description.extension) : null
  if (signal.aborted) throw new Stopped()
  const mayBeLeft = leftovers.begin(path)
  const facts = { ...factsOf(prepared, replaces), run: leftovers.run }
  const put = await upload(store, to.storeService, signal, { path, body: prepared.body, facts })

  const { answer, wasRepeated } = await recorded(to, recordWith(prepared, put.key), signal, () => takeBack(put))
  if ('faults' in answer) {
    await takeBack(put)
    return refusedFile(answer, description.record, to.keys)
  }
  const { id, url, key } = answer
  // where the archive does not say under which key it has it, that may be ours
  if (key === null) return { outcome: 'already_there', id, url, warnings }
  // another ingester was faster: the record names its upload. A directory's keys are the MD5s, the same at every path
  const isAnothers = key !== put.key || !isOurName(answer)
  if (isAnothers) await takeBack(put)
  else leftovers.settle(path)
  if (mayBeLeft || put.wasRepeated) await sweep(key)
  if (isAnothers) return alreadyThere(answer)
  // the answer to our record was lost, and we have sent it again: it is new all the same
  const isOurs = answer.outcome === 'already_there' && wasRepeated
  return { outcome: isOurs ? await newness() : answer.outcome, id, url, warnings }

  function isOurName({ filename }: Known): boolean {
    return filename === null || filename === description.basename + description.extension
  }

  function alreadyThere(there: Known): FileOutcome {
    const { id, url, filename } = there
    const other = `the archive has the same content as ${filename}, and takes a content once: no frame is made of this name`
    return { outcome: 'already_there', id, url, warnings: isOurName(there) ? warnings : [...warnings, other] }
  }

  /**
   * Removes what our runs have left there of this content. The file is in, whatever becomes of
   * this.
   */
  async function sweep(recorded: string | null): Promise<void> {
    try {
      const keys = (await versions()).map((version) => version.key)
      await leftovers.remove(path, digest.md5, recorded === null ? keys : [recorded, ...keys])
    } catch (error) {
      to.log.warn('what an interrupted upload has left there stays', { path, reason: describeError(error) })
    }
  }

  async function takeBack(put: Put): Promise<void> {
    if (await withdraw(to, path, put)) leftovers.settle(path)
  }

  async function newness(): Promise<'created' | 'new_version'> {
    try {
      const same = (await versions()).filter((version) => version.extension === description.extension)
      return same.length > 1 ? 'new_version' : 'created'
    } catch {
      // it is in: which of the two matters less than that
      return 'created'
    }
  }
}

/**
 * Sends a record until it is answered. When an answer was lost the record may be there: that is
 * asked first, before it is sent again; and before a refusal is believed, since what is refused may
 * be our own record, or the same file under another name.
 */
async function recorded(
  { archive, archiveService }: Target,
  sent: Sent,
  signal: AbortSignal,
  undo: () => Promise<void>,
): Promise<{ answer: Answer; wasRepeated: boolean }> {
  let tries = 0
  const there = async (): Promise<Answer | null> => {
    const known = await archive.known(sent.md5)
    return known && { outcome: 'already_there', ...known }
  }
  const answer = await archiveService.persist(signal, async () => {
    const isFirst = tries++ === 0
    const before = isFirst ? null : await there()
    if (before) return before
    return archive.put(sent).catch(async (error) => {
      // the token was not taken, so nothing of it was read; another ingester may have recorded the
      // same place of a directory
      if (error instanceof Fatal && isFirst && (await there().catch(() => true)) === null) await undo()
      throw error
    })
  })
  const isRefused = answer.outcome === 'refused'
  return {
    answer: (isRefused && (await archiveService.persist(signal, there))) || answer,
    wasRepeated: tries > 1,
  }
}
