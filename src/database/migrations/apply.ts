import { isLostConnection } from '../faults.ts'
import type { Reserved } from '../open.ts'
import { MigrationError } from './error.ts'

/** How a run speaks, and for how many seconds it tries to get locks that others hold. */
export interface Manner {
  log: (line: string) => void
  patience: number
}

const LEDGER = `create table if not exists platestack_migrations (
  name text primary key,
  applied timestamptz not null default now()
)`

/**
 * Waits in the server, in seconds: a connection that is lost meanwhile then says so, where an idle one would leave the next query
 * without an answer.
 */
export const pause = async (sql: Reserved, seconds: number): Promise<void> => {
  await sql.unsafe(`select pg_sleep(${seconds})`)
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '')

/**
 * Runs a script and enters its name in the ledger, in one transaction; before: a check inside it that may throw.
 * A lock that is not had within a moment is let go and asked for again, so that those who queue behind it are not held up for long:
 * waiting for an exclusive lock stops every later reader as well.
 */
export async function applyScript(
  sql: Reserved,
  name: string,
  script: string,
  manner: Manner,
  before: () => Promise<void> = async () => {},
): Promise<void> {
  const until = Date.now() + manner.patience * 1000
  for (let attempt = 0; ; attempt++) {
    // Below deadlock_timeout (1 s) at first, so that in a deadlock we give way and the other's transaction is not lost; above it later,
    // for only then is an autovacuum sent away.
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
      const code = codeOf(error)
      if (code !== '55P03' && code !== '40P01') throw error
      if (Date.now() > until)
        throw new MigrationError(
          `${name} did not get its locks within ${manner.patience} s and was not applied; held by ${await holders(sql)}. Run it again in a quieter hour.`,
        )
      if (attempt % 10 === 1) manner.log(`${name} waits for locks; held by ${await holders(sql)}`)
      await pause(sql, (4 * patience) / 1000)
    }
  }
}

/** Who is longest in a transaction of this database, for the operator. */
async function holders(sql: Reserved): Promise<string> {
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
 * Runs a script of `create index concurrently` statements one by one, outside a transaction (as they must be), then enters its name.
 * Safe to stop anywhere: an index that a stopped run left invalid is dropped and built anew, one that is there already under
 * whatever name is left alone.
 */
export async function applyIndexes(sql: Reserved, name: string, script: string, manner: Manner): Promise<void> {
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
    if (there.some((one) => one.valid && one.definition === definition && (one.distinct || !unique))) continue
    const namesake = there.find((one) => one.name === index)
    if (namesake?.valid)
      throw new MigrationError(
        `index ${index} is there with another definition (${namesake.definition}); rename it and run again`,
      )
    if (namesake) {
      manner.log(`index ${index} was left unfinished: dropping it`)
      await sql.unsafe(`drop index concurrently ${index}`)
    }
    manner.log(`building index ${index} on ${table}`)
    await sql.unsafe(statement)
  }
  await sql`insert into platestack_migrations (name) values (${name})`
}
