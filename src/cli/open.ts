import type { Config } from '../config.ts'
import { migrate, pendingMigrations } from '../migrations.ts'
import { type Database, openDatabase } from '../runtime/node.ts'
import { secureDataDirectory } from '../runtime/private_files.ts'
import type { Log } from '../services.ts'
import { CommandError, where } from './explain.ts'

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
