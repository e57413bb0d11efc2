import type { Cache } from '../../../cache/cache.ts'
import { createMemoryCache } from '../../../cache/memory.ts'
import type { CacheAnswer, CacheRequest, FromWorker, ToWorker } from './messages.ts'

/** Counts that this process has in advance: `next` to `last`. */
interface Block {
  next: number
  last: number
}

/**
 * A worker process's view of the cache that the first process keeps. What was found once is kept
 * here until it expires or another worker changes it.
 * @param send sends to the first process
 * @returns the cache, and what takes the first process's messages
 */
export function createSharedCache(send: (message: FromWorker) => void): {
  cache: Cache
  receive: (message: ToWorker) => void
} {
  const near = createMemoryCache()
  const blocks = createMemoryCache()
  /** Who waits for a count, by its key, while counts are asked for. */
  const lines = new Map<string, ((count: number) => void)[]>()
  const asked = new Map<number, (answer: CacheAnswer) => void>()
  let lastId = 0

  function ask(request: CacheRequest, take: (answer: CacheAnswer) => void): void {
    asked.set(++lastId, take)
    send({ kind: 'cache', id: lastId, request })
  }
  // taken as soon as it arrives: a message to forget may come right behind it
  const find = (key: string): Promise<unknown> =>
    new Promise((resolve) =>
      ask({ do: 'get', key }, ({ value, expires }) => {
        if (expires !== undefined) void near.set(key, value, secondsUntil(expires))
        resolve(value)
      }),
    )
  function change(request: CacheRequest): Promise<void> {
    return new Promise((resolve) =>
      ask(request, () => {
        void near.delete(request.key)
        resolve()
      }),
    )
  }
  function askCounts(key: string, seconds: number, limit: number | null): void {
    const line = lines.get(key)!
    ask({ do: 'count', key, seconds, wanted: line.length, limit }, ({ first = 1, last = 0, expires = 0 }) => {
      let next = first
      while (line.length > 0 && next <= last) line.shift()!(next++)
      if (next <= last) void blocks.set(key, { next, last } satisfies Block, secondsUntil(expires))
      if (line.length > 0) askCounts(key, seconds, limit)
      else lines.delete(key)
    })
  }

  const cache: Cache = {
    get: async <T>(key: string) => {
      const entry = near.find(key)
      return (entry ? entry.value : await find(key)) as T | undefined
    },
    set: (key, value, seconds) => change({ do: 'set', key, value, seconds }),
    delete: (key) => change({ do: 'delete', key }),
    increment(key, seconds, limit) {
      const block = blocks.find(key)?.value as Block | undefined
      if (block && block.next <= block.last) return Promise.resolve(block.next++)
      return new Promise((resolve) => {
        const line = lines.get(key)
        if (line) line.push(resolve)
        else {
          lines.set(key, [resolve])
          askCounts(key, seconds, limit ?? null)
        }
      })
    },
    decrement: (key) => new Promise((resolve) => ask({ do: 'uncount', key }, () => resolve())),
    close: async () => {},
  }
  function receive(message: ToWorker): void {
    if (message.kind === 'forget') {
      void near.delete(message.key)
      send({ kind: 'forgotten', id: message.id })
    } else if (message.kind === 'cache') {
      const take = asked.get(message.id)
      asked.delete(message.id)
      take?.(message.answer)
    }
  }
  return { cache, receive }
}

const secondsUntil = (expires: number): number => (expires - Date.now()) / 1000
