import { pause } from '../concurrency.ts'
import { Stopped } from '../ingest/deliver/faults.ts'
import { type Begin, MOST_FAILED, type Progress } from './notes.ts'
import { type Batch, isReadable, type SourceFrame, type Unreadable } from './source.ts'
import { type Depth, type Import, takingOver } from './take_over.ts'
import { outcomeOfFault, type Taken, taken } from './taken.ts'

/** A frame and what became of it. */
export interface Row extends Taken {
  basename: string | null
  /** At the source; null: not known. */
  sourceId: number | null
}

export interface Walking {
  begin: Begin
  progress: Progress
  /** Frames to be taken at most; null: all. */
  limit: number | null
  signal: AbortSignal
  /** Told of each frame, and waited for. */
  report(row: Row): Promise<void>
}

/**
 * Takes over all that a walk gives, batch by batch; while one is worked on, the next is asked for.
 * After each it is noted how far it has come, so that a run that ends in any way is gone on with.
 * @returns whether it came to its end
 */
export async function runImport(run: Import, walking: Walking): Promise<boolean> {
  const { begin, progress, signal } = walking
  const { source, target } = run
  const takeOver = takingOver(run)
  const depth: Depth = begin.since !== null ? 'all' : source.givesDetails ? 'details' : 'columns'
  let left = walking.limit ?? Number.POSITIVE_INFINITY
  const failed = new Set(progress.failed)
  const note = async (change: Partial<Progress>) => {
    Object.assign(progress, change, { failed: [...failed].slice(0, MOST_FAILED) })
    if (run.mode === 'import') await target.notes.put(progress)
  }

  async function one(frame: SourceFrame | Unreadable, here: Map<string, SourceFrame>): Promise<Taken> {
    if (!isReadable(frame)) return taken('failed', null, frame.reason)
    try {
      return await takeOver(frame, here.get(frame.basename), depth, signal)
    } catch (error) {
      const outcome = outcomeOfFault(error)
      if (!outcome) throw error
      return outcome
    }
  }

  /** @returns whether none was stopped */
  async function all(frames: readonly (SourceFrame | Unreadable)[]): Promise<boolean> {
    const here = await run.targetService.persist(signal, () => target.find(frames.filter(isReadable)))
    let isWhole = true
    const failures: unknown[] = []
    await Promise.all(
      frames.map(async (frame) => {
        try {
          const taken = await one(frame, here)
          if (taken.outcome === 'stopped') isWhole = false
          if (frame.id !== null && taken.outcome === 'failed') failed.add(frame.id)
          else if (frame.id !== null && taken.outcome !== 'stopped') failed.delete(frame.id)
          await walking.report({ ...taken, basename: frame.basename, sourceId: frame.id })
        } catch (error) {
          failures.push(error)
        }
      }),
    )
    if (failures.length) throw failures[0]
    return isWhole
  }

  try {
    if (failed.size && walking.limit === null) {
      const again = [...failed]
      failed.clear()
      const frames = await source.get(again, signal)
      if (!(await all(frames))) return false
    }
    for await (const { frames, place } of ahead(source.walk(begin, signal))) {
      const some = frames.slice(0, left)
      left -= some.length
      if (!(await all(some)) || signal.aborted) return false
      const isCut = some.length < frames.length
      const at = isCut
        ? { id: some.at(-1)?.id ?? begin.after.id, offset: place.offset - (frames.length - some.length) }
        : place
      if (failed.size <= MOST_FAILED) await note({ walk: { place: at, since: begin.since, begun: begin.begun } })
      begin.after = at
      if (left <= 0) return !isCut
    }
    // of more than can be noted, those beyond are seen again by the walk alone
    await note(failed.size > MOST_FAILED ? {} : { walk: null, done: { begun: begin.begun, place: begin.after } })
    return true
  } catch (error) {
    if (error instanceof Stopped || signal.aborted) return false
    throw error
  }
}

/** The same batches, of which the next is asked for before this one is used up. */
async function* ahead(batches: AsyncGenerator<Batch, void, undefined>): AsyncGenerator<Batch, void, undefined> {
  let next = batches.next()
  try {
    for (;;) {
      const { done, value } = await next
      if (done) return
      next = batches.next()
      // an error is that of whoever waits for it
      next.catch(() => {})
      yield value
    }
  } finally {
    void Promise.race([batches.return(), pause(0)]).catch(() => {})
  }
}
