import { type Measure, measureProcesses, mergeMeasures, totalsOf } from '../metrics/measures.ts'
import type { ToWorker } from './messages.ts'

/** What all worker processes have measured, put together by the first process. */
export interface KeptMeasures {
  /** From now on this worker is asked what it has measured. */
  join(worker: number, send: (message: ToWorker) => void): void
  /** It has ended: what it has counted stays. */
  leave(worker: number): void
  /** One has ended before its time. */
  noteEnd(): void
  /** A worker wants what all have measured. */
  gather(worker: number, id: number): void
  /** A worker's answer. */
  measured(worker: number, id: number, measures: Measure[]): void
}

/** How long a process may take to answer, in milliseconds: one that hangs holds nobody up. */
const PATIENCE_MS = 2_000

/**
 * Puts the measures of so many workers together. What has been given once never gets less: of one
 * that has ended, or does not answer, its last totals count.
 */
export function keepMeasures(workers: number, patienceMs = PATIENCE_MS): KeptMeasures {
  const senders = new Map<number, (message: ToWorker) => void>()
  const last = new Map<number, Measure[]>()
  let past: Measure[] = []
  let ended = 0
  /** Who still has to answer; null: nobody was asked. */
  let round: { id: number; left: Set<number>; done: () => void } | null = null
  let gathering: Promise<Measure[]> | null = null
  let lastId = 0

  function settle(worker: number): void {
    if (round?.left.delete(worker) && round.left.size === 0) round.done()
  }

  async function gatherAll(): Promise<Measure[]> {
    const asked = [...senders]
    const left = new Set(asked.map(([worker]) => worker))
    const id = ++lastId
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, patienceMs)
      const done = () => {
        clearTimeout(late)
        resolve()
      }
      round = { id, left, done }
      for (const [, send] of asked) send({ kind: 'measure', id })
    })
    round = null
    gathering = null
    const lists = [...last].map(([worker, measures]) => (left.has(worker) ? totalsOf(measures) : measures))
    const answering = asked.length - left.size
    return [...mergeMeasures([past, ...lists]), ...measureProcesses({ started: workers, answering, ended })]
  }

  return {
    join: (worker, send) => void senders.set(worker, send),
    leave(worker) {
      senders.delete(worker)
      past = mergeMeasures([past, totalsOf(last.get(worker) ?? [])])
      last.delete(worker)
      settle(worker)
    },
    noteEnd: () => void ended++,
    gather(worker, id) {
      const send = senders.get(worker)
      gathering ??= gatherAll()
      void gathering.then((measures) => send?.({ kind: 'gathered', id, measures }))
    },
    measured(worker, id, measures) {
      if (!senders.has(worker)) return
      last.set(worker, measures)
      if (round?.id === id) settle(worker)
    },
  }
}
