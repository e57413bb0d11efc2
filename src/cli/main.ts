import { escapeForTerminal } from '../runtimes/node/escape_for_terminal.ts'
import { version } from '../version.ts'
import { checksum } from './checksum.ts'
import { createSuperuser } from './createsuperuser.ts'
import { explainError } from './explain.ts'
import { funpack } from './funpack.ts'
import { ingest } from './ingest.ts'
import { migrate } from './migrate.ts'
import { rotateSecretKey } from './rotate_secret_key.ts'
import { serve } from './serve.ts'
import { token } from './token.ts'
import { UsageError } from './usage.ts'

/** A command of `platestack`: its words in the list of commands, its help, and what it does with what follows it. */
export interface Command {
  summary: string
  help: string
  run(args: string[]): Promise<number>
}

const COMMANDS: Record<string, Command> = {
  serve,
  migrate,
  createsuperuser: createSuperuser,
  token,
  'rotate-secret-key': rotateSecretKey,
  ingest,
  checksum,
  funpack,
}

const help = `platestack: an observatory's science archive

Usage: platestack COMMAND [OPTIONS]

Commands:
${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(18)} ${summary}`)
  .join('\n')}

platestack COMMAND --help tells more of each, platestack --version which release this is. Configuration is read from environment variables: platestack serve --help lists them.
`

/** Exit codes: 0 done, 1 it failed, 2 the command line or the configuration is wrong. */
async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args
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
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!command) throw new UsageError(`there is no command '${name}'; platestack --help lists them`)
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(command.help)
    return 0
  }
  return command.run(rest)
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
    // what was written is waited for, and not a request without an answer, which a run that was stopped may leave behind
    process.stdout.write('', () => process.stderr.write('', () => process.exit()))
  },
  (error: Error) => {
    const { text, code } = explainError(error, process.env)
    process.stderr.write(`platestack: ${text.split('\n').map(escapeForTerminal).join('\n')}\n`)
    // a pool that was opened would keep the process alive
    process.exit(code)
  },
)
