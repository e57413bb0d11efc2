import { parseArgs } from 'node:util'
import { openKeys } from '../auth/open_keys.ts'
import { tokenOf } from '../auth/tokens.ts'
import { parseConfig } from '../config.ts'
import { byName } from '../queries/users.ts'
import { CommandError } from './explain.ts'
import type { Command } from './main.ts'
import { openMigrated } from './open.ts'
import { UsageError } from './usage.ts'

export const token: Command = {
  summary: "print a user's token",
  help: `platestack token: print a user's token, making one if there is none

Usage: platestack token USER

The token goes to standard output alone, for scripts: curl -H "Authorization: Token $(platestack token ingester)" ...
`,
  async run(args) {
    const { positionals } = parseArgs({ args, allowPositionals: true, options: {} })
    const [username, ...more] = positionals
    if (username === undefined || more.length) throw new UsageError('give one user: platestack token USER')
    const config = parseConfig(process.env)
    const database = await openMigrated(config)
    try {
      const keys = await openKeys(config, database.writer)
      const user = await byName(database.writer, username)
      if (!user) throw new CommandError(`there is no user '${username}'`)
      process.stdout.write(`${await tokenOf(database.writer, keys, user.id)}\n`)
      return 0
    } finally {
      await database.close()
    }
  },
}
