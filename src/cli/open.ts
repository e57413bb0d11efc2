import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../config/config.ts'
import { migrate, pendingMigrations } from '../database/migrations/migrate.ts'
import type { Log } from '../log.ts'
import { outage } from '../log.ts'
import { secureDataDirectory } from '../runtimes/node/private_files.ts'
import type { Database } from '../runtimes/node/server.ts'
import { CommandError } from './command.ts'
import { mayCome, where } from './explain.ts'

/**
 * The configured database, at the newest schema: the embedded one is brought there, a PostgreSQL server's is left to `platestack migrate`.
 * Throws CommandError for one that is not migrated.
 */
export async function openMigrated(
  config: Config,
  say: (line: string) => void = () => {},
  log?: Log,
): Promise<Database> {
  secureDataDirectory(config, config.database.kind === 'embedded', say)
  const { openDatabase } = await import('../runtimes/node/server.ts')
  const database = await openDatabase(config, log)
  try {
    if (config.database.kind === 'embedded') await migrate(database.writer, { log: say })
    else {
      const pending = await pendingMigrations(database.writer)
      if (pending.length)
        throw new CommandError(
          `the database ${where(config.database)} is not migrated (${pending.join(', ')}): run platestack migrate`,
        )
    }
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

/** How long a database may be late, in milliseconds. */
const PATIENCE_MS = 60_000
const PAUSE_MS = 500

/** The same for an archive that may have been started before its database: that is waited for. */
export async function openWhenThere(config: Config, log: Log): Promise<Database> {
  const name = `the database ${where(config.database)}`
  const away = outage(log, `${name} cannot be reached yet: it is waited for, up to a minute`, `${name} is there`)
  for (const until = Date.now() + PATIENCE_MS; ; await pause(PAUSE_MS)) {
    try {
      const database = await openMigrated(config, (line) => log.info(line), log)
      away.end()
      return database
    } catch (error) {
      if (!mayCome(error as { code?: unknown }) || Date.now() > until) throw error
      away.begin({ reason: (error as { code: string }).code })
    }
  }
}
