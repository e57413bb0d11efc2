import { parseConfig } from '../../config/config.ts'
import type { Sql } from '../../database/open.ts'
import { getUser, type UserDetails } from '../../queries/users/manage.ts'
import type { Database } from '../../runtimes/node/server.ts'
import { CommandError, UsageError } from '../command.ts'
import { openMigrated } from '../open.ts'

/** Runs `work` on the configured database, and closes it. */
export async function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openMigrated(parseConfig(process.env))
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

/**
 * The one name of a command line.
 * @throws UsageError if there is none, or more
 */
export function onlyName(action: string, [name, ...more]: readonly string[]): string {
  if (!name || more.length) throw new UsageError(`give one user: platestack users ${action} NAME`)
  return name
}

/**
 * A user by name.
 * @throws CommandError if there is none
 */
export async function requireUser(sql: Sql, name: string): Promise<UserDetails> {
  // PostgreSQL has no such text
  const user = name.includes('\0') ? undefined : await getUser(sql, name)
  if (!user) throw new CommandError(`there is no user '${name}'`)
  return user
}
