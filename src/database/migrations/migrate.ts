import { scripts } from '../../generated/sql.ts'
import type { Pool, Reserved, Sql } from '../open.ts'
import { applyScript, type RunOptions, sleepInServer } from './apply.ts'
import { indexContains } from './contains.ts'
import { MigrationError } from './error.ts'
import { applyIndexes } from './indexes.ts'
import { recogniseDatabase } from './recognise.ts'
import { buildRollups, rebuildRollups } from './rollups.ts'
import { repairSequences } from './sequences.ts'

export { MigrationError } from './error.ts'

export interface MigrateOptions {
  /** Called with each line of progress. */
  log?: (line: string) => void
  /** Seconds to keep trying for locks that others hold; 600 by default. */
  patience?: number
}

/** What a migration did. */
export interface Migrated {
  /**
   * fresh: the database was empty; adopted: it was the reference archive's; current: already ours.
   */
  kind: 'fresh' | 'adopted' | 'current'
  /** The names of what was applied in this run, in order. */
  applied: string[]
}

const BASE = '000001_tables'
const ADOPT = 'adopt/reference'
const BESIDE = 'adopt/beside'
const RETIRE = 'adopt/retire'

/** All steps for a database, in order; an adopted one has the first tables already. */
function listSteps(origin: 'fresh' | 'adopted'): string[] {
  const names = Object.keys(scripts)
    .filter((name) => name.startsWith('migrations/'))
    .map((name) => name.slice('migrations/'.length))
    .sort()
  if (origin === 'fresh') return names
  return names.flatMap((name) => (name === BASE ? [ADOPT] : name === '000002_extend' ? [name, BESIDE] : [name]))
}

const getScript = (name: string): string => scripts[name] ?? scripts[`migrations/${name}`]!

/**
 * Brings a database to the newest schema: fills an empty one, adopts the reference archive's,
 * updates one of ours, and repairs sequences that lag behind their tables. Can be interrupted
 * anywhere, even by a power cut, and run again. Takes one connection, which must not go through a
 * transaction pooler.
 * @throws MigrationError, with nothing changed, for a database it does not know; errors of the
 * server as they are
 */
export async function migrate(sql: Pool, options: MigrateOptions = {}): Promise<Migrated> {
  return withMigrationLock(sql, options, async (connection, run) => {
    const found = await recogniseDatabase(connection)
    const done = found === 'ours' ? await readApplied(connection) : new Set<string>()
    const origin = found === 'reference' || done.has(ADOPT) ? 'adopted' : 'fresh'
    checkNotNewer(done, origin)
    const applied: string[] = []
    for (const name of listSteps(origin)) {
      if (done.has(name)) continue
      run.log(name === ADOPT ? "adopting the reference archive's tables" : `applying ${name}`)
      if (name.endsWith('_concurrently')) await applyIndexes(connection, name, getScript(name), run)
      else await applyScript(connection, name, getScript(name), run).catch(explainMissingRights)
      applied.push(name)
    }
    await indexContains(connection, run)
    await repairSequences(connection, run)
    await splitWideAreas(connection, run)
    await buildRollups(connection, run)
    return { kind: found === 'ours' ? 'current' : origin, applied }
  })
}

/**
 * Splits areas stored before pieces were kept, each of which slows every sky search. Found by
 * index.
 */
async function splitWideAreas(sql: Reserved, run: RunOptions): Promise<void> {
  const BATCH = 100
  for (let last = 0, count = 0; ; ) {
    const cut = await sql<{ id: number }[]>`
      update frames set area = area where id in (
        select id from frames where sky_is_wide(area) and pieces is null and id > ${last} order by id limit ${BATCH})
      returning id`
    count += cut.length
    if (cut.length < BATCH) {
      if (count) run.log(`${count} areas too wide for PostGIS to tell inside from outside are now kept in pieces`)
      return
    }
    last = Math.max(...cut.map((row) => row.id))
  }
}

/**
 * The names of what migrate() would apply, in order, without changing anything; everything for a
 * database that is not ours yet.
 * @throws MigrationError if the database is newer than the program
 */
export async function pendingMigrations(sql: Sql): Promise<string[]> {
  const [ours] = await sql<{ there: boolean }[]>`select to_regclass('platestack_migrations') is not null as there`
  const done = ours!.there ? await readApplied(sql) : new Set<string>()
  const origin = done.has(ADOPT) ? 'adopted' : 'fresh'
  checkNotNewer(done, origin)
  return listSteps(origin).filter((name) => !done.has(name))
}

/** Pending migrations for a message: their names, or how many where there are more than three. */
export const describePending = (pending: readonly string[]): string =>
  pending.length > 3 ? `${pending.length} migrations are pending, from ${pending[0]} on` : pending.join(', ')

/**
 * Retires the reference's server, which can never use this database again: drops the views it
 * worked on, and erases the plain tokens kept for it.
 * @returns false if there are no such views
 * @throws MigrationError, with nothing changed, while some token has no hash and sealed form
 */
