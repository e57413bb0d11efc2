import { isPostgresError, isStalePlan } from './faults.ts'
import type { Pool, Sql } from './types.ts'

/** Another writer committed the same thing between our look and our write: the next try sees it. */
export class Raced extends Error {}

/**
 * Deadlocks; and a row that went, or a name that was taken, after we had looked. A refusal would be
 * final for a pipeline, which never sends again what was a 400.
 */
const AGAIN = new Set(['40P01', '40001', '23503', '23505'])
const TRIES = 5

/** Whether the same may succeed when it is tried again. */
export const isRace = (error: unknown): boolean =>
  error instanceof Raced || isStalePlan(error) || (isPostgresError(error) && AGAIN.has(error.code))

/** Runs `work` in a transaction, and again after a race, with growing, uneven pauses. */
export async function inTransaction<T>(sql: Pool, work: (tx: Sql) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await sql.begin(work)
    } catch (error) {
      if (!isRace(error) || attempt === TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, 10 * attempt * (1 + Math.random())))
    }
  }
}
