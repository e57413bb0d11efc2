import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../config/config.ts'
import { describePending, migrate, pendingMigrations } from '../database/migrations/migrate.ts'
import type { Log } from '../log.ts'
import { trackOutage } from '../log.ts'
import { secureDataDirectory } from '../runtimes/node/private_files.ts'
import type { Database } from '../runtimes/node/server.ts'
import type { Services } from '../services.ts'
import { CommandError } from './command.ts'
import { mayBecomeReady, nameDatabase } from './explain.ts'

/**
 * The configured database at the newest schema. An embedded one is migrated; a PostgreSQL server's
 * is left to `platestack migrate`.
 * @throws CommandError if it is not migrated
 */
export async function openMigrated(
  config: Config,
  say: (line: string) => void = () => {},
  log?: Log,
  processes = 1,
): Promise<Database> {
  const database = await openUnchecked(config, say, log, processes)
  try {
    if (config.database.kind === 'embedded') await migrate(database.writer, { log: say })
    else {
      const pending = await pendingMigrations(database.writer)
      if (pending.length)
        throw new CommandError(
          `the database ${nameDatabase(config.database)} is not migrated (${describePending(pending)}): run platestack migrate`,
        )
    }
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

/**
 * The configured database as it is.
 * @param processes how many share the server's connections
 */
export async function openUnchecked(
  config: Config,
  say: (line: string) => void,
  log?: Log,
  processes = 1,
): Promise<Database> {
  secureDataDirectory(config, config.database.kind === 'embedded', say)
  const { openDatabase } = await import('../runtimes/node/server.ts')
  return openDatabase(config, log, processes)
}

/** The services of the configured archive, for a command that announces nothing. */
export async function openQuietServices(config: Config): Promise<Services> {
  const [{ openServices }, { openLog }] = await Promise.all([
    import('../runtimes/node/server.ts'),
    import('../runtimes/node/log.ts'),
  ])
  const database = await openMigrated(config)
  const quiet = { ...config, events: { ...config.events, enabled: false } }
  return openServices(quiet, database, openLog()).catch(async (error) => {
    await database.close()
    throw error
  })
}

/** How long to wait for a database, in milliseconds. */
const PATIENCE_MS = 60_000
const PAUSE_MS = 500

/**
 * The same for an archive that may have started before its database: waits for it.
 * @throws the last error, once the database is too late
 */
export async function openWhenReady(config: Config, log: Log, processes = 1): Promise<Database> {
  const name = `the database ${nameDatabase(config.database)}`
  const away = trackOutage(
    log,
    `${name} cannot be reached yet: waiting for up to a minute`,
    `${name} can be reached now`,
  )
  for (const until = Date.now() + PATIENCE_MS; ; await pause(PAUSE_MS)) {
    try {
      const database = await openMigrated(config, (line) => log.info(line), log, processes)
      away.end()
      return database
    } catch (error) {
      if (!mayBecomeReady(error as { code?: unknown }) || Date.now() > until) throw error
      away.begin({ reason: (error as { code: string }).code })
    }
  }
}
