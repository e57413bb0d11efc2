import type { Cache } from './cache.ts'

const MAX_ENTRIES = 50_000

/**
 * A cache in this process. Entries expire; beyond MAX_ENTRIES the oldest are dropped.
 * @param now the time in milliseconds
 */
export function createMemoryCache(now: () => number = Date.now): Cache {
  const entries = new Map<string, { value: unknown; expires: number }>()
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
    async increment(key, seconds) {
      const entry = getLive(key)
      if (entry) {
        entry.value = (entry.value as number) + 1
        return entry.value as number
      }
      put(key, 1, now() + seconds * 1000)
      return 1
    },
    async decrement(key) {
      const entry = getLive(key)
      if (entry) entry.value = Math.max(0, (entry.value as number) - 1)
    },
    async close() {
      entries.clear()
    },
  }
}
