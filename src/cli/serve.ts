import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { parseConfig, SECTIONS } from '../config/config.ts'
import { openLog } from '../runtimes/node/log.ts'
import { logProcess } from '../runtimes/node/process_log.ts'
import { parsePlace } from '../runtimes/node/workers/messages.ts'
import { type Command, UsageError } from './command.ts'
import { keepReloads } from './reload.ts'

const variables = Object.entries(SECTIONS)
  .map(
    ([title, section]) =>
      `${title}:\n${Object.entries(section)
        .map(([name, v]) => `  ${name.padEnd(36)} ${v.about} [${v.shown}]`)
        .join('\n')}`,
  )
  .join('\n\n')

/**
 * Processes on a machine of any number of cores, unless told: each has four connections at least to
 * a PostgreSQL server, which takes a hundred.
 */
const MOST_UNASKED = 16

export const serve: Command = {
  help: `platestack serve: run the archive until SIGTERM or Ctrl-C

Usage: platestack serve [--workers N]

  --workers N   processes that serve, in place of WORKERS: 1 is this process itself; with more, this one starts them, replaces those
                that end and keeps what they share. Without either there is one for each core, 16 at most, and with the embedded
                database one.

With nothing configured, database and files are kept in ./data, which only this user may read, and a superuser is created at the first start:
platestack token admin prints its token.
A configured PostgreSQL database has to be migrated first: platestack migrate. If it is not up yet, serve waits for up to a minute.
The log goes to standard error: a JSON object per line, or plain text on a terminal.

Environment variables, with their defaults:

${variables}
`,
  async run(args) {
    const { values } = parseArgs({ args, options: { workers: { type: 'string' }, worker: { type: 'string' } } })
    // so that worker processes, and explanations of errors, read the same
    if (values.workers !== undefined) process.env.WORKERS = values.workers
    const config = parseConfig(process.env)
    // what a first process starts the others with: not for the command line
    const place = values.worker === undefined ? null : parsePlace(values.worker)
    if (values.worker !== undefined && !(place && process.send))
      throw new UsageError('--worker is for the processes that platestack serve starts itself: --workers says how many')
    const log = openLog(process.stderr, place ? { worker: place.number } : {})
    logProcess(log)
    if (place) return (await import('./serve_worker.ts')).runWorker(config, log, place)
    keepReloads()
    try {
      const count = config.workers ?? Math.min(MOST_UNASKED, availableParallelism())
      if (count > 1) return await (await import('./serve_workers.ts')).runWorkers(config, log, count)
      return await (await import('./serve_run.ts')).runArchive(config, log)
    } catch (error) {
      if (process.stderr.isTTY) throw error
      const { explainError } = await import('./explain.ts')
      const { text, code } = explainError(error as Error, process.env)
      log.error(text)
      return code
    }
  },
}