export async function retireReference(sql: Pool, options: MigrateOptions = {}): Promise<boolean> {
  return withMigrationLock(sql, options, async (connection, run) => {
    const done = (await recogniseDatabase(connection)) === 'ours' ? await readApplied(connection) : new Set<string>()
    if (!done.has(ADOPT) || done.has(RETIRE)) return false
    const left = listSteps('adopted').filter((name) => !done.has(name))
    if (left.length) throw new MigrationError(`the adoption is not finished (${left.join(', ')}): migrate first`)
    await applyScript(connection, RETIRE, getScript(RETIRE), run, () => checkNoPlainTokens(connection))
    // also removes what the plain tokens leave on disk; both tables are small
    await connection.unsafe('vacuum (full, analyze) tokens')
    await connection.unsafe('vacuum (full, analyze) profiles')
    run.log("the reference archive's views and plain tokens are gone; its server can no longer use this database")
    return true
  })
}

/**
 * Builds the rollups anew, as after a restore that left triggers out. The archive may go on meanwhile,
 * and counts without them; interrupted, this or migrate() finishes it.
 * @throws MigrationError for a database that is not migrated
 */
export async function repairRollups(sql: Pool, options: MigrateOptions = {}): Promise<void> {
  await withMigrationLock(sql, options, async (connection, run) => {
    const pending = await pendingMigrations(connection)
    if (pending.length) throw new MigrationError(`the database is not migrated (${pending.join(', ')}): migrate first`)
    await rebuildRollups(connection, run)
  })
}

async function checkNoPlainTokens(sql: Reserved): Promise<void> {
  await sql.unsafe('lock table tokens, users, profiles in access exclusive mode')
  const [plain] = await sql<{ tokens: number; profiles: number }[]>`
    select
      (select count(*)::int from tokens where key is not null and (key_hash is null or key_sealed is null)) as tokens,
      (select count(*)::int from profiles
        where api_token <> '' and (api_token_hash is null or api_token_sealed is null)) as profiles`
  if (plain!.tokens + plain!.profiles > 0)
    throw new MigrationError(
      `${plain!.tokens} tokens and ${plain!.profiles} portal tokens are still kept only as plain text and would be lost: nothing was changed`,
    )
}

async function readApplied(sql: Sql): Promise<Set<string>> {
  const rows = await sql<{ name: string }[]>`select name from platestack_migrations`
  return new Set(rows.map((row) => row.name))
}

function checkNotNewer(done: Set<string>, origin: 'fresh' | 'adopted'): void {
  const known = new Set([...listSteps(origin), RETIRE])
  const unknown = [...done].filter((name) => !known.has(name)).sort()
  if (unknown.length)
    throw new MigrationError(
      `the database is newer than this program, which does not know ${unknown.join(', ')}: nothing was changed; use the newer release`,
    )
}

function explainMissingRights(error: unknown): never {
  const { code, message } = error as { code?: string; message?: string }
  if (code === '42501')
    throw new MigrationError(
      `the role may not do this: ${message}. For PostGIS, let a superuser run "create extension postgis" in this database, then run this again.`,
    )
  throw error
}

// "plat" and "migr" in ASCII
const LOCK = 'pg_try_advisory_lock(1886151028, 1835624306)'
const UNLOCK = 'select pg_advisory_unlock(1886151028, 1835624306)'
const SETTINGS = {
  client_min_messages: 'warning',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
}
const eachSetting = (statement: (name: keyof typeof SETTINGS) => string) =>
  (Object.keys(SETTINGS) as (keyof typeof SETTINGS)[]).map(statement).join('; ')

/** Runs work on one connection while no other process migrates the same database. */
export async function withMigrationLock<T>(
  sql: Pool,
  options: MigrateOptions,
  work: (connection: Reserved, run: RunOptions) => Promise<T>,
): Promise<T> {
  const run: RunOptions = { log: options.log ?? (() => {}), patience: options.patience ?? 600 }
  const connection = await sql.reserve()
  try {
    await connection.unsafe(eachSetting((name) => `set ${name} = ${SETTINGS[name]}`))
    await acquireLock(connection, run)
    return await work(connection, run)
  } finally {
    // a lost connection leaves nothing to undo, and the earlier error is the one to report
    await connection.unsafe(`${UNLOCK}; ${eachSetting((name) => `reset ${name}`)}`).catch(() => {})
    connection.release()
  }
}

/**
 * Polls: waiting for the lock would hold a snapshot, which an index being built concurrently waits
 * for.
 */
async function acquireLock(connection: Reserved, run: RunOptions): Promise<void> {
  for (let asked = 0; ; asked++) {
    const [row] = await connection.unsafe<{ got: boolean }[]>(`select ${LOCK} as got`)
    if (row!.got) return
    if (asked === 0) run.log('another process is migrating this database: waiting for it')
    await sleepInServer(connection, 0.1)
  }
}
