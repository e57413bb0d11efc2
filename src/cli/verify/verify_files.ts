import { randomUUID } from 'node:crypto'
import { counted } from '../../counted.ts'
import type { RunOptions } from '../../files/verification/run.ts'
import {
  MOST_CHOSEN,
  TooManyChosen,
  type Verified,
  type VerifyOptions,
  verifyFiles,
} from '../../files/verification/verify.ts'
import { CommandError } from '../command.ts'
import { countKinds, describeFinding } from '../findings.ts'
import { showProgress } from '../progress.ts'
import { describeFault } from '../reading.ts'
import { formatBytes } from '../sizes.ts'
import { stopSignal } from '../stop_signal.ts'
import { openArchiveFiles, printJson } from './open_store.ts'

type Options = Pick<RunOptions, 'budget' | 'rate' | 'concurrency' | 'reading'> &
  Pick<VerifyOptions, 'only'> & { json: boolean }

/** Verifies files of the configured archive; the exit code. */
export async function runVerify({ json, ...options }: Options): Promise<number> {
  const services = await openArchiveFiles()
  const signal = stopSignal()
  try {
    if (services.store.kind === 'dummy') {
      if (json) printJson('summary', { files: 0, bytes: 0, findings: {}, ended: 'all', stored: false })
      else process.stdout.write('There are no files: this archive keeps only metadata (FILESTORE_TYPE=dummy).\n')
      return 0
    }
    const bar = showProgress('files', 0)
    const verified = await verifyFiles(services, {
      ...options,
      claimant: randomUUID(),
      signal,
      expect: bar.expect,
      report: bar.report,
      tell: (finding) =>
        bar.above(() => {
          if (json) printJson('finding', finding)
          else process.stdout.write(`${describeFinding(finding)}\n`)
        }),
    }).finally(bar.end)
    const { away, ...summary } = verified
    if (json) printJson('summary', { ...summary, away: away && describeFault(away) })
    else process.stdout.write(summarize(verified, options.reading === 'quick'))
    if (away)
      throw new CommandError(
        `${describeFault(away)}: no further files were read, and nothing is said of those that could not be. Run this again when that is fixed; it continues where it left off`,
      )
    return Object.keys(verified.findings).length || verified.ended === 'stopped' ? 1 : 0
  } catch (error) {
    if (error instanceof TooManyChosen)
      throw new CommandError(
        `that is more than ${MOST_CHOSEN} files: choose fewer, or verify a share of all with --budget`,
      )
    throw error
  } finally {
    await services.close()
  }
}

function summarize({ files, bytes, findings, ended, busy, away }: Verified, isQuick: boolean): string {
  const wrong = countKinds(findings)
  // of what was not read nothing can be said
  const verdict = wrong || (files > 0 && (away ? 'nothing is wrong with these' : 'nothing is wrong'))
  const lines = [
    `${counted(files, 'file')} ${isQuick ? 'looked up in the store' : `verified (${formatBytes(bytes)} read)`}${verdict ? `: ${verdict}` : ''}.`,
  ]
  if (ended === 'budget') lines.push('The budget is used up: the next run continues there.')
  if (ended === 'stopped') lines.push('Stopped: run it again for the rest.')
  if (busy) lines.push(`Other processes are reading some ${busy * 256} more, or did within the last minute.`)
  if (wrong) lines.push('platestack repair says what to do about it.')
  return `${lines.join('\n')}\n`
}
