import type { Cache } from './cache.ts'

const MAX_ENTRIES = 50_000

export interface Entry {
  value: unknown
  /** Unix time in milliseconds. */
  expires: number
}

/** A cache that also answers at once. */
export interface MemoryCache extends Cache {
  find(key: string): Entry | undefined
  /** Adds to a counter as `increment` does, and returns its new entry. */
  add(key: string, seconds: number, by: number): Entry & { value: number }
}

/**
 * A cache in this process. Entries expire; beyond MAX_ENTRIES the oldest are dropped.
 * @param now the time in milliseconds
 */
export function createMemoryCache(now: () => number = Date.now): MemoryCache {
  const entries = new Map<string, Entry>()
  const getLive = (key: string) => {
    const entry = entries.get(key)
    if (entry && entry.expires <= now()) {
      entries.delete(key)
      return undefined
    }
    return entry
  }
  const put = (key: string, value: unknown, expires: number) => {
    entries.delete(key)
    if (entries.size >= MAX_ENTRIES) entries.delete(entries.keys().next().value!)
    entries.set(key, { value, expires })
  }
  const add = (key: string, seconds: number, by: number) => {
    if (!getLive(key)) put(key, 0, now() + seconds * 1000)
    const entry = entries.get(key) as Entry & { value: number }
    entry.value += by
    return entry
  }
  return {
    async get<T>(key: string) {
      return getLive(key)?.value as T | undefined
    },
    async set(key, value, seconds) {
      put(key, value, now() + seconds * 1000)
    },
    async delete(key) {
      entries.delete(key)
    },
    find: getLive,
    add,
    increment: async (key, seconds) => add(key, seconds, 1).value,
    async decrement(key) {
      const entry = getLive(key)
      if (entry) entry.value = Math.max(0, (entry.value as number) - 1)
    },
    async close() {
      entries.clear()
    },
  }
}
