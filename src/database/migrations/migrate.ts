import { scripts } from '../../generated/sql.ts'
import type { Pool, Reserved, Sql } from '../open.ts'
import { applyIndexes, applyScript, type Manner, pause } from './apply.ts'
import { MigrationError } from './error.ts'
import { recognise } from './look.ts'
import { mendSequences } from './sequences.ts'

export { MigrationError } from './error.ts'

export interface MigrateOptions {
  /** Told what is going on, a line each. */
  log?: (line: string) => void
  /** Seconds to go on trying for locks that others hold; 600 unless told. */
  patience?: number
}

export interface Migrated {
  /** fresh: the database was empty; adopted: it was the reference archive's; current: it was ours before. */
  kind: 'fresh' | 'adopted' | 'current'
  /** Names of what was applied now, in order; none: nothing was left to do. */
  applied: string[]
}

const BASE = '000001_tables'
const ADOPT = 'adopt/reference'
const BESIDE = 'adopt/beside'
const RETIRE = 'adopt/retire'

/** Everything to be applied to a database, in order; an adopted one has the first tables already. */
function steps(origin: 'fresh' | 'adopted'): string[] {
  const names = Object.keys(scripts)
    .filter((name) => name.startsWith('migrations/'))
    .map((name) => name.slice('migrations/'.length))
    .sort()
  if (origin === 'fresh') return names
  return names.flatMap((name) => (name === BASE ? [ADOPT] : name === '000002_extend' ? [name, BESIDE] : [name]))
}

const scriptOf = (name: string): string => scripts[name] ?? scripts[`migrations/${name}`]!

/**
 * Brings a database to the newest schema: fills an empty one, adopts the reference archive's, continues one of ours; and mends sequences that
 * are behind their tables. May be stopped anywhere, even by the loss of power, and run again. Takes one connection of the pool, which has to reach the server without a
 * transaction pooler between. Throws MigrationError, with nothing changed, for a database it does not know; errors of the server
 * come through as they are.
 */
export async function migrate(sql: Pool, options: MigrateOptions = {}): Promise<Migrated> {
  return alone(sql, options, async (one, manner) => {
    const found = await recognise(one)
    const done = found === 'ours' ? await recorded(one) : new Set<string>()
    const origin = found === 'reference' || done.has(ADOPT) ? 'adopted' : 'fresh'
    refuseNewer(done, origin)
    const applied: string[] = []
    for (const name of steps(origin)) {
      if (done.has(name)) continue
      manner.log(name === ADOPT ? "adopting the reference archive's tables" : `applying ${name}`)
      if (name.endsWith('_concurrently')) await applyIndexes(one, name, scriptOf(name), manner)
      else await applyScript(one, name, scriptOf(name), manner).catch(explain)
      applied.push(name)
    }
    await mendSequences(one, manner)
    await cutWideAreas(one, manner)
    return { kind: found === 'ours' ? 'current' : origin, applied }
  })
}

/** Areas that were there before their pieces were kept: each makes every search of the sky slower. Found by index. */
async function cutWideAreas(sql: Reserved, manner: Manner): Promise<void> {
  const BATCH = 100
  for (let last = 0, count = 0; ; ) {
    const cut = await sql<{ id: number }[]>`
      update frames set area = area where id in (
        select id from frames where sky_is_wide(area) and pieces is null and id > ${last} order by id limit ${BATCH})
      returning id`
    count += cut.length
    if (cut.length < BATCH) {
      if (count)
        manner.log(`${count} areas that are wider than PostGIS can tell inside from outside are kept in pieces now`)
      return
    }
    last = Math.max(...cut.map((row) => row.id))
  }
}

/**
 * Names of what migrate() would apply to a database, in order, without changing anything; one that is not ours yet lacks everything.
 * Throws MigrationError where the database is newer than the program.
 */
export async function pendingMigrations(sql: Pool): Promise<string[]> {
  const [ours] = await sql<{ there: boolean }[]>`select to_regclass('platestack_migrations') is not null as there`
  const done = ours!.there ? await recorded(sql) : new Set<string>()
  const origin = done.has(ADOPT) ? 'adopted' : 'fresh'
  refuseNewer(done, origin)
  return steps(origin).filter((name) => !done.has(name))
}

