import { type Finding, listFindings, pruneFindings } from '../../queries/verifications/findings.ts'
import type { FilesOf, FindingKind } from '../../queries/verifications/kinds.ts'
import { type Choice, chooseFiles, expectFiles } from '../../queries/verifications/records.ts'
import { claimSpan, countBusy, countRead, forgetHours, readClock } from '../../queries/verifications/spans.ts'
import type { Verifying } from './check.ts'
import { readRecords } from './record.ts'
import { type Ended, openRun, type Run, type RunOptions } from './run.ts'
import { verifySpan } from './span.ts'

export interface VerifyOptions extends RunOptions {
  /** These files, in place of the next share of all; `found`: those with a finding. */
  only: Choice | 'found' | null
  /** How many files there are to verify; `open`: about, or no more than that. */
  expect(files: number, more: 'open' | 'all'): void
}

export interface Verified {
  files: number
  bytes: number
  findings: Partial<Record<FindingKind, number>>
  ended: Ended | 'all'
  /** The store, where it is away. */
  away: Error | null
  /** Spans that other processes are reading. */
  busy: number
}

/** More than that are not chosen at once. */
export const MOST_CHOSEN = 1_000_000

/** More files were chosen than can be verified in one go. */
export class TooManyChosen extends Error {}

const ALL_KINDS: FindingKind[] = ['missing', 'size', 'md5', 'crc32', 'unreadable']
const BATCH = 64

/**
 * Verifies stored files: those that could not be read last time, then the next share of all, those
 * first that never were and then those that were longest ago. Ends when all were in this run, or the
 * budget is used up, or the signal is given, or the store is away; what was done until then is kept,
 * and the next run goes on there.
 * @throws TooManyChosen, and what the database throws
 */
export async function verifyFiles(verifying: Verifying, options: VerifyOptions): Promise<Verified> {
  const { writer } = verifying
  const { only, budget, reading, claimant } = options
  await pruneFindings(writer)
  await forgetHours(writer)
  const run = openRun(verifying, options)
  if (only === null) {
    options.expect(await expectFiles(writer), budget === null ? 'all' : 'open')
    await verifyFound(run, ['unreadable'])
    const before = await readClock(writer)
    while (run.ended === null) {
      const span = await claimSpan(writer, { claimant, reading }, before)
      if (!span) break
      await verifySpan(run, span)
    }
  } else if (only === 'found') await verifyFound(run, ALL_KINDS, options.expect)
  else await verifyChosen(run, only, options.expect)
  const { files, bytes, findings, ended, away } = run
  const busy = only === null ? await countBusy(writer, { claimant, reading }) : 0
  return { files, bytes, findings, ended: ended ?? 'all', away, busy }
}

/** Verifies the files that have a finding of one of these kinds. */
async function verifyFound(run: Run, kinds: FindingKind[], expect?: VerifyOptions['expect']): Promise<void> {
  const found = await listFindings(run.verifying.writer, kinds)
  expect?.(found.length, 'all')
  for (const files of ['versions', 'thumbnails'] as const) {
    const ids = found.filter((finding) => finding.files === files).map(({ id }) => id)
    await verifyIds(run, files, ids, kindsOf(found, files))
  }
}

async function verifyChosen(run: Run, choice: Choice, expect: VerifyOptions['expect']): Promise<void> {
  const sql = run.verifying.writer.withLimits({ deadlineMs: 600_000 })
  const versions = await chooseFiles(sql, 'versions', choice, MOST_CHOSEN + 1)
  const thumbnails = await chooseFiles(sql, 'thumbnails', choice, MOST_CHOSEN + 1)
  if (versions.length + thumbnails.length > MOST_CHOSEN) throw new TooManyChosen()
  expect(versions.length + thumbnails.length, 'all')
  const found = await listFindings(sql, ALL_KINDS)
  for (const [files, ids] of [
    ['versions', versions],
    ['thumbnails', thumbnails],
  ] as const) {
    await verifyIds(run, files, ids, kindsOf(found, files))
  }
}

const kindsOf = (found: readonly Finding[], files: FilesOf): Map<number, FindingKind> =>
  new Map(found.filter((finding) => finding.files === files).map(({ id, kind }) => [id, kind]))

async function verifyIds(
  run: Run,
  files: FilesOf,
  ids: readonly number[],
  had: ReadonlyMap<number, FindingKind>,
): Promise<void> {
  const { writer, store } = run.verifying
  for (let at = 0; at < ids.length && run.ended === null; at += BATCH) {
    const [filesBefore, bytesBefore] = [run.files, run.bytes]
    await run.workThrough(await readRecords(writer, store, files, { ids: ids.slice(at, at + BATCH) }), had)
    await countRead(writer, run.reading, run.files - filesBefore, run.bytes - bytesBefore)
  }
}
