import { counted } from '../../counted.ts'
import { errorCode } from '../faults.ts'
import type { Pool, Reserved } from '../open.ts'
import { query, row, rows } from '../sql.ts'
import { inShortTries, type RunOptions } from './apply.ts'
import { MigrationError } from './error.ts'
import { type MigrateOptions, pendingMigrations, withMigrationLock } from './migrate.ts'
import { type Grain, isStartOf, type Span, spansBetween, spansOf, yearsAfter } from './spans.ts'

export interface PartitionOptions extends MigrateOptions {
  /** How long the time of a partition is; left out: as that of the last one, a year at first. */
  by?: Grain | undefined
  /** The present, from which partitions are made ahead. */
  now?: Date
}

export interface PartitionRow {
  name: string
  /** As it was when the partition was last analysed; below 0: it never was. */
  frames: number
  starts: string
  ends: string
}

/** What a run did. */
export interface Partitioned {
  kind: 'partitioned' | 'extended' | 'current'
  /** All that there are now, by time; the default partition is not among them. */
  partitions: PartitionRow[]
}

/** Partitions are there, and are made ahead, for this year and so many more. */
const YEARS_AHEAD = 2

interface Obstacles {
  is_partitioned: boolean
  role: string
  of_others: string[]
  views: string[]
  referrers: string[]
  unique_indexes: string[]
  triggers: string[]
  rules: string[]
  statistics: string[]
  settings: string[]
  /** What takes or holds rows of the tables that are made anew. */
  row_users: string[]
  publications: string[]
  policies: string[]
}

/**
 * Partitions the frames by their observation_date (docs/scale.md); of a database whose frames are
 * partitioned, makes what partitions are missing ahead. Each is one transaction.
 * @throws MigrationError, with nothing changed, where something is in the way
 */
export async function partitionFrames(sql: Pool, options: PartitionOptions = {}): Promise<Partitioned> {
  return withMigrationLock(sql, options, async (connection, run) => {
    const pending = await pendingMigrations(connection)
    if (pending.length) throw new MigrationError(`the database is not migrated (${pending.join(', ')}): migrate first`)
    const found = (await row<Obstacles>(query(connection, 'partitions/look.obstacles', {})))!
    const reason = found.is_partitioned ? foreignOwner(found) : findObstacle(found)
    if (reason) throw new MigrationError(`the frames cannot be partitioned: ${reason}. Nothing was changed.`)
    const now = options.now ?? new Date()
    if (!found.is_partitioned) {
      await makePartitions(connection, run, options.by ?? 'year', now).catch(explain)
      return { kind: 'partitioned', partitions: await listPartitions(connection) }
    }
    const added = await addPartitions(connection, run, options.by, now).catch(explain)
    return { kind: added ? 'extended' : 'current', partitions: await listPartitions(connection) }
  })
}

/** A name that is taken, a right that the role lacks, or what depends on the table that goes. */
function explain(error: unknown): never {
  if (!['42P07', '42501', '2BP01'].includes(errorCode(error))) throw error
  throw new MigrationError(`the frames cannot be partitioned: ${(error as Error).message}. Nothing was changed.`)
}

const listPartitions = (sql: Reserved): Promise<PartitionRow[]> =>
  rows<PartitionRow>(query(sql, 'partitions/look.partitions', {}))

const foreignOwner = ({ of_others, role }: Obstacles): string | undefined =>
  of_others.length ? `role ${role} does not own ${of_others.join(', ')}; run this as the role that does` : undefined

const OLD_NAME = /^(frames_|auth_|authtoken_)/

/** Why the frames of a database that is not partitioned cannot be; undefined: they can. */
function findObstacle(found: Obstacles): string | undefined {
  const { views, referrers, unique_indexes, triggers, rules, statistics, settings, row_users, publications, policies } =
    found
  const foreign = foreignOwner(found)
  if (foreign) return foreign
  if (views.some((name) => OLD_NAME.test(name)))
    return `the reference archive's server still has its views (${views.join(', ')}), which partitions end; first run platestack migrate --retire-reference`
  if (views.length)
    return `these views read the tables: ${views.join(', ')}; drop them, and create them anew afterwards`
  if (referrers.length)
    return `these tables have foreign keys to frames, which a partitioned table cannot take: ${referrers.join(', ')}; drop these first (afterwards they can refer to frame_names)`
  if (unique_indexes.length)
    return `a partitioned table cannot have these unique indexes of frames: ${unique_indexes.join(', ')}; drop them`
  if (triggers.length)
    return `frames have triggers that are not the archive's: ${triggers.join(', ')}; drop them, and create them anew afterwards`
  if (rules.length) return `frames have rules (${rules.join(', ')}); drop them first`
  if (statistics.length)
    return `frames have extended statistics (${statistics.join(', ')}); drop them, and create them anew afterwards`
  if (settings.length)
    return `frames have storage parameters (${settings.join(', ')}); reset them, and set them for the partitions afterwards`
  if (row_users.length)
    return `rows of frames are known elsewhere: ${row_users.join(', ')}; drop these, and create them anew afterwards`
  if (publications.length) return `frames are published (${publications.join(', ')}); take them out first`
  if (policies.length) return `frames have policies of row security (${policies.join(', ')}); drop them first`
  return undefined
}

