import type { Pool, Sql } from '../../database/open.ts'
import { type Fragment, query, row } from '../../database/sql.ts'

/** How many frames are folded wrongly, and how many counts are not those of the folded frames. */
export interface Wrong {
  frames: number
  counts: number
}

/** The state of the rollups. */
export interface Inspected extends Wrong {
  built: boolean
  /** Triggers that are disabled or missing. */
  off: string[]
  /** Frames that are folded, and those that wait to be. */
  folded: number
  queued: number
}

/**
 * Compares the rollups with a recount, which reads all frames. Inside a transaction of its own
 * isolation (repeatable read) the archive may go on meanwhile.
 */
export async function checkRollups(sql: Sql): Promise<Wrong> {
  const wrong = async (statement: Fragment) => (await row<{ wrong: number }>(statement))!.wrong
  const frames = await wrong(query(sql, 'rollups/check.frames', {}))
  let counts = 0
  for (const of of ['days', 'targets', 'span'] as const) counts += await wrong(query(sql, `rollups/check.${of}`, {}))
  for (const level of [1, 2, 3, 4, 5]) counts += await wrong(query(sql, 'rollups/check.level', { level }))
  return { frames, counts }
}

/**
 * Looks at the rollups in one snapshot, without a limit of time.
 * @param how all: with a recount; state: without, what would differ is 0
 */
export async function inspectRollups(sql: Pool, how: 'all' | 'state'): Promise<Inspected> {
  const connection = await sql.reserve()
  try {
    await query(connection, 'rollups/check.begin', {})
    await query(connection, 'rollups/check.settings', {})
    const state = await row<{ built: boolean; folded: number; queued: number }>(
      query(connection, 'rollups/check.state', {}),
    )
    const { off } = (await row<{ off: string[] }>(query(connection, 'rollups/check.triggers', {})))!
    const wrong = how === 'all' && state!.built ? await checkRollups(connection) : { frames: 0, counts: 0 }
    return { ...state!, off, ...wrong }
  } finally {
    await query(connection, 'rollups/check.end', {}).catch(() => {})
    connection.release()
  }
}
