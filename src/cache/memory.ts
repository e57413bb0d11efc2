import type { Cache } from './cache.ts'

const ROOM = 50_000

/** A cache of one process: entries expire, and beyond ROOM the oldest make place. */
export function memoryCache(now: () => number = Date.now): Cache {
  const entries = new Map<string, { value: unknown; expires: number }>()
  const live = (key: string) => {
    const entry = entries.get(key)
    if (entry && entry.expires <= now()) {
      entries.delete(key)
      return undefined
    }
    return entry
  }
  const put = (key: string, value: unknown, expires: number) => {
    entries.delete(key)
    if (entries.size >= ROOM) entries.delete(entries.keys().next().value!)
    entries.set(key, { value, expires })
  }
  return {
    async get<T>(key: string) {
      return live(key)?.value as T | undefined
    },
    async set(key, value, seconds) {
      put(key, value, now() + seconds * 1000)
    },
    async delete(key) {
      entries.delete(key)
    },
    async increment(key, seconds) {
      const entry = live(key)
      if (entry) {
        entry.value = (entry.value as number) + 1
        return entry.value as number
      }
      put(key, 1, now() + seconds * 1000)
      return 1
    },
    async decrement(key) {
      const entry = live(key)
      if (entry) entry.value = Math.max(0, (entry.value as number) - 1)
    },
    async close() {
      entries.clear()
    },
  }
}
