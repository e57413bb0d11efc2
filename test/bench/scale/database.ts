import { totalmem } from 'node:os'
import { migrate, pendingMigrations } from '../../../src/database/migrations/migrate.ts'
import type { Pool } from '../../../src/database/open.ts'
import { inRepository } from '../../support/data.ts'
import { poolAt } from '../../support/pool.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { chances } from './sample.ts'
import { FIRST_US, SPAN_DAYS } from './scenarios.ts'

type Say = (line: string) => void

/** A server with as much of the memory for its pages as a database server would have, up to 4 GB. */
export const startDatabase = (): Promise<TestPostgres> =>
  startPostgres({ shared_buffers: `${Math.min(4096, Math.floor(totalmem() / 2 ** 20 / 4))}MB`, max_wal_size: '8GB' })

/** Fills a new database of the reference archive with `frames`; gives its URL. */
export async function fill(postgres: TestPostgres, frames: number): Promise<string> {
  const url = await postgres.createDatabase()
  const name = new URL(url).pathname.slice(1)
  await postgres.psql(name, { file: inRepository('test/adopt/reference-v2.sql.gz') })
  await postgres.psql(name, { sql: 'truncate frames_frame cascade' })
  await postgres.psql(name, { file: inRepository('test/adopt/fill-reference.sql') }, { n: String(frames) })
  return url
}

/** Fills a new database and adopts it; gives its URL. */
export async function build(postgres: TestPostgres, frames: number, say: Say): Promise<string> {
  say(`filling in ${frames} frames`)
  const url = await fill(postgres, frames)
  await adopt(url, say)
  return url
}

/** Migrates a database and measures its tables for the planner. */
async function adopt(url: string, say: Say): Promise<void> {
  const sql = poolAt(url, { max: 1, statementTimeoutMs: 0, deadlineMs: null })
  try {
    const { kind, applied } = await migrate(sql, { log: say })
    if (applied.length) await sql.unsafe('vacuum analyze')
    say(`the database is ${kind}`)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** The same database for connections that cannot write. */
export const readOnly = (url: string): string => {
  const target = new URL(url)
  target.searchParams.set('options', '-c default_transaction_read_only=on')
  // libpq takes a plus for itself
  return target.href.replaceAll('+', '%20')
}

/**
 * Looks at a prepared database, on which nothing is written unless it is to be migrated; gives how many frames it was filled with.
 * @throws unless all frames are the fill's, and its schema is the newest
 */
export async function checkPrepared(url: string, mayMigrate: boolean, say: Say): Promise<number> {
  const { hostname } = new URL(url)
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
    throw new Error(
      `the database has to be on this machine, and ${hostname} is not: pgbench runs on the same one as the archive`,
    )
  const sql = poolAt(readOnly(url), { max: 1, statementTimeoutMs: 600_000 })
  try {
    const frames = await checkShape(sql)
    const pending = await pendingMigrations(sql)
    if (pending.length === 0) return frames
    if (!mayMigrate) throw new Error(`the database is not migrated (${pending.join(', ')}): --migrate does it`)
    await adopt(url, say)
    return frames
  } finally {
    await sql.end({ timeout: 5 })
  }
}

const SAMPLES = 100

/** Whether ids go from 1 to as many as there are, and the frames of some are as the fill made them out of that number. */
async function checkShape(sql: Pool): Promise<number> {
  const [table] = await sql<{ name: string | null }[]>`
    select coalesce(to_regclass('frames'), to_regclass('frames_frame'))::text as name`
  if (!table?.name) throw new Error('the database has no frames')
  const frames = sql(table.name)
  const [size] = await sql<{ least: number | null; most: number | null }[]>`
    select (select id from ${frames} order by id limit 1) as least, (select id from ${frames} order by id desc limit 1) as most`
  const { least, most } = size!
  const chance = chances(5)
  const ids = Array.from({ length: SAMPLES }, () => 1 + Math.floor(chance() * (most ?? 0)))
  const found = await sql<{ id: number; basename: string; taken: number }[]>`
    select id, basename, (extract(epoch from observation_date) * 1000000)::float8 as taken from ${frames}
    where id = any (${ids}::int[])`
  const made = ({ id, basename, taken }: (typeof found)[number]) =>
    basename.endsWith(`-${id}`) &&
    Math.abs(taken - FIRST_US - (id / most!) * SPAN_DAYS * 86_400_000_000 - (id % 997)) < 2
  if (least !== 1 || found.length !== new Set(ids).size || !found.every(made))
    throw new Error('the database was not filled by test/adopt/fill-reference.sql, or has been changed since')
  return most!
}
