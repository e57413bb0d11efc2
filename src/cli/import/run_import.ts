import { counted } from '../../counted.ts'
import type { FileStore } from '../../files/store/store.ts'
import { beginning, readNotes } from '../../import/notes.ts'
import { runImport } from '../../import/run.ts'
import type { Source } from '../../import/source.ts'
import type { Import } from '../../import/take_over.ts'
import type { Target } from '../../import/target/target.ts'
import { type Difference, verifyImport } from '../../import/verify.ts'
import { fatalIn, Stopped } from '../../ingest/deliver/faults.ts'
import { leftovers } from '../../ingest/deliver/leftovers.ts'
import { service } from '../../ingest/deliver/waiting.ts'
import type { Log } from '../../log.ts'
import { escapeForTerminal } from '../../runtimes/node/escape_for_terminal.ts'
import { openLog } from '../../runtimes/node/log.ts'
import { CommandError, UsageError } from '../command.ts'
import { beginRun, type Setting, settingOf } from '../ingest/open.ts'
import { print } from '../ingest/report.ts'
import { type StopSignals, stopSignals } from '../ingest/signals.ts'
import { digestPlatform } from '../ingest/work.ts'
import { describeOutputFault } from '../output_fault.ts'
import { type Progress, showProgress } from '../progress.ts'
import { openSource, openTarget } from './open.ts'
import { type ImportOptions, importOptions } from './options.ts'
import { openImportReport } from './report.ts'

/** Runs `platestack import` with the options given; gives the exit code. */
export async function runImportCommand(args: string[]): Promise<number> {
  const options = importOptions(args, process.env)
  const needsStore = options.mode === 'import' && options.files === 'copy'
  const setting = settingOf({ ...options, mode: needsStore ? 'ingest' : 'check' })
  if (needsStore && setting.config.files.kind === 'dummy')
    throw new UsageError(
      'FILESTORE_TYPE is dummy, which stores nothing: set it to local or s3, or take only records by --files none',
    )
  const stop = stopSignals()
  const log = openLog()
  try {
    return await opened(options, setting, stop, log)
  } catch (error) {
    const fatal = fatalIn(error)
    if (fatal) throw new CommandError(fatal.message)
    const name = stop.name()
    // before the source could be asked for anything
    if (error instanceof Stopped && name !== null) return codeOf(name)
    throw error
  } finally {
    stop.over()
  }
}

async function opened(options: ImportOptions, setting: Setting, stop: StopSignals, log: Log): Promise<number> {
  const source = await openSource(options, log, stop.signal)
  try {
    const { target, store, close } = await openTarget(options, setting, log)
    try {
      return await taken(options, setting, { source, target, store }, stop, log)
    } finally {
      await close()
    }
  } finally {
    await source.close()
  }
}

const codeOf = (signal: 'SIGINT' | 'SIGTERM'): number => (signal === 'SIGINT' ? 130 : 143)

interface Ends {
  source: Source
  target: Target
  store: FileStore
}

async function taken(
  options: ImportOptions,
  setting: Setting,
  ends: Ends,
  stop: StopSignals,
  log: Log,
): Promise<number> {
  const { source, target, store } = ends
  const { patienceMs, output } = options
  const mode = options.mode === 'dry-run' ? 'dry-run' : 'import'
  const noted = options.mode === 'import' && options.files === 'copy' ? await beginRun(setting, log) : null
  const left = leftovers(store, noted, log)
  const run: Import = {
    source,
    target,
    store,
    storeService: service('the file store', patienceMs, log),
    targetService: service(target.name, patienceMs, log),
    leftovers: left,
    platform: digestPlatform,
    files: options.files,
    versions: options.versions,
    mode,
    log,
  }
  if (options.mode === 'verify') return verified(run, options, stop)
  const progress = await readNotes(target.notes)
  const begin = beginning(progress, options.walk, options.start, source.tellsChanges, await source.now())
  if (begin.after.id >= 0) log.info('going on where the last run was', { after: begin.after.id })
  const bar = showProgress('frames', 0)
  const report = openImportReport(output, mode, bar, log)
  expectAll(source, begin.since, begin.after.offset, options.limit, bar, stop.signal)
  let isWhole: boolean
  try {
    const { limit } = options
    isWhole = await runImport(run, { begin, progress, limit, signal: stop.signal, report: report.row })
  } catch (error) {
    await report.end('Ended before its end: run the same again to go on.')
    throw error
  } finally {
    if (left.open === 0) await noted?.end()
  }
  const name = stop.name()
  await report.end(isWhole || name === null ? null : 'Stopped: run the same again, which goes on where this one was.')
  const fault = stop.outputFault()
  if (fault)
    throw new CommandError(`standard output cannot be written to, which ended the run: ${describeOutputFault(fault)}`)
  if (!isWhole && name !== null) return codeOf(name)
  return report.failed ? 1 : 0
}

/** Compares, and tells what differs; gives the exit code. */
async function verified(run: Import, { limit, output }: ImportOptions, stop: StopSignals): Promise<number> {
  const bar = showProgress('frames', 0)
  expectAll(run.source, null, 0, limit, bar, stop.signal)
  const fields = new Map<string, number>()
  let [done, differing] = [0, 0]
  const isWhole = await verifyImport(run, {
    limit,
    signal: stop.signal,
    async report(_, differences) {
      done++
      if (differences.length) differing++
      for (const { basename, field, source, here } of differences) {
        const name = field.replace(/\..*/s, '')
        fields.set(name, (fields.get(name) ?? 0) + 1)
        const line = { basename, field, source, here }
        await print(
          output === 'json'
            ? JSON.stringify(line)
            : escapeForTerminal(describeDifference({ basename, field, source, here })),
          bar,
        )
      }
      bar.report(done, 0, differing ? counted(differing, 'differs', 'differ') : '')
    },
  })
  bar.end()
  const what = [...fields]
    .map(([field, count]) => `${count} ${field === 'frame' ? 'missing or unreadable' : field}`)
    .join(', ')
  const text = `${counted(done, 'frame')} compared, ${differing ? `${counted(differing, 'differs', 'differ')} (${what})` : 'no differences'}\n`
  if (output === 'json') process.stderr.write(text)
  else process.stdout.write(text)
  const name = stop.name()
  if (!isWhole) return name === null ? 1 : codeOf(name)
  return differing ? 1 : 0
}

/** One line for people, such as `NAME: public_date: "2024-…" at the source, null here`. */
function describeDifference({ basename, field, source, here }: Difference): string {
  if (field === 'frame' && source === null) return `${basename}: only here (id ${here})`
  if (field === 'frame' && here === null)
    return typeof source === 'number'
      ? `${basename}: only at the source (id ${source})`
      : `${basename ?? 'a frame'}: cannot be read at the source: ${source}`
  const [theirs, ours] = [source, here].map((value) => JSON.stringify(value ?? null))
  return `${basename}: ${field}: ${theirs} at the source, ${ours} here`
}

/** Asks how many there are while the first are on their way. */
function expectAll(
  source: Source,
  since: string | null,
  before: number,
  limit: number | null,
  bar: Progress,
  signal: AbortSignal,
): void {
  source.count(since, signal).then(
    (count) => count !== null && bar.expect(Math.min(limit ?? Number.POSITIVE_INFINITY, Math.max(0, count - before))),
    // the run itself meets the same
    () => {},
  )
}
