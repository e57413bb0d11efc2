// The package platestack: the archive as a web application, for programs that serve it themselves.

import { type Environment, parseConfig } from './config/config.ts'
import { type Log, silent } from './log.ts'
import type { Services } from './services.ts'

export { createApp } from './app.ts'
export { type Config, ConfigError, type Environment } from './config/config.ts'
export type { Log } from './log.ts'
export type { Services } from './services.ts'

/**
 * Opens what the environment configures, as `platestack serve` does: the database, the file store, the
 * cache. An embedded database is made and migrated where that is needed. New frames are announced
 * where there is a broker; but rollups are not folded, and files that could not be removed are not
 * tried again: that is what `platestack serve` does beside answering.
 * @param env the variables that `platestack serve --help` lists
 * @param log nothing is logged unless given
 * @returns what `createApp().fetch(request, services)` takes; `close()` it at the end
 * @throws ConfigError for wrong variables; Error for a database server that is not migrated
 */
export async function connect(env: Environment, log: Log = silent): Promise<Services> {
  const config = parseConfig(env)
  // drivers take a while to load, and where only the app is wanted there may be none
  const [{ openMigrated }, { openServices }] = await Promise.all([
    import('./cli/open.ts'),
    import('./runtimes/node/server.ts'),
  ])
  const database = await openMigrated(config, log.info, log)
  try {
    return await openServices(config, database, log)
  } catch (error) {
    await database.close()
    throw error
  }
}
