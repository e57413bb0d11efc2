import { parseArgs } from 'node:util'
import { openKeys } from '../auth/open_keys.ts'
import { tokenByName } from '../auth/tokens.ts'
import { type Config, parseConfig } from '../config/config.ts'
import { InUse } from '../runtimes/embedded/directory_lock.ts'
import { requestToken, tokenSocketPath } from '../runtimes/node/token_socket.ts'
import { type Command, CommandError, UsageError } from './command.ts'
import { openMigrated } from './open.ts'

export const token: Command = {
  help: `platestack token: print a user's token, making one if there is none

Usage: platestack token USER

The token goes to standard output alone, for scripts: curl -H "Authorization: Token $(platestack token ingester)" ...
Also works while the archive is running, for the same user of this machine.
`,
  async run(args) {
    const { positionals } = parseArgs({ args, allowPositionals: true, options: {} })
    const [username, ...more] = positionals
    if (username === undefined || more.length) throw new UsageError('give one user: platestack token USER')
    const config = parseConfig(process.env)
    const token = await fetchToken(config, username)
    if (token === null) throw new CommandError(`there is no user '${username}'`)
    process.stdout.write(`${token}\n`)
    return 0
  },
}

/** From the database, or from the archive that has it open; null if there is no such user. */
async function fetchToken(config: Config, username: string): Promise<string | null> {
  const database = await openMigrated(config).catch(async (error) => {
    const token = error instanceof InUse ? await requestToken(tokenSocketPath(config.dataDir), username) : undefined
    if (token === undefined) throw error
    return token
  })
  if (database === null || typeof database === 'string') return database
  try {
    const keys = await openKeys(config, database.writer)
    return await tokenByName(database.writer, keys, username)
  } finally {
    await database.close()
  }
}
