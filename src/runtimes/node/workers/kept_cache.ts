import { createMemoryCache } from '../../../cache/memory.ts'
import type { CacheAnswer, CacheRequest, ToWorker } from './messages.ts'

/** The memory cache of all worker processes, in the first process. */
export interface KeptCache {
  /** From now on this worker is told what others change. */
  join(worker: number, send: (message: ToWorker) => void): void
  /** It has ended. */
  leave(worker: number): void
  request(worker: number, id: number, request: CacheRequest): void
  forgotten(worker: number, id: number): void
}

/** Of what is left of a limit, all workers together have this part in advance at most. */
const IN_ADVANCE = 1 / 8

/**
 * Keeps the cache of so many workers. What one has changed, every other has forgotten before it is
 * told that it is done: a token that was revoked is accepted by none.
 */
export function keepCache(workers: number): KeptCache {
  const cache = createMemoryCache()
  const senders = new Map<number, (message: ToWorker) => void>()
  /** Who still has to forget, by the message's id. */
  const forgetting = new Map<number, { left: Set<number>; done: () => void }>()
  let lastId = 0

  function settle(id: number, worker: number): void {
    const wait = forgetting.get(id)
    if (!wait?.left.delete(worker) || wait.left.size > 0) return
    forgetting.delete(id)
    wait.done()
  }

  /** Calls `done` once no other worker has an older value. */
  function forgetEverywhere(key: string, by: number, done: () => void): void {
    const others = [...senders.keys()].filter((worker) => worker !== by)
    if (others.length === 0) {
      done()
      return
    }
    const id = ++lastId
    forgetting.set(id, { left: new Set(others), done })
    for (const worker of others) senders.get(worker)!({ kind: 'forget', id, key })
  }

  function count(request: Extract<CacheRequest, { do: 'count' }>): CacheAnswer {
    const { key, seconds, wanted, limit } = request
    const before = (cache.find(key)?.value as number | undefined) ?? 0
    const spare = limit === null ? 0 : Math.floor(((limit - before) * IN_ADVANCE) / workers)
    const { value, expires } = cache.add(key, seconds, Math.max(wanted, spare))
    return { first: before + 1, last: value, expires }
  }

  return {
    join: (worker, send) => void senders.set(worker, send),
    leave(worker) {
      senders.delete(worker)
      for (const id of [...forgetting.keys()]) settle(id, worker)
    },
    forgotten: (worker, id) => settle(id, worker),
    request(worker, id, request) {
      const answer = (answer: CacheAnswer = {}) => senders.get(worker)?.({ kind: 'cache', id, answer })
      if (request.do === 'get') answer(cache.find(request.key))
      else if (request.do === 'count') answer(count(request))
      else if (request.do === 'uncount') {
        void cache.decrement(request.key)
        answer()
      } else {
        // a memory cache has done it before it returns, and so before the next request is looked at
        if (request.do === 'set') void cache.set(request.key, request.value, request.seconds)
        else void cache.delete(request.key)
        forgetEverywhere(request.key, worker, () => answer())
      }
    },
  }
}
