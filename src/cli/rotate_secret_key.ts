import { parseArgs } from 'node:util'
import { deriveKeys, newSecretKey } from '../auth/keys.ts'
import { openKeys } from '../auth/open_keys.ts'
import { rotateKeys } from '../auth/rotation.ts'
import { parseConfig } from '../config/config.ts'
import { counted } from '../counted.ts'
import { inTransaction } from '../database/races.ts'
import { type Command, UsageError } from './command.ts'
import { openMigrated } from './open.ts'
import { openPrompt } from './prompt.ts'

const MIN_LENGTH = 16

export const rotateSecretKey: Command = {
  help: `platestack rotate-secret-key: change to another SECRET_KEY

Usage: platestack rotate-secret-key

SECRET_KEY     the current key; if not set, the one that the archive made and keeps in its database
NEW_SECRET_KEY the new key, of ${MIN_LENGTH} characters or more; if not set, it is asked for on the terminal, twice, and not shown. If SECRET_KEY is
               not set either, the archive makes a new key and keeps it in its database.

Everything kept under the key is encrypted anew, in one transaction: tokens stay valid. Sessions, signed addresses and cursors end. Stop the
archive first, or restart all of its processes with the new key right afterwards: until then they answer 503 to what they cannot check.
The keys are never taken from the command line, where other users could read them, and never printed.
`,
  async run(args) {
    parseArgs({ args, options: {} })
    const config = parseConfig(process.env)
    const given = process.env.NEW_SECRET_KEY
    if (given !== undefined) checkKey(given)
    const isKept = config.secretKey === null && given === undefined
    const fresh = isKept ? newSecretKey() : (given ?? (await askForKey()))
    if (fresh === config.secretKey) throw new UsageError('the new key is the same as the current key')
    const { writer, close } = await openMigrated(config)
    try {
      const [old, keys] = [await openKeys(config, writer), await deriveKeys(fresh)]
      const { renewed, lost } = await inTransaction(writer, (tx) => rotateKeys(tx, old, keys, isKept ? fresh : null))
      const say = (line: string) => void process.stdout.write(`${line}\n`)
      say(
        `${counted(renewed, 'token is', 'tokens are')} kept under the new key. Sessions, signed addresses and cursors made so far are no longer valid.`,
      )
      if (lost)
        say(
          `${counted(lost, 'token')} could not be decrypted with the current key, and ${lost === 1 ? 'stays' : 'stay'} invalid.`,
        )
      say(
        isKept
          ? 'The new key is kept in the database: restart every process of the archive that is running.'
          : 'Set SECRET_KEY to the new key now, and restart every process of the archive that is running.',
      )
      return 0
    } finally {
      await close()
    }
  },
}

function checkKey(key: string): string {
  if (key.length < MIN_LENGTH) throw new UsageError(`a new SECRET_KEY has ${MIN_LENGTH} characters at least`)
  return key
}

async function askForKey(): Promise<string> {
  if (!process.stdin.isTTY)
    throw new UsageError('set NEW_SECRET_KEY: there is no terminal to ask on, see platestack rotate-secret-key --help')
  const terminal = openPrompt('nothing was changed')
  try {
    return await terminal.askNewSecret('New SECRET_KEY', 'key', checkKey)
  } finally {
    terminal.close()
  }
}