/** Makes the partitions that are missing up to some years from now; how many. */
async function addPartitions(sql: Reserved, run: RunOptions, by: Grain | undefined, now: Date): Promise<number> {
  const last = (await listPartitions(sql)).at(-1)!
  const grain = by ?? spansOf(last)
  if (!isStartOf(grain, last.ends))
    throw new MigrationError(`the last partition ends on ${last.ends}, which begins no ${grain}. Nothing was changed.`)
  const missing = spansBetween(grain, last.ends, yearsAfter(now, YEARS_AHEAD))
  if (missing.length) {
    await inShortTries(sql, 'a new partition', run, async () => {
      await query(sql, 'partitions/add.lock', {})
      for (const span of missing) {
        const { moved } = (await row<{ moved: number }>(query(sql, 'partitions/add.add', { ...span })))!
        run.log(
          `new partition: ${describe(span)}${moved ? `, with ${counted(moved, 'frame that was', 'frames that were')} in the default one` : ''}`,
        )
      }
    })
  }
  await query(sql, 'partitions/add.analyze', {})
  await forgetEmpty(sql, run)
  return missing.length
}

/** Not in the transaction that made the partitions, whose TRUNCATE would leave the planner's numbers. */
const forgetEmpty = (sql: Reserved, run: RunOptions): Promise<void> =>
  inShortTries(sql, 'a partition', run, async () => {
    await query(sql, 'partitions/add.forget_empty', {})
  })

const describe = ({ starts, ends }: Span): string => `${starts.slice(0, 10)} up to ${ends.slice(0, 10)}`

/** The whole change, in one transaction that has every lock it needs from the start on. */
async function makePartitions(sql: Reserved, run: RunOptions, by: Grain, now: Date): Promise<void> {
  const began = Date.now()
  const run1 = (name: Step) => query(sql, `partitions/make.${name}`, {})
  await inShortTries(sql, 'partitioning', run, async () => {
    for (const step of ['no_fold', 'lock', 'settings', 'keep'] as const) await run1(step)
    const spans = await spansOfFrames(sql, by, now)
    await run1('table')
    await query(sql, 'partitions/add.function', {})
    await copyFrames(sql, run, spans)
    await runStatements(sql, 'drop')
    await run1('drop')
    run.log('names and ids of all frames')
    for (const step of ['names', 'names_keys', 'names_sequence', 'names_comment'] as const) await run1(step)
    run.log('versions, headers, relations and thumbnails: ids of 64 bits')
    await run1('ids')
    await runStatements(sql, 'references')
    await runStatements(sql, 'thumbnail triggers')
    await runStatements(sql, 'indexes', (what, count) => run.log(`index ${count}: ${what}`))
    for (const step of TRIGGERS) await query(sql, `partitions/triggers.${step}`, {})
    for (const stage of ['triggers', 'view', 'rights']) await runStatements(sql, stage)
    await run1('fold_afresh')
    await run1('owner')
    await run1('drop_statements')
    run.log('statistics')
    await run1('analyze')
  })
  await forgetEmpty(sql, run)
  run.log(`the frames were partitioned in ${Math.round((Date.now() - began) / 1000)} s`)
}

type Step =
  | (
      | 'fold_afresh'
      | 'no_fold'
      | 'lock'
      | 'settings'
      | 'keep'
      | 'table'
      | 'drop'
      | 'ids'
      | 'owner'
      | 'drop_statements'
      | 'analyze'
    )
  | ('names' | 'names_keys' | 'names_sequence' | 'names_comment')

const TRIGGERS = [
  'name',
  'on_insert',
  'follow',
  'on_update',
  'on_delete',
  'on_truncate',
  'filing',
  'on_filing',
] as const

/** From the first of nearly all frames to some years from now, or after the last. */
async function spansOfFrames(sql: Reserved, by: Grain, now: Date): Promise<Span[]> {
  const { first, last } = (await row<{ first: string | null; last: string | null }>(
    query(sql, 'partitions/look.span', {}),
  ))!
  const newest = last !== null && new Date(last) > now ? new Date(last) : now
  return spansBetween(by, first ?? now.toISOString(), yearsAfter(newest, YEARS_AHEAD))
}

async function copyFrames(sql: Reserved, run: RunOptions, spans: readonly Span[]): Promise<void> {
  for (const span of spans) {
    await query(sql, 'partitions/add.add', { ...span })
    const { count } = await query(sql, 'partitions/make.copy', { ...span })
    run.log(`partition ${describe(span)}: ${counted(count, 'frame')}`)
  }
  const { count } = await query(sql, 'partitions/make.copy_rest', {
    starts: spans[0]!.starts,
    ends: spans.at(-1)!.ends,
  })
  run.log(`default partition: ${counted(count, 'frame')} without a date, or of another time`)
}

/** Runs what was kept of the old table for a stage. */
async function runStatements(
  sql: Reserved,
  stage: string,
  before: (what: string, count: string) => void = () => {},
): Promise<void> {
  const kept = await rows<{ what: string; statement: string }>(query(sql, 'partitions/make.statements', { stage }))
  for (const [i, { what, statement }] of kept.entries()) {
    before(what, `${i + 1} of ${kept.length}`)
    await sql.unsafe(statement)
  }
}
