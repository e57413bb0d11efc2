import { stat } from 'node:fs/promises'
import type { Log } from '../log.ts'
import { openLog } from '../runtimes/node/log.ts'
import { CommandError, UsageError } from './command.ts'
import { fileFault } from './ingest/file.ts'
import { filesOf, pathsOf, readyFiles, takesBy } from './ingest/files.ts'
import { beside, type GivenMetadata, givenMetadata } from './ingest/metadata.ts'
import { beginRun, openArchive, openEngine, type Setting, settingOf, tagsOf } from './ingest/open.ts'
import { type IngestOptions, ingestOptions } from './ingest/options.ts'
import { report } from './ingest/report.ts'
import { runAll } from './ingest/run.ts'
import { stopSignals } from './ingest/signals.ts'
import { type Takes, walk } from './ingest/walk.ts'
import { type Watch, watchFolders } from './ingest/watch.ts'
import { checking, ingesting, rehearsing, tableHead, type Work } from './ingest/work.ts'
import { type Progress, showProgress } from './progress.ts'

/** How long a file may have been as it is and be refused without a word: it may still be written. */
const PATIENCE_MS = 60_000
const WATCH_LOG_MS = 600_000

/** Runs `platestack ingest` with the options given; gives the exit code. */
export async function runIngest(args: string[]): Promise<number> {
  const options = ingestOptions(args)
  const setting = settingOf(options)
  const metadata = await givenMetadata(options.metadata)
  if (options.mode === 'watch') await onlyFolders(options.paths)
  const stop = stopSignals()
  const logMs = options.mode === 'watch' ? WATCH_LOG_MS : undefined
  const bar = showProgress('files', 0, process.stderr, logMs === undefined ? {} : { logMs })
  const log = logAbove(bar)
  const { work, close } = await opened(options, setting, metadata, log)
  try {
    return await goThrough(options, work, takesBy(setting.rules.classOverrides), stop, bar, log)
  } finally {
    stop.over()
    await close()
  }
}

/** What the mode asks for, and what has to be closed after it. */
async function opened(
  options: IngestOptions,
  setting: Setting,
  metadata: GivenMetadata,
  log: Log,
): Promise<{ work: Work; close(): Promise<void> }> {
  if (options.mode === 'dry-run')
    return { work: rehearsing(setting.rules, tagsOf(setting), metadata), close: async () => {} }
  const archive = await openArchive(setting, log)
  if (options.mode === 'check') return { work: checking(archive.archive), close: archive.close }
  const run = await beginRun(setting, log)
  const ingester = openEngine(setting, archive, run, options.patienceMs, log)
  const close = async () => {
    if (!ingester.unsettled()) await run?.end()
    await archive.close()
  }
  return { work: ingesting(ingester, metadata), close }
}

async function goThrough(
  options: IngestOptions,
  work: Work,
  takes: Takes,
  stop: ReturnType<typeof stopSignals>,
  bar: Progress,
  log: Log,
): Promise<number> {
  const { mode, paths, output, separator, concurrency } = options
  const told = report({ mode, output }, bar, log)
  if (mode === 'dry-run' && output === 'text') process.stdout.write(`${tableHead}\n`)
  const watch = mode === 'watch' ? watching(options, takes, log) : null
  const list = () => pathsOf(process.stdin, separator)
  const files = watch ? readyFiles(watch, stop.signal) : filesOf(paths, takes, list)
  const total = watch || paths.includes('-') ? null : countIn(paths, takes, bar, stop.signal)
  const counted = total === null ? 'as it comes' : 'beside'
  try {
    await runAll({ files, work, told, bar, concurrency, ...stop, watch, counted })
  } catch (error) {
    if (told.done) await told.end({ left: null })
    throw error
  } finally {
    // a list that is not at its end would keep the process alive
    if (paths.includes('-')) process.stdin.destroy()
  }
  const name = stop.name()
  const all = name === null || watch ? null : await total
  const isWhole = (name === null || watch !== null) && !stop.outputFault()
  const untold = watch?.untold() ?? 0
  if (isWhole) await told.end(untold ? { left: untold } : null)
  else await told.end({ left: all == null ? null : Math.max(0, all - told.done) })
  // the summary may have been what could not be written
  await new Promise((resolve) => process.stdout.write('', resolve))
  const fault = stop.outputFault()
  if (fault) throw new CommandError(`standard output cannot be written to, which ended the run: ${outputWords(fault)}`)
  if (isWhole) return told.allIn ? 0 : 1
  return name === 'SIGINT' ? 130 : 143
}

function outputWords({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EPIPE') return 'nobody reads it any more'
  return code === 'ENOSPC' ? 'its disk is full' : message
}

function watching({ paths, settleMs }: IngestOptions, takes: Takes, log: Log): Watch {
  log.info('watching for new files, until Ctrl-C', { folders: paths })
  const problem = (path: string, reason: string) => log.warn('a path cannot be looked at', { path, reason })
  return watchFolders(paths, { takes, settleMs, patienceMs: PATIENCE_MS, beside, problem })
}

async function onlyFolders(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const found = await stat(path).catch((error) => {
      throw new UsageError(`${path} cannot be watched: ${fileFault(error)}`)
    })
    if (!found.isDirectory()) throw new UsageError(`${path} cannot be watched: --watch takes folders`)
  }
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
