import { parseArgs } from 'node:util'
import { deriveKeys } from '../auth/keys.ts'
import { tokenOf } from '../auth/tokens.ts'
import { parseConfig } from '../config.ts'
import { secretKeyOf } from '../connect.ts'
import { byName } from '../queries/users.ts'
import { openDatabase } from '../runtime/node.ts'
import type { Command } from './main.ts'
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
    const database = await openDatabase(config)
    try {
      const user = await byName(database.writer, username)
      if (!user) {
        process.stderr.write(`platestack: there is no user '${username}'\n`)
        return 1
      }
      const keys = await deriveKeys(await secretKeyOf(config, database.writer))
      process.stdout.write(`${await tokenOf(database.writer, keys, user.id)}\n`)
      return 0
    } finally {
      await database.close()
    }
  },
}
