#!/usr/bin/env node
import { escapeForTerminal } from '../runtimes/node/escape_for_terminal.ts'
import { version } from '../version.ts'
import { type Command, UsageError } from './command.ts'
import { describeOutputFault } from './output_fault.ts'

/** Each is loaded when it is called. */
const COMMANDS: Record<string, { summary: string; load(): Promise<Command> }> = {
  serve: { summary: 'run the archive', load: async () => (await import('./serve.ts')).serve },
  migrate: {
    summary: 'bring the database to the newest schema, or adopt one of the reference archive',
    load: async () => (await import('./migrate.ts')).migrate,
  },
  createsuperuser: {
    summary: 'create a user who may do everything',
    load: async () => (await import('./createsuperuser.ts')).createSuperuser,
  },
  token: { summary: "print a user's token", load: async () => (await import('./token.ts')).token },
  'rotate-secret-key': {
    summary: 'change to another SECRET_KEY',
    load: async () => (await import('./rotate_secret_key.ts')).rotateSecretKey,
  },
  ingest: {
    summary: 'put files into an archive: from a FITS file to a searchable frame',
    load: async () => (await import('./ingest.ts')).ingest,
  },
  import: {
    summary: "import another archive's frames, through its API or from its database",
    load: async () => (await import('./import.ts')).importFrames,
  },
  checksum: {
    summary: 'fill in the size and CRC-32 of files where the archive lacks them',
    load: async () => (await import('./checksum.ts')).checksum,
  },
  verify: {
    summary: 'compare the stored files with their records, a share at a time',
    load: async () => (await import('./verify.ts')).verify,
  },
  repair: {
    summary: 'list what is wrong with stored files and what to do about it; put them back from copies',
    load: async () => (await import('./repair.ts')).repair,
  },
  rollups: {
    summary: 'check the counts that are kept of all frames, or rebuild them',
    load: async () => (await import('./rollups.ts')).rollups,
  },
  outbox: {
    summary: 'list, retry or drop messages about new frames that are waiting or refused',
    load: async () => (await import('./outbox.ts')).outboxCommand,
  },
  doctor: {
    summary: 'try every configured service, and say what is wrong and what to do',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  partition: {
    summary: 'keep the frames in a table for each year or month, in very large archives',
    load: async () => (await import('./partition.ts')).partition,
  },
  users: {
    summary: 'list users, grant and revoke rights, replace tokens',
    load: async () => (await import('./users.ts')).users,
  },
  deleteframes: {
    summary: 'delete frames with their files, by age, day, site, type and more',
    load: async () => (await import('./deleteframes.ts')).deleteframes,
  },
  expireguides: {
    summary: 'delete guide frames older than a year',
    load: async () => (await import('./expireguides.ts')).expireguides,
  },
  showthrottle: {
    summary: 'show how many requests callers have made, and who is throttled',
    load: async () => (await import('./showthrottle.ts')).showthrottle,
  },
  cacheaggregates: {
    summary: 'do nothing, for cron lines of the reference archive',
    load: async () => (await import('./cacheaggregates.ts')).cacheaggregates,
  },
  funpack: {
    summary: 'uncompress a FITS file to standard output',
    load: async () => (await import('./funpack.ts')).funpack,
  },
}

/** Names that the reference archive gives commands. */
const SECOND_NAMES: Record<string, string> = { expireguideframes: 'expireguides' }

const help = `platestack: an observatory's science archive

Usage: platestack COMMAND [OPTIONS]

Commands:
${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(18)} ${summary}`)
  .join('\n')}

platestack COMMAND --help describes each command, platestack --version prints the release.
Configuration is read from environment variables: platestack serve --help lists them.
`

/** Exit codes: 0 done, 1 it failed, 2 the command line or the configuration is wrong. */
async function main(args: string[]): Promise<number> {
  const [given, ...rest] = args
  const name = given !== undefined && Object.hasOwn(SECOND_NAMES, given) ? SECOND_NAMES[given] : given
  if (name === undefined) {
    process.stderr.write(help)
    return 2
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(help)
    return 0
  }
  if (name === '--version') {
    process.stdout.write(`${version}\n`)
    return 0
  }
  if (!Object.hasOwn(COMMANDS, name))
    throw new UsageError(`there is no command '${name}'; platestack --help lists them`)
  const command = await COMMANDS[name]!.load()
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(command.help)
    return 0
  }
  // worker processes have it of the first one
  if (process.env.PLATESTACK_ENV_FILE && !rest.includes('--worker')) (await import('./environment.ts')).applyEnvFile()
  return command.run(rest)
}

/** Why standard output could not be written to. What a command does goes on: only its words are lost. */
let unwritten: NodeJS.ErrnoException | null = null
process.stdout.on('error', (error) => {
  unwritten ??= error
})
process.stderr.on('error', () => {})

/** The exit code where output may have been lost. A reader that has read enough, such as `head`, is no failure. */
function codeWhenWritten(code: number): number {
  if (unwritten === null || unwritten.code === 'EPIPE') return code
  process.stderr.write(`platestack: standard output cannot be written to: ${describeOutputFault(unwritten)}\n`)
  return code || 1
}

main(process.argv.slice(2)).then(
  (code) =>
    // what was written is waited for, and not a request without an answer, which a run that was
    // stopped may leave behind
    process.stdout.write('', () =>
      // its error is told after this
      setImmediate(() => {
        process.exitCode = codeWhenWritten(code)
        process.stderr.write('', () => process.exit())
      }),
    ),
  async (error: Error) => {
    const { explainError } = await import('./explain.ts')
    const { text, code } = explainError(error, process.env)
    process.stderr.write(`platestack: ${text.split('\n').map(escapeForTerminal).join('\n')}\n`)
    // a pool that was opened would keep the process alive
    process.exit(code)
  },
)
