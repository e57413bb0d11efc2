import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inRepository } from '../../support/data.ts'

/** What clients had of a server: answers a second, and milliseconds from a request's first byte to its answer's last. */
export interface Loaded {
  /** Without answers that are errors. */
  perSecond: number
  /** Answers that are errors, and connections that failed. */
  failed: number
  /** NaN, like p99, where not one answer came in the time. */
  p50: number
  p99: number
}

const WARM_UP_S = 1
/** Answers that take longer are not counted. */
const TIMEOUT_S = 60

/**
 * Runs wrk: `concurrency` connections that stay open, each sending the next of the paths when it has its answer, for `seconds` after a
 * second that is not counted.
 */
export async function loadByWrk(
  base: string,
  paths: readonly string[],
  { concurrency, seconds }: { concurrency: number; seconds: number },
): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), 'platestack-wrk-'))
  const file = join(folder, 'paths')
  const run = async (duration: number) => {
    const script = inRepository('test/bench/scale/wrk.lua')
    const args = ['-t', '1', '-c', concurrency, '-d', `${duration}s`, '--timeout', `${TIMEOUT_S}s`, '-s', script, base]
    const { stdout } = await promisify(execFile)('wrk', [...args.map(String), '--', file], { maxBuffer: 1 << 28 })
    return readOutput(stdout, concurrency)
  }
  try {
    const { pathname } = new URL(base)
    await writeFile(file, paths.map((path) => `${pathname.replace(/\/$/, '')}${path}\n`).join(''))
    await run(WARM_UP_S)
    return await run(seconds)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Reads what wrk.lua prints. */
function readOutput(output: string, concurrency: number): Loaded {
  const [, ...counters] = /^counters (\d+) (\d+) (\d+) (\d+)$/m.exec(output) ?? []
  if (counters.length === 0) throw new Error(`wrk has not measured anything: ${output}`)
  const [duration, requests, refused, broken] = counters.map(Number) as [number, number, number, number]
  const printed = output.slice(output.indexOf('counters')).trim().split('\n').slice(1)
  const times = new Map(printed.map((line) => line.split(' ').map(Number) as [number, number]))
  const rounds = Math.floor(requests / concurrency)
  if (rounds > 0) takeBack(times, Math.floor(duration / rounds))
  const at = percentiles(times)
  return { perSecond: (requests - refused) / (duration / 1e6), failed: refused + broken, p50: at(0.5), p99: at(0.99) }
}

/**
 * Takes from the times (microseconds, how often) what wrk has added for requests that clients with a fixed schedule would have sent while
 * they waited: for each time of more than twice the mean also that less the mean, less two means and so on, as long as it is above the
 * mean. Here nobody has a schedule: each connection waits for its answer.
 */
export function takeBack(times: Map<number, number>, mean: number): void {
  // what was added to a time comes from longer ones alone: from the longest down, each count is right when its turn comes
  for (const time of [...times.keys()].sort((a, b) => b - a)) {
    const count = times.get(time)!
    for (let added = time - mean; count && added > mean; added -= mean) times.set(added, times.get(added)! - count)
  }
}

/** Gives the time, in milliseconds, that a share of the times is not above. */
function percentiles(times: ReadonlyMap<number, number>): (share: number) => number {
  const sorted = [...times].filter(([, count]) => count > 0).sort(([a], [b]) => a - b)
  const total = sorted.reduce((sum, [, count]) => sum + count, 0)
  return (share) => {
    let passed = 0
    const found = sorted.find(([, count]) => {
      passed += count
      return passed >= share * total
    })
    return found ? found[0] / 1000 : Number.NaN
  }
}
