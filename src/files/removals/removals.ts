import { mapConcurrently } from '../../concurrency.ts'
import type { Pool } from '../../database/open.ts'
import type { Sql } from '../../database/sql.ts'
import { databaseFault } from '../../errors.ts'
import { type Log, logFault, type Outage, trackOutage } from '../../log.ts'
import { claim, note, type Removal, settle } from '../../queries/removals.ts'
import type { FileStore, Ref } from '../store/store.ts'
import { removeFile } from './remove_file.ts'

/** The removal of stored files that no row names any more. */
export interface Removals {
  /** Notes files inside the transaction that takes their rows away. */
  note(tx: Sql, files: readonly Ref[]): Promise<Removal[]>
  /**
   * Removes what was just noted, once that is committed. What cannot be removed now is left to a
   * later pass. Never throws.
   */
  remove(noted: readonly Removal[]): Promise<void>
  /**
   * One pass over all that is due, for a worker or a runtime without timers, until `signal` is
   * aborted; whether it went well. Never throws.
   */
  removeDue(signal?: AbortSignal): Promise<'well' | 'badly'>
}

const BATCH = 100
const AT_ONCE = 4
/** How long nobody is made to wait for a store that has just failed. */
const SPARED_MS = 10_000

interface Needed {
  writer: Pool
  store: FileStore
  log: Log
  databaseOutage: Outage
}

/** The removal of stored files of one archive: noted in the database, done in the store. */
export function removals({ writer, store, log, databaseOutage }: Needed): Removals {
  const trouble = trackOutage(
    log,
    'stored files cannot be removed: they stay on the list and are tried again',
    'stored files are removed again',
    { name: 'removals' },
  )
  let lastFailed = Number.NEGATIVE_INFINITY

  function failed(error: unknown, fields: Record<string, unknown> = {}): void {
    const fault = databaseFault(error)
    if (fault) logFault(fault, log, databaseOutage)
    else {
      lastFailed = Date.now()
      trouble.begin({ ...fields, error: String((error as Error).cause ?? error) })
    }
  }
  function succeeded(): void {
    lastFailed = Number.NEGATIVE_INFINITY
    trouble.end()
  }

  /**
   * Removes claimed files. After the first failure no other is begun: the store is most likely
   * away; nor after `signal`.
   */
  async function removeAll(claimed: readonly Removal[], signal?: AbortSignal): Promise<'well' | 'badly'> {
    const outcomes = { done: [] as Removal[], release: [] as Removal[], postpone: [] as Removal[] }
    await mapConcurrently(claimed, AT_ONCE, async (removal) => {
      if (outcomes.release.length || signal?.aborted) return void outcomes.release.push(removal)
      try {
        outcomes[await removeFile({ writer, store }, removal)].push(removal)
        succeeded()
      } catch (error) {
        outcomes.release.push(removal)
        failed(error, { path: removal.path, key: removal.key })
      }
    })
    for (const what of ['done', 'release', 'postpone'] as const) await settle(writer, what, outcomes[what])
    return outcomes.release.length ? 'badly' : 'well'
  }

  return {
    // a store that stores nothing has nothing to remove
    note: async (tx, files) => (store.kind === 'dummy' ? [] : note(tx, files)),
    async remove(noted) {
      if (noted.length === 0) return
      const isSpared = Date.now() - lastFailed < SPARED_MS
      await (isSpared ? settle(writer, 'release', noted) : removeAll(noted)).catch(failed)
    },
    async removeDue(signal) {
      try {
        while (!signal?.aborted) {
          const claimed = await claim(writer, BATCH)
          if ((await removeAll(claimed, signal)) === 'badly') return 'badly'
          if (claimed.length < BATCH) break
        }
        return 'well'
      } catch (error) {
        failed(error)
        return 'badly'
      }
    },
  }
}
