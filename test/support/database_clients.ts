import { expect } from 'vitest'
import type { Pool } from '../../src/database/open.ts'

/**
 * The connections to a database beside one's own. PostgreSQL's workers, which are there too, are no clients.
 * @param sql of one connection
 */
export const otherClients = (sql: Pool) => sql`
  select application_name, query from pg_stat_activity
  where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`

/** Waits until there are none: PostgreSQL sees a moment late that a client has gone. */
export const untilNoOtherClient = (sql: Pool): Promise<void> => expect.poll(() => otherClients(sql)).toEqual([])
