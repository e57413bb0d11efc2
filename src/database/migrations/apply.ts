import { errorCode, isLostConnection } from '../faults.ts'
import type { Reserved } from '../open.ts'
import { MigrationError } from './error.ts'

/** Where a run reports to, and for how many seconds it keeps trying for locks that others hold. */
export interface RunOptions {
  log: (line: string) => void
  patience: number
}

const LEDGER = `create table if not exists platestack_migrations (
  name text primary key,
  applied timestamptz not null default now()
)`

/**
 * Waits in the server, in seconds: a connection lost meanwhile then raises an error, while an idle
 * one would leave the next query hanging.
 */
export const sleepInServer = async (sql: Reserved, seconds: number): Promise<void> => {
  await sql.unsafe(`select pg_sleep(${seconds})`)
}

/**
 * Runs a script and records its name, in one transaction. Lock requests give up quickly and are
 * repeated: while a request for an exclusive lock waits, every later reader queues behind it.
 * @param before a check inside the transaction, which may throw
 * @throws MigrationError when the locks are not free within the run's patience
 */
export async function applyScript(
  sql: Reserved,
  name: string,
  script: string,
  run: RunOptions,
  before: () => Promise<void> = async () => {},
): Promise<void> {
  const until = Date.now() + run.patience * 1000
  for (let attempt = 0; ; attempt++) {
    // Below deadlock_timeout (1 s) at first, so that in a deadlock we give way and not the other
    // side; above it later, because only then is an autovacuum cancelled.
    const patience = Math.min(2000, Math.round(150 * 1.3 ** attempt))
    try {
      await sql.unsafe(`begin; set local lock_timeout = ${patience}`)
      await before()
      await sql.unsafe(LEDGER)
      await sql.unsafe(script)
      await sql`insert into platestack_migrations (name) values (${name})`
      await sql.unsafe('commit')
      return
    } catch (error) {
      if (isLostConnection(error)) throw error
      await sql.unsafe('rollback')
      const code = errorCode(error)
      if (code !== '55P03' && code !== '40P01') throw error
      if (Date.now() > until)
        throw new MigrationError(
          `${name} did not get its locks within ${run.patience} s and was not applied; held by ${await describeLockHolders(sql)}. Run this again at a quieter time.`,
        )
      if (attempt % 10 === 1) run.log(`${name} waits for locks; held by ${await describeLockHolders(sql)}`)
      await sleepInServer(sql, (4 * patience) / 1000)
    }
  }
}

/** The longest transactions in this database, for the operator. */
async function describeLockHolders(sql: Reserved): Promise<string> {
  const rows = await sql<{ who: string }[]>`
    select format('pid %s (%s, %s, for %s s)', pid, coalesce(nullif(application_name, ''), usename), state,
      extract(epoch from now() - xact_start)::int) as who
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
    order by xact_start limit 5`
  return rows.map((row) => row.who).join(', ') || 'nobody any more'
}

const INDEX = /^create (unique )?index concurrently if not exists (\w+) on (\w+) (using .+)$/

interface Index {
  name: string
  valid: boolean
  distinct: boolean
  definition: string
}

/**
 * Runs a script of `create index concurrently` statements, then records its name.
 * @throws MigrationError if the name of an index is taken by another definition
 */
export async function applyIndexes(sql: Reserved, name: string, script: string, run: RunOptions): Promise<void> {
  await buildIndexes(sql, name, script, run)
  await sql`insert into platestack_migrations (name) values (${name})`
}

/**
 * Builds the indexes of a script one by one, outside a transaction as they must be. Safe to
 * interrupt: an index left invalid is rebuilt, and one that exists under any name is left alone.
 * @throws MigrationError if the name of an index is taken by another definition
 */
export async function buildIndexes(sql: Reserved, name: string, script: string, run: RunOptions): Promise<void> {
  const statements = script
    .replace(/--.*$/gm, '')
    .split(';')
    .map((statement) => statement.replace(/\s+/g, ' ').trim())
    .filter(Boolean)
  for (const statement of statements) {
    const [, unique, index, table, definition] = INDEX.exec(statement) ?? []
    if (!index || !table || !definition)
      throw new TypeError(`${name}: not an index to be built concurrently: ${statement}`)
    const there = await sql<Index[]>`
      select c.relname as name, i.indisvalid as valid, i.indisunique and i.indimmediate as "distinct",
        lower(substring(pg_get_indexdef(i.indexrelid) from 'USING .*$')) as definition
      from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid = to_regclass(${table})`
    const wanted = definition.toLowerCase()
    if (there.some((one) => one.valid && one.definition === wanted && (one.distinct || !unique))) continue
    const namesake = there.find((one) => one.name === index)
    if (namesake?.valid)
      throw new MigrationError(
        `index ${index} exists with another definition (${namesake.definition}); rename it and run again`,
      )
    if (namesake) {
      run.log(`index ${index} was left unfinished: dropping it`)
      await sql.unsafe(`drop index concurrently ${index}`)
    }
    run.log(`building index ${index} on ${table}`)
    await sql.unsafe(statement)
  }
}
