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
 * Runs a script and records its name, in one transaction.
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
  await inShortTries(sql, name, run, async () => {
    await before()
    await sql.unsafe(LEDGER)
    await sql.unsafe(script)
    await sql`insert into platestack_migrations (name) values (${name})`
  })
}

/**
 * Runs work in one transaction. Lock requests give up quickly and all of it is repeated: while a
 * request for an exclusive lock waits, every later reader queues behind it.
 * @param name what is not done, for the operator, when there are no locks
 * @throws MigrationError when the locks are not free within the run's patience
 */
export async function inShortTries(
  sql: Reserved,
  name: string,
  run: RunOptions,
  work: () => Promise<void>,
): Promise<void> {
  const until = Date.now() + run.patience * 1000
  for (let attempt = 0; ; attempt++) {
    // Below deadlock_timeout (1 s) at first, so that in a deadlock we give way and not the other
    // side; above it later, because only then is an autovacuum cancelled.
    const patience = Math.min(2000, Math.round(150 * 1.3 ** attempt))
    try {
      await sql.unsafe(`begin; set local lock_timeout = ${patience}`)
      await work()
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
