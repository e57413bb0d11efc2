import type { Pool, Sql } from '../../src/database/open.ts'
import { poolAt } from './pool.ts'
import { startPostgres } from './postgres.ts'

/** A migrated database of a server of its own that a script has filled, over one connection. */
export async function filledDatabase(script: string): Promise<{ sql: Pool; close(): Promise<void> }> {
  const pg = await startPostgres()
  const url = await pg.createDatabase(undefined, 'template')
  await pg.psql(new URL(url).pathname.slice(1), { sql: script })
  const sql = poolAt(url, { max: 1 })
  return {
    sql,
    async close() {
      await sql.end()
      await pg.stop()
    },
  }
}

/** How many rows and index entries of these tables a transaction has read so far. */
export async function rowsRead(tx: Sql, tables: readonly string[]): Promise<number> {
  const [row] = await tx<{ read: number }[]>`
    select sum(pg_stat_get_xact_tuples_returned(c.oid))::int as read
    from pg_class c left join pg_index i on i.indexrelid = c.oid
    where coalesce(i.indrelid, c.oid)::regclass::text = any (${tables})`
  return row!.read
}
