import type { Log } from '../../log.ts'
import { openLog } from '../../runtimes/node/log.ts'
import { CommandError } from '../command.ts'
import { describeOutputFault } from '../output_fault.ts'
import { type Progress, showProgress } from '../progress.ts'
import { filesOf, pathsOf, readyFiles, takesBy } from './files.ts'
import { beside, givenMetadata } from './metadata.ts'
import { openWork, settingOf } from './open.ts'
import { type IngestOptions, ingestOptions } from './options.ts'
import { openReport } from './report.ts'
import { runAll } from './run.ts'
import { type StopSignals, stopSignals } from './signals.ts'
import { type Takes, walk } from './walk.ts'
import { onlyFolders, type Watch, watchFolders } from './watch.ts'
import { tableHead, type Work } from './work.ts'

/**
 * A refusal is not reported before the file has been unchanged for so long: it may be incomplete.
 */
const PATIENCE_MS = 60_000
/** How often a watch logs how far it is. */
const WATCH_LOG_MS = 600_000

/** Runs `platestack ingest` with the options given; gives the exit code. */
export async function runIngest(args: string[]): Promise<number> {
  const options = ingestOptions(args)
  const setting = settingOf(options)
  const metadata = await givenMetadata(options.metadata)
  if (options.mode === 'watch') await onlyFolders(options.paths)
  const stop = stopSignals()
  const bar = showProgress('files', 0, process.stderr, options.mode === 'watch' ? { logMs: WATCH_LOG_MS } : {})
  const log = logAbove(bar)
  const { work, close } = await openWork(options, setting, metadata, log)
  try {
    return await ingestAll(options, work, takesBy(setting.rules.classOverrides), stop, bar, log)
  } finally {
    stop.over()
    await close()
  }
}

/** Works on all that the command line names, and reports it; gives the exit code. */
async function ingestAll(
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

/** The log, above the line of the progress. */
function logAbove(bar: Progress): Log {
  const log = openLog()
  return {
    info: (...words) => bar.above(() => log.info(...words)),
    warn: (...words) => bar.above(() => log.warn(...words)),
    error: (...words) => bar.above(() => log.error(...words)),
  }
}
