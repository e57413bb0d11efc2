import type { Progress } from '../progress.ts'
import { type Report, type Reported, type Row, reportedJson } from './report.ts'
import type { Found } from './walk.ts'
import type { Watch } from './watch.ts'
import type { Work } from './work.ts'

export interface Run {
  files: AsyncGenerator<Found>
  work: Work
  report: Report
  bar: Progress
  concurrency: number
  signal: AbortSignal
  /** Gives the signal. */
  abort(): void
  /** What wants to know what became of each file; null: nobody. */
  watch: Watch | null
  /** Whether the total is counted separately, or grows as files are found. */
  counted: 'beside' | 'as it comes'
}

/**
 * Works on files as they are found, so many at a time, until there are no more or the signal comes:
 * then none is begun any more, and those begun come to their end. What is no fault of a single file
 * ends the run in the same way, and is thrown.
 */
export async function runAll(run: Run): Promise<void> {
  const { files, report, bar, signal } = run
  const next = untilAborted(files, signal)
  const failure: { error: unknown }[] = []
  let found = 0
  const worker = async () => {
    for (;;) {
      const { done, value } = await next()
      if (done) return
      if (value.kind === 'skipped') report.skipped(value.path)
      else {
        if (value.kind === 'file') found++
        if (run.counted === 'as it comes') bar.expect(found, 'open')
        await one(run, value)
      }
    }
  }
  const guarded = () =>
    worker().catch((error) => {
      failure.push({ error })
      run.abort()
    })
  await Promise.all(Array.from({ length: run.concurrency }, guarded))
  if (run.counted === 'as it comes') bar.expect(found)
  if (failure[0]) {
    // a walk or a list that is not at its end is not waited for
    files.return(undefined).catch(() => {})
    throw failure[0].error
  }
}

async function one({ work, report, watch, signal }: Run, found: Exclude<Found, { kind: 'skipped' }>): Promise<void> {
  if (found.kind === 'problem') return report.row(problemRow(found))
  const row = await work(found.path, signal)
  const { outcome } = row.outcome
  const last = !watch || outcome === 'stopped' || watch.report(row.path, fate(outcome))
  if (last) await report.row(row)
}

const fate = (outcome: Reported['outcome']): 'in' | 'refused' | 'failed' =>
  outcome === 'refused' || outcome === 'failed' ? outcome : 'in'

function problemRow({ path, reason }: { path: string; reason: string }): Row {
  const json = JSON.stringify(reportedJson(path, { outcome: 'refused', reason }))
  return { path, size: 0, outcome: { outcome: 'unseen', reason }, json, text: null }
}

/**
 * The next of a generator; at its end as soon as the signal comes, even while it still searches.
 */
function untilAborted<T>(all: AsyncGenerator<T>, signal: AbortSignal): () => Promise<IteratorResult<T>> {
  const end = { done: true, value: undefined } as const
  // one listener for all: what is hung on a promise that lasts as long as the run would pile up
  const waiting = new Set<(end: IteratorResult<T>) => void>()
  signal.addEventListener('abort', () => {
    for (const resolve of waiting) resolve(end)
  })
  return async () => {
    if (signal.aborted) return end
    return new Promise((resolve, reject) => {
      waiting.add(resolve)
      all
        .next()
        .then(resolve, reject)
        .finally(() => waiting.delete(resolve))
    })
  }
}
