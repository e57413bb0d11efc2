import { Abandoned, isServersFault } from '../database/faults.ts'
import type { Pool, QueryLimits, ServerPool, Sql } from '../database/open.ts'
import { createTag } from '../database/tag.ts'
import type { Replica } from './replica.ts'

/**
 * Reads from a replica, and from the writer while the replica is left alone, where it does not know
 * yet of what a read has to know of (`asOf`), and once more where it has failed.
 */
export function readsOf(replica: Replica, there: ServerPool, writer: ServerPool): Pool {
  async function read<T>(limits: QueryLimits, ask: (pool: ServerPool, limits: QueryLimits) => Promise<T>): Promise<T> {
    if (replica.isUsed() && (await knows(replica, limits))) {
      const answer = await attempt(limits, ask)
      if (answer) {
        limits.servedBy?.('replica')
        return answer.value
      }
    }
    limits.servedBy?.('writer')
    return ask(writer, limits)
  }

  /** What the replica answers; null: it has failed. */
  async function attempt<T>(
    limits: QueryLimits,
    ask: (pool: ServerPool, limits: QueryLimits) => Promise<T>,
  ): Promise<{ value: T } | null> {
    const { signal } = limits
    const giveUp = new AbortController()
    const leave = () => giveUp.abort()
    signal?.addEventListener('abort', leave)
    if (signal?.aborted) leave()
    replica.running.add(giveUp)
    try {
      return { value: await ask(there, { ...limits, signal: giveUp.signal }) }
    } catch (error) {
      if (error instanceof Abandoned && giveUp.signal.aborted && !signal?.aborted) return null
      if (!isServersFault(error) || signal?.aborted) throw error
      replica.failed(error)
      return null
    } finally {
      replica.running.delete(giveUp)
      signal?.removeEventListener('abort', leave)
    }
  }

  function createReads(limits: QueryLimits): Pool {
    const tag = createTag(
      ({ written, resolve, reject }) => void read(limits, (pool, own) => pool.run(written, own)).then(resolve, reject),
    )
    return Object.assign(tag, {
      state: () => there.state(),
      begin: <T>(work: (tx: Sql) => Promise<T>) => read(limits, (pool, own) => pool.withLimits(own).begin(work)),
      withLimits: (other: QueryLimits) => createReads({ ...limits, ...other }),
      reserve: () => writer.reserve(),
      end: (options?: { timeout?: number }) => there.end(options),
    })
  }
  return createReads({})
}

async function knows(replica: Replica, { asOf }: QueryLimits): Promise<boolean> {
  const position = asOf ? await asOf() : null
  return position === null || replica.reaches(position)
}
