import { type Config, parseConfig } from '../../config/config.ts'
import { counted } from '../../counted.ts'
import { type Amount, countSelected, daysAgo, type Selection } from '../../queries/frames/purge.ts'
import { countWaiting } from '../../queries/removals.ts'
import type { Services } from '../../services.ts'
import { CommandError, UsageError } from '../command.ts'
import { openQuietServices } from '../open.ts'
import { showProgress } from '../progress.ts'
import { openPrompt } from '../prompt.ts'
import { stopSignal } from '../stop_signal.ts'
import { describeSelection, formatAmount } from './report.ts'

/** The options that `deleteframes` and `expireguides` share. */
export const COMMON_FLAGS = ['dry-run', 'yes', 'json'] as const

/** How a command that deletes frames was called. */
export interface PurgeOptions {
  flags: ReadonlySet<(typeof COMMON_FLAGS)[number]>
  /** Which frames, by what is so many days ago. */
  select(ago: (days: number) => Promise<string>, config: Config): Promise<Selection>
  /** Without --yes and without a terminal on which to ask: refused, or done. */
  unasked: 'refused' | 'done'
}

/** Files that are removed from the store at a time. */
const AT_ONCE = 16

/** Shows or deletes the frames of a selection; gives the exit code. */
export async function runPurge({ flags, select, unasked }: PurgeOptions): Promise<number> {
  const mode = modeOf(flags, unasked)
  const config = parseConfig(process.env)
  refuseForgottenStore(config, mode)
  const services = await openPurging(config)
  try {
    const { writer } = services
    const selection = await select((days) => daysAgo(writer, days), config)
    const say = (line: string) => void (flags.has('json') || process.stdout.write(`${line}\n`))
    const isShown = mode !== 'delete' || process.stderr.isTTY === true
    const matched = isShown ? await countSelected(writer, selection) : null
    if (mode !== 'delete') say(`${formatAmount(matched!)}: ${describeSelection(selection)}`)
    if (mode === 'show') {
      writeJson(flags, { dry_run: true, matched })
      say('Nothing was deleted (--dry-run).')
      return 0
    }
    if (mode === 'ask' && matched!.frames > 0) await confirm(config)
    return await deleteAndReport(services, selection, matched, flags)
  } finally {
    await services.close()
  }
}

/** To show only, to ask first, or to delete at once. */
function modeOf(flags: PurgeOptions['flags'], unasked: PurgeOptions['unasked']): 'show' | 'ask' | 'delete' {
  if (flags.has('dry-run')) {
    if (flags.has('yes')) throw new UsageError('give one of --dry-run and --yes')
    return 'show'
  }
  // somebody who sits at a terminal is asked, wherever the output goes
  const isAttended = process.stdin.isTTY === true
  if (flags.has('yes') || (!isAttended && unasked === 'done')) return 'delete'
  if (!isAttended || process.stdout.isTTY !== true)
    throw new UsageError('there is no terminal to ask on: add --yes to delete, or --dry-run to look')
  if (flags.has('json')) throw new UsageError('--json asks nothing: add --yes to delete, or --dry-run to look')
  return 'ask'
}

/**
 * With a database server and no FILESTORE_TYPE the store is one that has no files: rows would go,
 * and files of the archive's real store would stay without a trace.
 */
function refuseForgottenStore({ files }: Config, mode: string): void {
  if (mode !== 'show' && files.kind === 'dummy' && !process.env.FILESTORE_TYPE)
    throw new UsageError(
      'FILESTORE_TYPE is not set: set it, and what goes with it, as for the archive, so that files are removed too (dummy: there are none)',
    )
}

async function openPurging(config: Config): Promise<Services> {
  const { removals } = await import('../../files/removals/removals.ts')
  const services = await openQuietServices(config)
  return { ...services, removals: removals({ ...services, atOnce: AT_ONCE }) }
}

async function confirm({ files }: Config): Promise<void> {
  const terminal = openPrompt('nothing was deleted')
  try {
    const what =
      files.kind === 'dummy' ? 'Delete these rows (FILESTORE_TYPE is dummy: no files)' : 'Delete them, rows and files'
    const answer = await terminal.ask(`${what}, for good? Type yes to go on: `)
    if (answer.trim().toLowerCase() !== 'yes') throw new CommandError('nothing was deleted')
  } finally {
    terminal.close()
  }
}

async function deleteAndReport(
  services: Services,
  selection: Selection,
  matched: Amount | null,
  flags: PurgeOptions['flags'],
): Promise<number> {
  const { purge } = await import('../../purge/purge.ts')
  const signal = stopSignal()
  const bar = showProgress('frames', matched?.frames ?? 0)
  const { deleted, files } = await purge(services, selection, {
    signal,
    report({ frames, bytes }) {
      if (!matched) bar.expect(frames, 'open')
      bar.report(frames, bytes)
    },
  })
  // what an earlier run, or the archive, could not remove is tried again
  const due = await services.removals.removeDue(signal)
  if (deleted.frames) bar.end()
  const waiting = await countWaiting(services.writer)
  const left = signal.aborted ? await countSelected(services.writer, selection) : null
  const stopped = left !== null && left.frames > 0
  writeJson(flags, { dry_run: false, matched, deleted, stopped, left, files_waiting: waiting })
  for (const line of describeResult(deleted, left, waiting)) flags.has('json') || process.stdout.write(`${line}\n`)
  // what is on the list though all went well is in the hands of another process
  return stopped || (waiting > 0 && (files === 'badly' || due === 'badly')) ? 1 : 0
}

function describeResult(deleted: Amount, left: Amount | null, waiting: number): string[] {
  const lines = [deleted.frames ? `Deleted: ${formatAmount(deleted)}.` : 'No frame was deleted.']
  if (left?.frames) lines.push(`Stopped; left: ${formatAmount(left)}. Run it again for these.`)
  if (waiting)
    lines.push(
      `${counted(waiting, 'file is', 'files are')} not removed from the store yet, but on the list of removals, with which the running archive, and this command when it is run again, go on.`,
    )
  return lines
}

function writeJson(flags: PurgeOptions['flags'], result: object): void {
  if (flags.has('json')) process.stdout.write(`${JSON.stringify(result)}\n`)
}
