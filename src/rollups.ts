import { pause } from './concurrency.ts'
import type { Pool } from './database/open.ts'
import { type Log, trackOutage } from './log.ts'
import { foldRollups } from './queries/rollups/fold.ts'

const BATCH = 2000
const EVERY_MS = 500
const LONGEST_PAUSE_MS = 30_000

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
  )
  async function fold(): Promise<'more' | 'done' | 'failed'> {
    try {
      const taken = await foldRollups(writer, BATCH)
      trouble.end()
      return taken === BATCH ? 'more' : 'done'
    } catch (error) {
      trouble.begin({ error: String(error) })
      return 'failed'
    }
  }
  async function run({ signal }: AbortController): Promise<void> {
    for (let wait = EVERY_MS; !signal.aborted; await pause(wait, signal)) {
      const found = await fold()
      if (found === 'more') wait = 0
      else wait = found === 'done' ? EVERY_MS : Math.min(2 * Math.max(wait, EVERY_MS), LONGEST_PAUSE_MS)
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
