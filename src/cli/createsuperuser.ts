import { parseArgs } from 'node:util'
import { openKeys } from '../auth/open_keys.ts'
import { hashPassword } from '../auth/passwords.ts'
import { parseConfig } from '../config/config.ts'
import { addSuperuser } from '../queries/users/save.ts'
import { type Command, CommandError, UsageError } from './command.ts'
import { openMigrated } from './open.ts'
import { openPrompt } from './prompt.ts'

export const createSuperuser: Command = {
  help: `platestack createsuperuser: create a local user who may do everything

Usage: platestack createsuperuser [--username NAME] [--email ADDRESS] [--noinput]

  --username NAME    the user name; asked for when not given
  --email ADDRESS    the e-mail address; may stay empty
  --noinput          ask nothing: the username comes from --username or SUPERUSER_USERNAME, the password from SUPERUSER_PASSWORD

The password is asked for twice, and is never taken from the command line, where other users could read it.
`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        username: { type: 'string' },
        email: { type: 'string', default: '' },
        noinput: { type: 'boolean', default: false },
      },
    })
    const config = parseConfig(process.env)
    const { username, password } = values.noinput
      ? readCredentials(values.username)
      : await askCredentials(values.username)
    const database = await openMigrated(config)
    try {
      // a key that is not the database's would only be noticed later
      await openKeys(config, database.writer)
      const id = await addSuperuser(database.writer, username, await hashPassword(password), values.email)
      if (id === undefined) throw new CommandError(`there is a user '${username}' already`)
      process.stdout.write(`Superuser '${username}' created.\n`)
      return 0
    } finally {
      await database.close()
    }
  },
}

function checkName(username: string): string {
  if (!/^[\w.@+-]{1,150}$/.test(username))
    throw new UsageError('a username has 1 to 150 letters, digits, or characters of @.+-_')
  return username
}

function checkPassword(password: string): string {
  if (password.length < 8) throw new UsageError('a password has 8 characters at least')
  return password
}

function readCredentials(flag: string | undefined): { username: string; password: string } {
  const username = flag ?? process.env.SUPERUSER_USERNAME
  const password = process.env.SUPERUSER_PASSWORD
  if (!username) throw new UsageError('--noinput needs --username or SUPERUSER_USERNAME')
  if (!password) throw new UsageError('--noinput needs SUPERUSER_PASSWORD')
  return { username: checkName(username), password: checkPassword(password) }
}

async function askCredentials(flag: string | undefined): Promise<{ username: string; password: string }> {
  if (!process.stdin.isTTY)
    throw new UsageError('there is no terminal to ask on: use --noinput, see platestack createsuperuser --help')
  const terminal = openPrompt('nothing was created')
  try {
    const username = checkName(flag ?? (await terminal.ask('Username: ')).trim())
    return { username, password: await terminal.askNewSecret('Password', 'password', checkPassword) }
  } finally {
    terminal.close()
  }
}
