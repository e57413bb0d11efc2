import { expect } from 'vitest'
import type { Pool } from '../../src/database/open.ts'

/**
 * Waits until nobody else is connected to a database. PostgreSQL sees a moment late that a client has gone, and has
 * workers of its own there, which are none.
 * @param sql of one connection
 */
export async function untilNoOtherClient(sql: Pool): Promise<void> {
  const others = () => sql`
    select application_name, query from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`
  await expect.poll(others, { timeout: 10_000 }).toEqual([])
}
