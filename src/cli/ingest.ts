import { stat } from 'node:fs/promises'
import type { Log } from '../log.ts'
import { openLog } from '../runtimes/node/log.ts'
import { CommandError } from './explain.ts'
import { fileFault } from './ingest/file.ts'
import { filesOf, pathsOf, readyFiles, takesBy } from './ingest/files.ts'
import { beside, type GivenMetadata, givenMetadata } from './ingest/metadata.ts'
import { beginRun, openArchive, openEngine, type Setting, settingOf, tagsOf } from './ingest/open.ts'
import { type IngestOptions, ingestOptions } from './ingest/options.ts'
import { openReport } from './ingest/report.ts'
import { runAll } from './ingest/run.ts'
import { stopSignals } from './ingest/signals.ts'
import { type Takes, walk } from './ingest/walk.ts'
import { type Watch, watchFolders } from './ingest/watch.ts'
import { checking, ingesting, rehearsing, tableHead, type Work } from './ingest/work.ts'
import type { Command } from './main.ts'
import { type Progress, progress } from './progress.ts'
import { UsageError } from './usage.ts'

/**
 * How long a file may have been as it is and be refused without a word: it may still be written.
 */
const PATIENCE_MS = 60_000
const WATCH_LOG_MS = 600_000

export const ingest: Command = {
  summary: 'put files into an archive: from a FITS file to a searchable frame',
  help: `platestack ingest: put files into an archive

Usage: platestack ingest [OPTIONS] PATH...

Reads what a file says of its observation, stores the file where the archive keeps its files (FILESTORE_TYPE), checks that it
arrived whole, and tells the archive of it. A file whose content the archive has is not sent again: whatever the reason that a run ended
early, run it again and it goes on where it was. Runs into a bucket are noted in PLATESTACK_DATA_DIR until they end: what one
uploaded and did not record is removed by the next. The headers to go by, and all else, are configured by the environment:
platestack serve --help lists the variables under Ingest.

A PATH is a file, a folder (with all below it), a pattern in quotes ('*', '?', '[a-z]', '**' for any folders, '{a,b}'), or - for a list on
standard input, one path a line. Of folders and patterns those files are taken that have a file class (.fits, .fits.fz, .tar.gz,
.pdf, .jpg, .jpeg and what FILETYPE_MAPPING_OVERRIDES adds); hidden files, *.part, *.tmp and *~ are not.

Where to:
  --api-root URL      an archive's API [API_ROOT, else the configured database]
  --auth-token TOKEN  a superuser's token for it; others on this machine can see it here and not in the environment [AUTH_TOKEN]

What of:
  --metadata FILE     a JSON object of header keywords for files without headers (PDF, JPEG), for all files of the run; or an object of
                      file names (or basenames) with one such object each. FILE.json beside a FILE is read without being asked
                      for, and wins over this; both win over a FITS file's headers
  -0, --null          paths on standard input end with NUL, as find -print0 writes them

How:
  --dry-run           read and derive everything, send and store nothing; needs no database
  --check-only        only tell whether the archive has the content of each file; exit code 0 when it has all of them
  --watch             go on watching folders for new files, until Ctrl-C or SIGTERM. A file is taken when it has not changed for a while;
                      one that seems to be cut short then is given a minute more
  --settle SECONDS    how long that while is [5]
  --retry-for MINUTES how long to go on trying while the archive, the store or the portal cannot be reached [30]
  --concurrency N     files worked on at a time [160], of those above 8 MB no more than 8
  --json              a JSON line for each file on standard output: file, outcome (created, version_added, already_there, ignored, refused,
                      failed, stopped), id, url, reason, header, warnings; with --dry-run file, class, path, content_type, md5, extension,
                      observation_end, record, warnings, or file, error, header; with --check-only file, md5, there, id, reason.
                      The summary goes to standard error then

Exit code 0: all is in (new, a new version, there already, or to be left alone by IGNORED_CHARS); 1: some is not, listed at the end with file,
header and reason, or standard output cannot be written to; 2: wrong command line or configuration; 130 and 143: ended by Ctrl-C or SIGTERM.
At the first of these no new files are begun and those begun are finished; the second ends at once. With --watch it is the ordinary end:
exit code 0 or 1.

Examples:
  platestack ingest /data/lsc/20240101
  platestack ingest --dry-run --json '/data/**/*-e00.fits.fz' > records.jsonl
  AUTH_TOKEN=... platestack ingest --watch --api-root https://archive.example/api/ /data/incoming
`,
  async run(args) {
    const options = ingestOptions(args)
    const setting = settingOf(options)
    const metadata = await givenMetadata(options.metadata)
    if (options.mode === 'watch') await onlyFolders(options.paths)
    const stop = stopSignals()
    const logMs = options.mode === 'watch' ? WATCH_LOG_MS : undefined
    const bar = progress('files', 0, process.stderr, logMs === undefined ? {} : { logMs })
    const log = logAbove(bar)
    const { work, close } = await opened(options, setting, metadata, log)
    try {
      return await goThrough(options, work, takesBy(setting.rules.classOverrides), stop, bar, log)
    } finally {
      stop.over()
      await close()
    }
  },
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
  if (fault) throw new CommandError(`standard output cannot be written to, which ended the run: ${outputWords(fault)}`)
  if (isWhole) return report.allIn ? 0 : 1
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
