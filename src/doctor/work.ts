import { counted } from '../counted.ts'
import type { Pool } from '../database/open.ts'
import { type DatabaseState, MOST_COUNTED, readState } from '../queries/state.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/** Ages in seconds from which on what waits is worth a word. */
const LATE_MESSAGE_S = 600
const LATE_REMOVAL_S = 6 * 3600
const READ_MS = 30_000

/**
 * Looks at what waits to be done: messages to be sent, files to be removed, frames to be counted.
 * @param announces whether there is a broker to send messages to
 */
export async function checkWork(sql: Pool, announces: boolean): Promise<Finding[]> {
  const state = await readState(sql, READ_MS)
  const found = [...describeRollups(state), ...describeOutbox(state, announces), ...describeRemovals(state)]
  return found.length ? found : [ok('database', 'no work is left undone')]
}

/** A number of things, counted up to a bound. */
const countedTo = (number: number, one: string, many: string): string =>
  number >= MOST_COUNTED ? `${MOST_COUNTED} or more ${many}` : counted(number, one, many)

function describeRollups({ rollups: { built, waiting } }: DatabaseState): Finding[] {
  if (!built)
    return [
      problem(
        'database',
        'the counts of frames are not built: every search counts anew',
        'Run platestack rollups --rebuild.',
      ),
    ]
  if (waiting < MOST_COUNTED) return []
  return [
    warning(
      'database',
      `${MOST_COUNTED} or more changes of frames are not counted yet`,
      'See that platestack serve runs: it counts them by and by.',
    ),
  ]
}

function describeOutbox({ outbox: { waiting, oldestS, dead } }: DatabaseState, announces: boolean): Finding[] {
  const found: Finding[] = []
  if (dead)
    found.push(
      problem(
        'messages',
        `${countedTo(dead, 'message', 'messages')} could not be sent and ${dead === 1 ? 'was' : 'were'} given up`,
        'platestack outbox list --dead shows why; once that is mended, platestack outbox retry --dead sends them.',
      ),
    )
  if (oldestS <= LATE_MESSAGE_S) return found
  const says = `${countedTo(waiting, 'message waits', 'messages wait')}, the first for ${describeAge(oldestS)}`
  const missing = 'Set QUEUE_BROKER_URL; or PROCESSED_EXCHANGE_ENABLED=False, where frames are not announced.'
  found.push(
    announces
      ? problem('messages', says, 'See that platestack serve runs, and that the broker answers.')
      : warning('messages', `${says}, and there is no broker`, missing),
  )
  return found
}

function describeRemovals({ removals: { waiting, oldestS } }: DatabaseState): Finding[] {
  if (oldestS <= LATE_REMOVAL_S) return []
  return [
    warning(
      'files',
      `${countedTo(waiting, 'file of deleted frames is', 'files of deleted frames are')} still to be removed, the first for ${describeAge(oldestS)}`,
      'See that the store lets the archive delete: the log of platestack serve says what it answered.',
    ),
  ]
}

/** Seconds, for people. */
export function describeAge(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`
}
