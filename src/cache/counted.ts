import { tally } from '../tally.ts'
import type { Cache } from './cache.ts'

/** The same cache, of which is counted how often it has what is looked for. */
export function countReads(cache: Cache): Cache {
  return {
    ...cache,
    async get<T>(key: string) {
      const found = await cache.get<T>(key)
      if (found === undefined) tally.cache.miss++
      else tally.cache.hit++
      return found
    },
  }
}
