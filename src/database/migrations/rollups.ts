import { errorCode } from '../faults.ts'
import type { Reserved } from '../open.ts'
import { query, row } from '../sql.ts'
import { type RunOptions, sleepInServer } from './apply.ts'
import { MigrationError } from './error.ts'

/** What is said of each stage, and its statements. */
const STAGES = [
  [
    'frames',
    ['no_state', 'no_kinds', 'no_groups', 'no_proposals', 'no_targets', 'no_target_counts', 'new_frames', 'new_counts'],
    ['kinds', 'proposals', 'targets', 'group_kinds', 'frames', 'analyze_frames', 'target_counts'],
  ],
  ['days and nights', ['days', 'analyze_days']],
  ['groups and proposals', ['all_proposals', 'each_proposal', 'drop_days']],
  ['longer spans', [1, 2, 3, 4, 5]],
  [
    'indexes',
    ['key', 'by_group', 'frames_key', 'newest', 'kind_newest', 'target_newest', 'public', 'state', 'analyze'],
  ],
] as const

/**
 * Builds the rollups (docs/rollups.md) where they are not there yet: about half a minute a million
 * frames, while the archive goes on and counts without them. Interrupted, it begins anew.
 * @throws MigrationError when searches leave no moment to put them in place within the run's patience
 */
export async function buildRollups(sql: Reserved, run: RunOptions): Promise<void> {
  const state = await row<{ built: boolean; large: boolean }>(query(sql, 'rollups/build.is_built', {}))
  if (state!.built) return
  const started = Date.now()
  await sql.unsafe('begin')
  try {
    await query(sql, 'rollups/build.lock', {})
    await query(sql, 'rollups/build.work_mem', {})
    for (const [index, [about, ...steps]] of STAGES.entries()) {
      if (state!.large) run.log(`counts of all frames: ${index + 1} of ${STAGES.length}, ${about}`)
      for (const step of steps.flat())
        await (typeof step === 'number'
          ? query(sql, 'rollups/build.level', { level: step })
          : query(sql, `rollups/build.${step}`, {}))
    }
    await putInPlace(sql, run)
    await sql.unsafe('commit')
  } catch (error) {
    await sql.unsafe('rollback').catch(() => {})
    throw error
  }
  const seconds = Math.round((Date.now() - started) / 1000)
  if (seconds > 1) run.log(`counts of all frames were built in ${seconds} s`)
}

/** Forgets the rollups, so that searches count without them, and builds them anew. */
export async function rebuildRollups(sql: Reserved, run: RunOptions): Promise<void> {
  await query(sql, 'rollups/build.forget', {})
  await buildRollups(sql, run)
}

/** Asks for its locks in short tries, because searches queue behind one that waits. */
async function putInPlace(sql: Reserved, run: RunOptions): Promise<void> {
  for (const until = Date.now() + run.patience * 1000; ; ) {
    // below deadlock_timeout (1 s), so that a search never has to give way
    await sql.unsafe(`savepoint tables; set local lock_timeout = 200`)
    try {
      await query(sql, 'rollups/build.lock_tables', {})
      break
    } catch (error) {
      if (errorCode(error) !== '55P03') throw error
      await sql.unsafe('rollback to savepoint tables')
      if (Date.now() > until)
        throw new MigrationError(
          `the counts of all frames did not get their locks within ${run.patience} s, and were not built. Run this again at a quieter time.`,
        )
      await sleepInServer(sql, 0.5)
    }
  }
  await query(sql, 'rollups/build.put_in_place', {})
}
