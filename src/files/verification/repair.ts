import { inTransaction } from '../../database/races.ts'
import { ArchiveError } from '../../errors.ts'
import type { KeptFinding } from '../../queries/verifications/findings.ts'
import { changeKey, correctRecord } from '../../queries/verifications/repair.ts'
import type { Removals } from '../removals/removals.ts'
import { describeFault, type FileFacts, Occupied } from '../store/store.ts'
import { checkFile, type Verifying } from './check.ts'
import type { Copies } from './copies.ts'
import { isContentRight } from './judge.ts'
import type { Presence } from './presence.ts'
import { type FileRecord, readRecords } from './record.ts'

/** What became of a finding. */
export interface Outcome {
  /** `well`: nothing is wrong with the file any more, or nobody names it. */
  kind: 'repaired' | 'well' | 'left'
  /** From where, or why not. */
  detail: string
}

export interface Repairing extends Verifying {
  removals: Removals
  /** Where copies of files are; null: files are left as they are. */
  copies: Copies | null
  /** Whether sizes and CRC-32s are recorded anew of files whose MD5 is right. */
  records: boolean
  contentTypeOf(extension: string): string
  /** Whether the store has any of the archive's files: one for all repairs of a run, since it remembers a file that is there. */
  presence: Presence
  signal: AbortSignal
}

/**
 * Puts right what can be put right safely: a file is put back from a copy that has the recorded MD5
 * and size; a size or CRC-32 is recorded anew where the MD5 of the file is the recorded one.
 * Verified before and afterwards.
 * @throws StoreAway, and what the database throws
 */
export async function repairFile(repairing: Repairing, { files, id }: KeptFinding): Promise<Outcome> {
  const { writer, store, copies, records } = repairing
  const verify = async (record: FileRecord) => {
    const { signal, presence } = repairing
    const options = { reading: 'whole', presence, signal, passed: async () => {} } as const
    return checkFile(repairing, record, options, 'missing')
  }
  const [record] = await readRecords(writer, store, files, { ids: [id] })
  const finding = record ? await verify(record) : null
  if (finding === 'stopped') return { kind: 'left', detail: 'stopped' }
  if (!record || !finding) return { kind: 'well', detail: 'it is well now' }
  const { kind, found } = finding
  const isRecordWrong = isContentRight(record, found)
  if (isRecordWrong) {
    if (!records) return { kind: 'left', detail: 'its MD5 is right, its record is not: see --records' }
    const { size, crc32 } = found
    const { key } = record.ref
    await correctRecord(writer, { id, key, md5: record.md5!, size: size!, crc32: crc32! })
  } else {
    if (kind === 'unreadable') return { kind: 'left', detail: `it cannot be read: ${found.reason}` }
    if (!copies) return { kind: 'left', detail: 'no copies are named: see --from' }
    const refusal = refusalOf(record, repairing)
    if (refusal) return { kind: 'left', detail: refusal }
    const put = await putBack(repairing, copies, record, found.md5 ?? null)
    if (!put.isPut) return { kind: 'left', detail: put.detail }
    found.reason = put.detail
  }
  const [now] = await readRecords(writer, store, files, { ids: [id] })
  const left = now ? await verify(now) : null
  if (left) return { kind: 'left', detail: 'it is wrong still' }
  return { kind: 'repaired', detail: isRecordWrong ? 'recorded anew' : found.reason! }
}

/** Why a file cannot be put back; null: it can. */
function refusalOf({ files, md5, ref }: FileRecord, { store }: Repairing): string | null {
  if (md5 === null) return 'no MD5 of it is recorded that a copy could be compared with: ingest it anew'
  if (store.kind !== 's3') return null
  if (files === 'thumbnails') return 'ingest the thumbnail anew'
  // an upload is what is newest at its path, for whoever reads the bucket without our keys
  return ref.newest ? null : 'it is an older version: uploaded, it would be the newest at its path'
}

const CHANGED = { isPut: false, detail: 'its record has changed meanwhile' }

/** @param damaged the MD5 of what is there in its place; null: nothing is */
async function putBack(
  { writer, store, removals, contentTypeOf }: Repairing,
  copies: Copies,
  { files, id, ref, md5, size, extension, observationDate }: FileRecord,
  damaged: string | null,
): Promise<{ isPut: boolean; detail: string }> {
  const facts: FileFacts = {
    contentType: contentTypeOf(extension),
    filename: ref.path.slice(ref.path.lastIndexOf('/') + 1),
    observationDate: observationDate === null ? null : new Date(observationDate),
    md5: md5!,
    replaces: damaged,
  }
  let detail = 'there is no copy of it'
  for await (const copy of copies.find(ref)) {
    detail = `${copy.where} is no copy of it`
    if (size !== null && copy.size !== size) continue
    // to find a copy may have taken an hour, in which a newer version may have come
    const [now] = await readRecords(writer, store, files, { ids: [id] })
    if (!now || now.ref.path !== ref.path || now.ref.key !== ref.key || now.ref.newest !== ref.newest) return CHANGED
    try {
      const put = await store.restore(ref, copy, facts)
      if (put.key !== ref.key) {
        // what lies under the key so far goes with the row that named it
        const noted = await inTransaction(writer, async (tx) => {
          if (!(await changeKey(tx, { id, before: ref.key, key: put.key }))) return null
          return removals.note(tx, [ref])
        })
        if (noted === null) {
          await put.withdraw()
          return CHANGED
        }
        await removals.remove(noted)
      }
      return { isPut: true, detail: `from ${copy.where}` }
    } catch (error) {
      if (error instanceof Occupied) return { isPut: false, detail: error.message }
      if (!(error instanceof ArchiveError) || error.code !== 'bad_request') throw error
      detail = `${copy.where} is no copy of it: ${describeFault(error)}`
    }
  }
  return { isPut: false, detail }
}
