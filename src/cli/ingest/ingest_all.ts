import type { Log } from '../../log.ts'
import { CommandError } from '../explain.ts'
import type { Progress } from '../progress.ts'
import { filesOf, pathsOf, readyFiles } from './files.ts'
import { beside } from './metadata.ts'
import type { IngestOptions } from './options.ts'
import { openReport } from './report.ts'
import { runAll } from './run.ts'
import type { StopSignals } from './signals.ts'
import { type Takes, walk } from './walk.ts'
import { type Watch, watchFolders } from './watch.ts'
import { tableHead, type Work } from './work.ts'

/** How long a file may have been as it is and be refused without a word: it may still be written. */
const PATIENCE_MS = 60_000
/** How often a watch logs how far it is. */
export const WATCH_LOG_MS = 600_000

/**
 * Works on all that the command line names, and reports it.
 * @returns the exit code
 */
export async function ingestAll(
  options: IngestOptions,
  work: Work,
  takes: Takes,
  stop: StopSignals,
  bar: Progress,
  log: Log,
): Promise<number> {
  const { mode, paths, output, separator, concurrency } = options
  const report = openReport({ mode, output }, bar, log)
  if (mode === 'dry-run' && output === 'text') process.stdout.write(`${tableHead}\n`)
  const watch = mode === 'watch' ? watching(options, takes, log) : null
  const list = () => pathsOf(process.stdin, separator)
  const files = watch ? readyFiles(watch, stop.signal) : filesOf(paths, takes, list)
  const total = watch || paths.includes('-') ? null : countIn(paths, takes, bar, stop.signal)
  const counted = total === null ? 'as it comes' : 'beside'
  try {
    await runAll({ files, work, report, bar, concurrency, ...stop, watch, counted })
  } catch (error) {
    if (report.done) await report.end({ left: null })
    throw error
  } finally {
    // a list that is not at its end would keep the process alive
    if (paths.includes('-')) process.stdin.destroy()
  }
  const name = stop.name()
  const all = name === null || watch ? null : await total
  const isWhole = (name === null || watch !== null) && !stop.outputFault()
  const unreported = watch?.unreported() ?? 0
  if (isWhole) await report.end(unreported ? { left: unreported } : null)
  else await report.end({ left: all == null ? null : Math.max(0, all - report.done) })
  // the summary may have been what could not be written
  await new Promise((resolve) => process.stdout.write('', resolve))
  const fault = stop.outputFault()
  if (fault)
    throw new CommandError(`standard output cannot be written to, which ended the run: ${describeOutputFault(fault)}`)
  if (isWhole) return report.allIn ? 0 : 1
  return name === 'SIGINT' ? 130 : 143
}

function describeOutputFault({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EPIPE') return 'nobody reads it any more'
  return code === 'ENOSPC' ? 'its disk is full' : message
}

function watching({ paths, settleMs }: IngestOptions, takes: Takes, log: Log): Watch {
  log.info('watching for new files, until Ctrl-C', { folders: paths })
  const problem = (path: string, reason: string) => log.warn('a path cannot be looked at', { path, reason })
  return watchFolders(paths, { takes, settleMs, patienceMs: PATIENCE_MS, beside, problem })
}

const COUNTED_AT_A_TIME = 1_000

/** Counts what there is to do while it is being done; null where the signal came before the end. */
async function countIn(
  paths: readonly string[],
  takes: Takes,
  bar: Progress,
  signal: AbortSignal,
): Promise<number | null> {
  let total = 0
  for await (const { kind } of walk(paths, takes)) {
    if (signal.aborted) return null
    if (kind === 'file' && ++total % COUNTED_AT_A_TIME === 0) bar.expect(total, 'open')
  }
  bar.expect(total)
  return total
}
