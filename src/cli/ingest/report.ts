import { counted } from '../../counted.ts'
import type { Log } from '../../log.ts'
import { detailsOf, type FileOutcome } from '../../outcome.ts'
import { escapeForTerminal } from '../../runtimes/node/escape_for_terminal.ts'
import { formatDuration, formatMegabytes, type Progress } from '../progress.ts'
import type { IngestOptions } from './options.ts'

/** `absent`: it was looked for in the archive. `unseen`: its path could not be looked at. */
export type Reported = FileOutcome | { outcome: 'absent' | 'unseen'; reason: string }

/** A file in the report. */
export interface Row {
  path: string
  /** Bytes; 0 where it could not be looked at. */
  size: number
  outcome: Reported
  /** A line for standard output under --json. */
  json: string
  /** A line for standard output otherwise; null: it only counts. */
  text: string | null
}

/**
 * What --json says of an outcome. `new_version` is called `version_added` there, and always was.
 */
export function reportedJson(file: string, reported: Reported) {
  const { id, url, reason, header, warnings } = detailsOf(reported)
  const outcome = reported.outcome === 'new_version' ? 'version_added' : reported.outcome
  return { file, outcome, id, url, reason, header, warnings }
}

/** What is said of each kind in the summary, in this order. */
const KINDS: [Reported['outcome'], string][] = [
  ['created', 'in as new frames'],
  ['new_version', 'in as new versions of a frame'],
  ['already_there', 'already there'],
  ['absent', 'not there'],
  ['ignored', 'left alone for their names (IGNORED_CHARS)'],
  ['refused', 'refused'],
  ['failed', 'failed'],
  ['unseen', 'paths that could not be looked at'],
  ['stopped', 'not finished'],
]

/** So many faults are listed at the end; each was reported when it came. */
const LISTED = 1_000

export interface Report {
  row(row: Row): Promise<void>
  /** A file of a folder that was not taken. */
  skipped(path: string): void
  /**
   * The summary; `stopped`: the run was ended before its work was done, with so many files left,
   * where that is known.
   */
  end(stopped: { left: number | null } | null): Promise<void>
  /** Files that were gone through. */
  readonly done: number
  /** Whether all went in that should. */
  readonly allIn: boolean
}

/**
 * Tells what becomes of files: rows as they come, the progress meanwhile, and a summary. Its text
 * goes to standard error where rows are JSON.
 */
export function openReport({ mode, output }: Pick<IngestOptions, 'mode' | 'output'>, bar: Progress, log: Log): Report {
  const began = Date.now()
  const counts = new Map<Reported['outcome'], number>()
  const left = new Map<string, number>()
  // by path: a file that failed and got in later is no fault any more
  const faults = new Map<string, string>()
  let [done, bytes, warnings, unlisted] = [0, 0, 0, 0]

  function blame({ path, outcome }: Row): void {
    const { header, reason } = detailsOf(outcome)
    if (reason === null || outcome.outcome === 'ignored') {
      faults.delete(path)
      return
    }
    const words = `${header === null ? '' : `${header}: `}${reason}`
    if (faults.has(path) || faults.size < LISTED) faults.set(path, words)
    else unlisted++
    if (outcome.outcome === 'absent') return
    if (process.stderr.isTTY) bar.above(() => process.stderr.write(`${escapeForTerminal(`${path}: ${words}`)}\n`))
    else log.warn(`a file ${outcome.outcome === 'failed' ? 'failed' : 'was refused'}`, { file: path, header, reason })
  }

  const bad = () => faults.size + unlisted
  return {
    get done() {
      return done
    },
    get allIn() {
      return bad() === 0
    },
    async row(row) {
      const { outcome } = row.outcome
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
      if (outcome !== 'stopped' && outcome !== 'unseen') {
        done++
        bytes += row.size
      }
      warnings += detailsOf(row.outcome).warnings.length
      blame(row)
      const line = output === 'json' ? row.json : row.text && escapeForTerminal(row.text)
      if (line) await print(line, bar)
      bar.report(done, bytes, bad() ? `${bad()} ${mode === 'check' ? 'not there' : 'not in'}` : '')
    },
    skipped(path) {
      const name = path.slice(path.lastIndexOf('/') + 1)
      const dot = name.lastIndexOf('.')
      const extension = dot > 0 ? name.slice(dot) : dot === 0 ? 'hidden' : 'no extension'
      const known = left.has(extension) || left.size < LISTED
      left.set(known ? extension : 'others', (left.get(known ? extension : 'others') ?? 0) + 1)
    },
    async end(stopped) {
      bar.end()
      const seconds = (Date.now() - began) / 1000
      const lines = [
        `${counted(done, 'file')}, ${formatMegabytes(bytes)} in ${seconds < 10 ? `${seconds.toFixed(1)} s` : formatDuration(seconds)} (${(done / seconds).toFixed(1)} files/s, ${formatMegabytes(bytes / seconds)}/s)`,
        ...KINDS.filter(([kind]) => counts.has(kind)).map(
          ([kind, words]) => `  ${counts.get(kind)} ${mode === 'dry-run' && kind === 'created' ? 'can go in' : words}`,
        ),
      ]
      if (warnings)
        lines.push(`  ${counted(warnings, 'warning')} about files that went in all the same: --json shows them`)
      if (left.size) lines.push(`Not files of an observation, left out: ${commonest(left)}`)
      if (stopped)
        lines.push(
          `Stopped${stopped.left === null ? '' : ` with ${counted(stopped.left, 'file')} left`}: run the same again for the rest, what is in is not sent twice.`,
        )
      if (bad()) {
        lines.push(mode === 'check' ? 'Not in the archive:' : 'Not in:')
        for (const [path, words] of faults) lines.push(`  ${path}: ${words}`)
        if (unlisted) lines.push(`  and ${unlisted} more`)
      }
      const text = `${lines.map(escapeForTerminal).join('\n')}\n`
      if (output === 'json' || !isOpen()) process.stderr.write(text)
      else await print(text.trimEnd(), bar)
    },
  }
}

/** The most frequent extensions and how many files have each. */
function commonest(left: ReadonlyMap<string, number>): string {
  const sorted = [...left].sort((a, b) => b[1] - a[1])
  const rest = sorted.slice(8).reduce((sum, [, count]) => sum + count, 0)
  return [
    ...sorted.slice(0, 8).map(([extension, count]) => `${count} ${extension}`),
    ...(rest ? [`${rest} others`] : []),
  ].join(', ')
}

/** A line on standard output, no faster than it is read there. */
export async function print(line: string, bar: Progress): Promise<void> {
  let flows = true
  bar.above(() => {
    flows = process.stdout.write(`${line}\n`)
  })
  if (!flows && isOpen()) await drained()
}

const isOpen = (): boolean => !process.stdout.destroyed && !process.stdout.errored

let waiting: Promise<void> | null = null

/**
 * Waits until standard output drains or closes; its error listener ends the run. All files under
 * way wait for the same.
 */
function drained(): Promise<void> {
  waiting ??= new Promise((resolve) => {
    const events = ['drain', 'close', 'error']
    const done = () => {
      for (const event of events) process.stdout.off(event, done)
      waiting = null
      resolve()
    }
    for (const event of events) process.stdout.on(event, done)
  })
  return waiting
}
