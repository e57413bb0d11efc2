import { query, row, type Sql } from '../../database/sql.ts'

/** Of what an answer was made: sql/rollups/remembered.sql. */
export interface Made {
  /** The server's start and its table. */
  origin: string
  /** The number of the last fold. */
  folded: number
  /** PostgreSQL's text, to the microsecond. */
  now: string
  /** The spans of time in which it may change. */
  first: number
  last: number
}

/** Reads the row `made` of an answer; null: frames of the queue are in it, so that it is not known when they change. */
export function madeOf(text: string): Made | null {
  const { isSettled, ...made } = JSON.parse(text) as Made & { isSettled: boolean }
  return isSettled ? made : null
}

/**
 * Whether an answer is what it would be now, by a few index probes.
 * @returns the same answer's new `made`; null: it may have changed
 */
export async function findCurrent(sql: Sql, made: Made): Promise<Made | null> {
  const { origin, folded, now, first, last } = made
  const current = query(sql, 'rollups/remembered.current', { origin, folded, now, first, last })
  const seen = await row<Pick<Made, 'folded' | 'now'>>(current)
  return seen ? { ...made, ...seen } : null
}
