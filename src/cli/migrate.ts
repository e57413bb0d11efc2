import { parseArgs } from 'node:util'
import { openKeys } from '../auth/open_keys.ts'
import { convertPlainTokens } from '../auth/tokens.ts'
import { parseConfig } from '../config/config.ts'
import { pendingMigrations, retireReference, migrate as run } from '../database/migrations/migrate.ts'
import { secureDataDirectory } from '../runtimes/node/private_files.ts'
import type { Command } from './command.ts'

export const migrate: Command = {
  help: `platestack migrate: bring the database to the newest schema

Usage: platestack migrate [--retire-reference]

An empty database gets its tables. A database of the reference archive is adopted in place: its tables are renamed and extended, none is
rewritten, and views under the old names let its server go on beside this one. Anything else is refused, with nothing changed. Sequences that are
behind their tables, as after rows were copied in, are repaired. Names that contain a text are found by indexes of the extension pg_trgm: where the
role may not create it, run this again once it is there. Can be interrupted and run again at any time.

  --retire-reference   drop those views and erase the plain tokens kept for the old server; there is no way back

The database is the one of DATABASE_URL or DB_HOST, DB_PORT, DB_NAME, DB_USER and DB_PASS; none of them set: the embedded one.
`,
  async run(args) {
    const { values } = parseArgs({ args, options: { 'retire-reference': { type: 'boolean', default: false } } })
    const config = parseConfig(process.env)
    const say = (line: string) => void process.stderr.write(`${line}\n`)
    secureDataDirectory(config, config.database.kind === 'embedded', say)
    const { openDatabase } = await import('../runtimes/node/server.ts')
    const database = await openDatabase(config)
    try {
      // a wrong key is refused before anything is changed, where there are tables to tell by
      const pending = await pendingMigrations(database.writer)
      if (!pending.includes('000002_extend')) await openKeys(config, database.writer)
      const { kind, applied } = await run(database.writer, { log: say })
      const keys = await openKeys(config, database.writer)
      const converted = await convertPlainTokens(database.writer, keys)
      if (converted) say(`${converted} plain tokens are now kept encrypted`)
      if (applied.length === 0) say('the database is up to date')
      else if (kind === 'adopted')
        say('the reference archive is adopted: platestack serve can run on it, beside its own server')
      else say('the database is ready')
      if (values['retire-reference'] && !(await retireReference(database.writer, { log: say })))
        say('there is nothing left of the reference archive to retire')
      return 0
    } finally {
      await database.close()
    }
  },
}
