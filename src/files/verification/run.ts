import { mapConcurrently } from '../../concurrency.ts'
import type { Finding } from '../../queries/verifications/findings.ts'
import type { FindingKind, Reading } from '../../queries/verifications/kinds.ts'
import { pacer } from '../downloads/read_whole.ts'
import { budgetOf } from './budget.ts'
import { checkFile, StoreAway, type Verifying } from './check.ts'
import { presenceOf } from './presence.ts'
import type { FileRecord } from './record.ts'

/** How files are verified in a run. */
export interface RunOptions {
  reading: Reading
  /** Files read at a time. */
  concurrency: number
  /** Bytes a second in all; null: as many as come. */
  rate: number | null
  /** Bytes in the whole run; null: any number. */
  budget: number | null
  /** A name that no other process has. */
  claimant: string
  signal: AbortSignal
  /** Called after every file and every piece of one. */
  report(files: number, bytes: number): void
  /** Called with everything that is not well. */
  tell(finding: Finding): void
}

/** Why a run ended before all files were verified. */
export type Ended = 'budget' | 'stopped' | 'away'

/** A run of the verification, and what it has done so far. */
export interface Run {
  readonly verifying: Verifying
  readonly reading: Reading
  readonly claimant: string
  readonly files: number
  readonly bytes: number
  readonly findings: Partial<Record<FindingKind, number>>
  /** null: it goes on. */
  readonly ended: Ended | null
  readonly away: Error | null
  /**
   * Verifies files, several at a time, until the run ends.
   * @param had what was found of them before, by id
   * @param done called with each that was verified; false: no further one is wanted
   */
  workThrough(
    records: readonly FileRecord[],
    had: ReadonlyMap<number, FindingKind>,
    done?: (id: number) => boolean,
  ): Promise<void>
}

const nameOf = ({ files, id }: Pick<Finding, 'files' | 'id'>): string => `${files} ${id}`

/** A run that has done nothing yet. */
export function openRun(verifying: Verifying, options: RunOptions): Run {
  const { reading, claimant, signal, concurrency } = options
  const pace = pacer(options.rate)
  const budget = budgetOf(options.budget)
  const presence = presenceOf(verifying)
  const findings: Partial<Record<FindingKind, number>> = {}
  /** What was told of already: files that were unreadable come again in their span. */
  const told = new Set<string>()
  let [files, bytes] = [0, 0]
  let ended: Ended | null = null
  let away: Error | null = null
  const isOver = () => {
    if (signal.aborted) ended ??= 'stopped'
    return ended !== null
  }

  /** How much of the budget a file takes. */
  async function costOf({ ref, size }: FileRecord): Promise<number> {
    if (reading === 'quick' || options.budget === null) return 0
    // what the store fails with it fails with again, and then that is told
    return size ?? (await verifying.store.stat(ref).catch(() => null))?.size ?? 0
  }

  /** Whether the file was verified. */
  async function verify(record: FileRecord, had: FindingKind | undefined): Promise<boolean> {
    if (isOver()) return false
    if (told.has(nameOf(record))) return true
    if (!budget.take(await costOf(record))) {
      ended ??= 'budget'
      return false
    }
    const checked = await checkFile(
      verifying,
      record,
      {
        reading,
        presence,
        signal,
        async passed(chunk) {
          bytes += chunk.length
          options.report(files, bytes)
          await pace(chunk.length)
        },
      },
      had,
    )
    if (checked === 'stopped') {
      ended ??= 'stopped'
      return false
    }
    files++
    options.report(files, bytes)
    if (checked) tell(checked)
    return true
  }
  function tell(finding: Finding): void {
    told.add(nameOf(finding))
    findings[finding.kind] = (findings[finding.kind] ?? 0) + 1
    options.tell(finding)
  }

  return {
    verifying,
    reading,
    claimant,
    get files() {
      return files
    },
    get bytes() {
      return bytes
    },
    findings,
    get ended() {
      return ended
    },
    get away() {
      return away
    },
    async workThrough(records, had, done = () => true) {
      let isWanted = true
      await mapConcurrently(records, concurrency, async (record) => {
        try {
          if (isWanted && (await verify(record, had.get(record.id)))) isWanted = done(record.id) && isWanted
        } catch (error) {
          ended ??= 'away'
          if (!(error instanceof StoreAway)) throw error
          away ??= error.cause
        }
      })
      isOver()
    },
  }
}