/**
 * Takes leave of the reference's server: drops the views it worked on and erases the plain tokens kept for it. It cannot run on this
 * database afterwards. Says false where there are no such views. Throws MigrationError, with nothing changed, while a token has no
 * hash and sealed form yet.
 */
export async function retireReference(sql: Pool, options: MigrateOptions = {}): Promise<boolean> {
  return alone(sql, options, async (one, manner) => {
    const done = (await recognise(one)) === 'ours' ? await recorded(one) : new Set<string>()
    if (!done.has(ADOPT) || done.has(RETIRE)) return false
    const left = steps('adopted').filter((name) => !done.has(name))
    if (left.length) throw new MigrationError(`the adoption is not finished (${left.join(', ')}): migrate first`)
    await applyScript(one, RETIRE, scriptOf(RETIRE), manner, () => refusePlain(one))
    // What the plain tokens leave behind on disk goes too; both tables are small.
    await one.unsafe('vacuum (full, analyze) tokens')
    await one.unsafe('vacuum (full, analyze) profiles')
    manner.log("the reference archive's views and plain tokens are gone; its server cannot come back to this database")
    return true
  })
}

async function refusePlain(sql: Reserved): Promise<void> {
  await sql.unsafe('lock table tokens, users, profiles in access exclusive mode')
  const [plain] = await sql<{ tokens: number; profiles: number }[]>`
    select
      (select count(*)::int from tokens where key is not null and (key_hash is null or key_sealed is null)) as tokens,
      (select count(*)::int from profiles
        where api_token <> '' and (api_token_hash is null or api_token_sealed is null)) as profiles`
  if (plain!.tokens + plain!.profiles > 0)
    throw new MigrationError(
      `${plain!.tokens} tokens and ${plain!.profiles} portal tokens are kept only as plain text yet, and would be lost: nothing was changed`,
    )
}

async function recorded(sql: Sql): Promise<Set<string>> {
  const rows = await sql<{ name: string }[]>`select name from platestack_migrations`
  return new Set(rows.map((row) => row.name))
}

function refuseNewer(done: Set<string>, origin: 'fresh' | 'adopted'): void {
  const known = new Set([...steps(origin), RETIRE])
  const unknown = [...done].filter((name) => !known.has(name)).sort()
  if (unknown.length)
    throw new MigrationError(
      `the database is newer than this program, which does not know ${unknown.join(', ')}: nothing was changed; use the newer release`,
    )
}

function explain(error: unknown): never {
  const { code, message } = error as { code?: string; message?: string }
  if (code === '42501')
    throw new MigrationError(
      `the role may not do this: ${message}. For PostGIS, let a superuser run "create extension postgis" in this database, then run this again.`,
    )
  throw error
}

// "plat" and "migr" in ASCII.
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
async function alone<T>(
  sql: Pool,
  options: MigrateOptions,
  work: (one: Reserved, manner: Manner) => Promise<T>,
): Promise<T> {
  const manner: Manner = { log: options.log ?? (() => {}), patience: options.patience ?? 600 }
  const one = await sql.reserve()
  try {
    await one.unsafe(eachSetting((name) => `set ${name} = ${SETTINGS[name]}`))
    await turn(one, manner)
    return await work(one, manner)
  } finally {
    // on a connection that is lost there is nothing to undo, and what went wrong before is what there is to say
    await one.unsafe(`${UNLOCK}; ${eachSetting((name) => `reset ${name}`)}`).catch(() => {})
    one.release()
  }
}

/** Asks again and again: to wait for the lock itself would hold a snapshot, for which an index being built concurrently waits in turn. */
async function turn(one: Reserved, manner: Manner): Promise<void> {
  for (let asked = 0; ; asked++) {
    const [row] = await one.unsafe<{ got: boolean }[]>(`select ${LOCK} as got`)
    if (row!.got) return
    if (asked === 0) manner.log('another process is migrating this database: waiting for it')
    await pause(one, 0.1)
  }
}
