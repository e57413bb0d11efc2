import type { Sql } from '../../database/open.ts'
import { type Fragment, query, row } from '../../database/sql.ts'

/**
 * Compares the rollups with a recount, which reads all frames. Inside a transaction of its own
 * isolation (repeatable read) the archive may go on meanwhile.
 * @returns how many frames are folded wrongly, and how many counts are not those of the folded frames
 */
export async function checkRollups(sql: Sql): Promise<{ frames: number; counts: number }> {
  const wrong = async (statement: Fragment) => (await row<{ wrong: number }>(statement))!.wrong
  const frames = await wrong(query(sql, 'rollups/check.frames', {}))
  let counts = (await wrong(query(sql, 'rollups/check.days', {}))) + (await wrong(query(sql, 'rollups/check.span', {})))
  for (const level of [1, 2, 3, 4, 5]) counts += await wrong(query(sql, 'rollups/check.level', { level }))
  return { frames, counts }
}
