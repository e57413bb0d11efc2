import type { Crc32 } from '../../crc32.ts'
import type { Pool } from '../../database/open.ts'
import { learn } from '../../queries/downloads.ts'
import { closeFinding, type Finding, nameOfMd5, putFinding } from '../../queries/verifications/findings.ts'
import type { FindingKind, Reading } from '../../queries/verifications/kinds.ts'
import { type ReadOptions, readWhole } from '../downloads/read_whole.ts'
import type { Md5 } from '../store/local.ts'
import { describeFault, type FileStore } from '../store/store.ts'
import { judge, type Verdict } from './judge.ts'
import type { Presence } from './presence.ts'
import { type FileRecord, readRecords } from './record.ts'

/** What files are verified with. */
export interface Verifying {
  writer: Pool
  store: FileStore
  crc32: Crc32
  newMd5: () => Md5
}

export interface CheckOptions extends ReadOptions {
  reading: Reading
  presence: Presence
}

/** The store is away: nothing is said of any file. */
export class StoreAway extends Error {
  override readonly cause: Error

  constructor(cause: Error) {
    super(cause.message)
    this.cause = cause
  }
}

/**
 * Verifies a file, keeps what is found, and learns its size and CRC-32 where they are not recorded.
 * What is not well is looked at twice, by its newest record: it may have been replaced or deleted
 * meanwhile.
 * @param had what was found of it before, if anything
 * @returns null: it is well, or nobody names it any more; `stopped`: by the signal
 * @throws StoreAway, and what the database throws
 */
export async function checkFile(
  verifying: Verifying,
  record: FileRecord,
  options: CheckOptions,
  had: FindingKind | undefined,
): Promise<Finding | null | 'stopped'> {
  const { writer, store } = verifying
  const { files, id } = record
  const { reading } = options
  let [current, seen] = [record, await look(verifying, record, options)]
  if (seen !== 'stopped' && seen.verdict.kind !== 'well') {
    await refuseOutage(seen.verdict, options.presence)
    const [again] = await readRecords(writer, store, files, { ids: [id] })
    if (!again) return null
    current = again
    seen = await look(verifying, again, options)
  }
  if (seen === 'stopped') return seen
  const { verdict, learnt } = seen
  if (verdict.kind === 'well') {
    if (learnt && files === 'versions' && (current.size === null || current.crc32 === null))
      await learn(writer, [{ id, ...learnt }])
    if (had && (reading === 'whole' || SEEN_QUICKLY.has(had))) await closeFinding(writer, files, id)
    return null
  }
  await refuseOutage(verdict, options.presence)
  const { basename, ref, size, md5, crc32 } = current
  const found = { ...verdict.found }
  const named = verdict.kind === 'md5' && found.md5 !== undefined ? await nameOfMd5(writer, found.md5) : undefined
  if (named !== undefined) found.reason = `it is the file of ${named}`
  const finding = { files, id, kind: verdict.kind, basename, path: ref.path, key: ref.key }
  const whole: Finding = { ...finding, expected: { size, md5, crc32 }, found }
  return (await putFinding(writer, whole)) ? whole : null
}

/** @throws StoreAway where a file is not to be had because none is */
async function refuseOutage({ kind }: Verdict, presence: Presence): Promise<void> {
  const outage = kind === 'missing' || kind === 'unreadable' ? await presence.findOutage() : null
  if (outage) throw new StoreAway(outage)
}

/** What is known to be over without the file being read. */
const SEEN_QUICKLY = new Set<FindingKind>(['missing', 'size'])

/** What a look at a file shows. */
interface Look {
  verdict: Verdict
  /** What was read of it. */
  learnt?: { size: number; crc32: number }
}

const MISSING: Look = { verdict: { kind: 'missing', found: {} } }

async function look(verifying: Verifying, record: FileRecord, options: CheckOptions): Promise<Look | 'stopped'> {
  const { signal, presence, reading } = options
  const { ref } = record
  try {
    if (reading === 'quick') {
      const stat = await verifying.store.stat(ref)
      if (!stat) return MISSING
      presence.noteFound(ref)
      return { verdict: judge(record, { size: stat.size, storeMd5: stat.md5 }) }
    }
    const read = await readWhole(verifying, ref, options)
    if (read === 'stopped') return read
    if (read === null) return MISSING
    presence.noteFound(ref)
    return { verdict: judge(record, read), learnt: { size: read.size, crc32: read.crc32 } }
  } catch (error) {
    if (signal.aborted) return 'stopped'
    return { verdict: { kind: 'unreadable', found: { reason: describeFault(error as Error) } } }
  }
}
