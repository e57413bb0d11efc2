import type { Sql } from '../database/sql.ts'
import { workFacts } from '../queries/doctor.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/** Ages in seconds, and numbers, from which on what waits is worth a word. */
const LATE_MESSAGE_S = 600
const LATE_REMOVAL_S = 6 * 3600
const MANY_UNFOLDED = 100_000

/** Looks at what waits to be done: messages to be sent, files to be removed, frames to be counted. */
export async function checkWork(sql: Sql, announces: boolean): Promise<Finding[]> {
  const { is_built, messages, oldest_message_s, removals, stuck_removals, oldest_removal_s, unfolded } =
    await workFacts(sql)
  const found: Finding[] = []
  if (!is_built)
    found.push(
      problem(
        'database',
        'the counts of frames are not built: every search counts anew',
        'Run platestack rollups --rebuild.',
      ),
    )
  else if (unfolded >= MANY_UNFOLDED)
    found.push(
      warning(
        'database',
        `${MANY_UNFOLDED} frames or more have changed and are not counted yet`,
        'See that platestack serve runs: it counts them by and by.',
      ),
    )
  if ((oldest_message_s ?? 0) > LATE_MESSAGE_S)
    found.push(
      announces
        ? problem(
            'messages',
            `${messages} messages wait, the oldest for ${describeAge(oldest_message_s!)}`,
            'See that platestack serve runs, and that the broker answers.',
          )
        : warning(
            'messages',
            `${messages} messages wait in the outbox, and none is sent: there is no broker`,
            'Set QUEUE_BROKER_URL, or PROCESSED_EXCHANGE_ENABLED=False where frames are not announced.',
          ),
    )
  if ((oldest_removal_s ?? 0) > LATE_REMOVAL_S || stuck_removals > 0)
    found.push(
      warning(
        'files',
        `${removals} files of deleted frames are still to be removed, the oldest for ${describeAge(oldest_removal_s ?? 0)}`,
        'See that the store lets the archive delete: the log of platestack serve says what it answered.',
      ),
    )
  return found.length ? found : [ok('database', 'no work is left undone')]
}

/** Seconds, for people. */
export function describeAge(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`
}
