import { pause } from '../../concurrency.ts'
import type { Removals } from './removals.ts'

const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 60_000

/**
 * Removes what is due, again and again until it is closed. Several processes may do so on one
 * database.
 */
export function keepRemoving(removals: Pick<Removals, 'removeDue'>): { close(): Promise<void> } {
  const closing = new AbortController()
  async function run({ signal }: AbortController): Promise<void> {
    for (let wait = FIRST_PAUSE_MS; !signal.aborted; await pause(wait, signal)) {
      const isWell = (await removals.removeDue(signal)) === 'well'
      wait = isWell ? FIRST_PAUSE_MS : Math.min(2 * wait, LONGEST_PAUSE_MS)
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
