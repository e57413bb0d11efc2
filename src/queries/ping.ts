import { query, type Sql } from '../database/sql.ts'

/** Asks the database for nothing: throws when it does not answer. */
export async function ping(sql: Sql): Promise<void> {
  await query(sql, 'ping', {})
}
