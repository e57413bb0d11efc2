import type { Pool } from '../database/open.ts'
import { query, row } from '../database/sql.ts'

/** What waits in a queue of the database. */
export interface QueueState {
  /** How many; of MOST_COUNTED and more, MOST_COUNTED. */
  waiting: number
  /** Seconds that the one has waited that came first; 0: none waits. */
  oldestS: number
}

/** What the database knows of how the archive is: plain numbers, for metrics and status. */
export interface DatabaseState {
  /** `dead`: how many more have been given up, and wait for an operator; counted as the others. */
  outbox: QueueState & { dead: number }
  removals: QueueState
  rollups: {
    /** Whether counts are kept at all. */
    built: boolean
    /** Changes of frames that are not folded yet; of MOST_COUNTED and more, MOST_COUNTED. */
    waiting: number
  }
  frames: {
    /** About how many there are, as the last ANALYZE left it. */
    estimated: number
  }
}

/** Queues are counted up to here: a count that reaches it means "at least". */
export const MOST_COUNTED = 10_000

interface StateRow {
  outbox_waiting: number
  outbox_oldest_s: number
  outbox_dead: number
  removals_waiting: number
  removals_oldest_s: number
  rollups_built: boolean
  rollups_waiting: number
  frames_estimated: number
}

/**
 * How the archive's database is, by one statement that costs a few pages however many frames there
 * are.
 * @param deadlineMs how long it may take
 * @throws what the pool throws where the database is away or late
 */
export async function readState(writer: Pool, deadlineMs = 2_000): Promise<DatabaseState> {
  const state = (await row<StateRow>(query(writer.withLimits({ deadlineMs }), 'state', { most: MOST_COUNTED })))!
  return {
    outbox: { waiting: state.outbox_waiting, oldestS: Math.max(0, state.outbox_oldest_s), dead: state.outbox_dead },
    removals: { waiting: state.removals_waiting, oldestS: Math.max(0, state.removals_oldest_s) },
    rollups: { built: state.rollups_built, waiting: state.rollups_waiting },
    frames: { estimated: state.frames_estimated },
  }
}
