import { parseArgs } from 'node:util'
import { parseConfig, SECTIONS } from '../config/config.ts'
import { openLog } from '../runtimes/node/log.ts'
import { logProcess } from '../runtimes/node/process_log.ts'
import type { Command } from './command.ts'

const variables = Object.entries(SECTIONS)
  .map(
    ([title, section]) =>
      `${title}:\n${Object.entries(section)
        .map(([name, v]) => `  ${name.padEnd(36)} ${v.about} [${v.shown}]`)
        .join('\n')}`,
  )
  .join('\n\n')

export const serve: Command = {
  help: `platestack serve: run the archive until SIGTERM or Ctrl-C

Usage: platestack serve

With nothing configured, database and files are kept in ./data, which only this user may read, and a superuser is created at the first start:
platestack token admin prints its token.
A configured PostgreSQL database has to be migrated first: platestack migrate. If it is not up yet, serve waits for up to a minute.
The log goes to standard error: a JSON object per line, or plain text on a terminal.

Environment variables, with their defaults:

${variables}
`,
  async run(args) {
    parseArgs({ args, options: {} })
    const config = parseConfig(process.env)
    const log = openLog()
    logProcess(log)
    try {
      const { runArchive } = await import('./serve_run.ts')
      return await runArchive(config, log)
    } catch (error) {
      if (process.stderr.isTTY) throw error
      const { explainError } = await import('./explain.ts')
      const { text, code } = explainError(error as Error, process.env)
      log.error(text)
      return code
    }
  },
}
