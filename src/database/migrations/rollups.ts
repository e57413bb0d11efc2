import type { Reserved } from '../open.ts'
import { query, row } from '../sql.ts'
import type { RunOptions } from './apply.ts'

const BEFORE = [
  'lock',
  'work_mem',
  'empty',
  'drop_key',
  'drop_frames_key',
  'drop_newest',
  'drop_kind_newest',
  'drop_public',
  'drop_by_group',
  'kinds',
  'proposals',
  'group_kinds',
  'frames',
  'analyze_frames',
  'days',
] as const
const LEVELS = [1, 2, 3, 4, 5]
const AFTER = ['key', 'by_group', 'frames_key', 'newest', 'kind_newest', 'public', 'state', 'analyze'] as const

/**
 * Builds the rollups (docs/rollups.md) where they are not there yet: about half a minute a million
 * frames, while the archive goes on and counts without them. Interrupted, it begins anew.
 */
export async function buildRollups(sql: Reserved, run: RunOptions): Promise<void> {
  const state = await row<{ built: boolean }>(query(sql, 'rollups/build.is_built', {}))
  if (state!.built) return
  const started = Date.now()
  await sql.unsafe('begin')
  try {
    for (const step of BEFORE) await query(sql, `rollups/build.${step}`, {})
    for (const level of LEVELS) await query(sql, 'rollups/build.level', { level })
    for (const step of AFTER) await query(sql, `rollups/build.${step}`, {})
    await sql.unsafe('commit')
  } catch (error) {
    await sql.unsafe('rollback').catch(() => {})
    throw error
  }
  const seconds = Math.round((Date.now() - started) / 1000)
  if (seconds > 1) run.log(`counts of all frames were built in ${seconds} s`)
}
