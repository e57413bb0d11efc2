import { pause } from './concurrency.ts'
import type { Pool } from './database/open.ts'
import { type Log, trackOutage } from './log.ts'
import { foldRollups } from './queries/rollups/fold.ts'
import { tally } from './tally.ts'

const BATCH = 2000
const EVERY_MS = 500
const LONGEST_PAUSE_MS = 30_000

/** Brings the rollups up to date once, until nothing is queued, another process is at it, or `signal` is aborted. */
export async function foldDue(writer: Pool, signal?: AbortSignal): Promise<void> {
  while (!signal?.aborted) {
    const taken = await foldRollups(writer, BATCH)
    if (taken !== null && taken < BATCH) tally.foldedAt = Date.now()
    if (taken !== BATCH) return
  }
}

/**
 * Keeps the rollups up to date until it is closed. Several processes may do so on one database.
 * Counts are right without it, but cost more the longer it is away.
 */
export function keepFolding(writer: Pool, log: Log): { close(): Promise<void> } {
  const closing = new AbortController()
  const trouble = trackOutage(
    log,
    'the rollups cannot be brought up to date: counts are right, but slower',
    'the rollups are brought up to date again',
    { name: 'rollups' },
  )
  async function run({ signal }: AbortController): Promise<void> {
    for (let wait = EVERY_MS; !signal.aborted; await pause(wait, signal)) {
      try {
        await foldDue(writer, signal)
        trouble.end()
        wait = EVERY_MS
      } catch (error) {
        trouble.begin({ error: String(error) })
        wait = Math.min(2 * wait, LONGEST_PAUSE_MS)
      }
    }
  }
  const running = run(closing)
  return {
    async close() {
      closing.abort()
      await running
    },
  }
}
