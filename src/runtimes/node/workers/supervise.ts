import cluster from 'node:cluster'
import { pause } from '../../../concurrency.ts'
import type { Log } from '../../../log.ts'
import { keepCache } from './kept_cache.ts'
import { keepMeasures } from './kept_measures.ts'
import { begin, type End, type Life } from './life.ts'

/** A process that has served for so long in milliseconds is replaced at once. */
const STEADY_MS = 60_000
const LONGEST_PAUSE_S = 30

/**
 * The pause before a process is replaced, in seconds.
 * @param quick how many in a row have not served for a minute, this one with them
 */
export const pauseBefore = (quick: number): number => (quick <= 1 ? 0 : Math.min(LONGEST_PAUSE_S, 2 ** (quick - 2)))

/** The worker processes of a server. */
export interface Workers {
  /** The port that they listen on. */
  port: number
  /**
   * Lets requests in flight end. `refusing` is over when no process takes another connection,
   * `ended` when all have ended: whether all of them as they should.
   */
  stop(): { refusing: Promise<unknown>; ended: Promise<boolean> }
}

/**
 * Starts worker processes and replaces those that end. The first one starts alone: what is wrong
 * with the database, the keys or the port is wrong for all.
 * @param argsOf the program's arguments for a process, by its number from 1
 * @returns when each is ready or has failed once
 * @throws WorkerFailed when the first one cannot start
 */
export async function superviseWorkers(
  count: number,
  argsOf: (number: number) => string[],
  log: Log,
): Promise<Workers> {
  // the kernel's own way gives most connections to few of the processes
  cluster.schedulingPolicy = cluster.SCHED_RR
  const cache = keepCache(count)
  const measures = keepMeasures(count)
  const stopping = new AbortController()
  const running = new Map<number, Life>()
  const ends: End[] = []

  const start = (number: number): Life => {
    const life = begin(argsOf(number), cache, measures)
    running.set(number, life)
    void life.ended.then((end) => {
      if (running.get(number) === life) running.delete(number)
      if (stopping.signal.aborted) ends.push(end)
    })
    return life
  }

  /** Keeps one process there, however often it ends. */
  async function keep(number: number, first: Life): Promise<void> {
    let quick = 0
    for (let life = first; ; life = start(number)) {
      const { servedMs, ...end } = await life.ended
      if (stopping.signal.aborted) return
      measures.noteEnd()
      quick = servedMs >= STEADY_MS ? 0 : quick + 1
      const pause_s = pauseBefore(quick)
      log.error('a worker process has ended: another takes its place', { worker: number, ...end, pause_s })
      if (pause_s > 0) await pause(pause_s * 1000, stopping.signal)
      if (stopping.signal.aborted) return
    }
  }

  const first = start(1)
  const port = await first.ready
  const others = Array.from({ length: count - 1 }, (_, i) => [i + 2, start(i + 2)] as const)
  for (const [number, life] of [[1, first] as const, ...others]) void keep(number, life)
  await Promise.allSettled(others.map(([, life]) => life.ready))
  return {
    port,
    stop() {
      stopping.abort()
      const lives = [...running.values()]
      for (const life of lives) life.stop()
      return {
        refusing: Promise.all(lives.map((life) => life.refusing)),
        ended: Promise.all(lives.map((life) => life.ended)).then(() =>
          ends.every(({ code, servedMs }) => code === 0 || servedMs === 0),
        ),
      }
    },
  }
}
