import type { Pool } from '../../database/open.ts'
import { query, row } from '../../database/sql.ts'

/**
 * Folds what has changed into the rollups, in one transaction.
 * @param atMost entries of the queue
 * @returns how many entries it took; null: another process is folding, or the rollups are not built
 */
export async function foldRollups(sql: Pool, atMost: number): Promise<number | null> {
  return (await row<{ taken: number | null }>(query(sql, 'rollups/fold', { at_most: atMost })))!.taken
}
