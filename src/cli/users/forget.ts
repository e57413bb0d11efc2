import { HOLDER_SECONDS } from '../../auth/identity_cache.ts'
import type { Cache } from '../../cache/cache.ts'
import { createMemoryCache } from '../../cache/memory.ts'
import { parseConfig } from '../../config/config.ts'
import { openSharedCache } from '../shared_cache.ts'

/**
 * Does what makes running archives forget what they know of a user, in the cache that they share
 * with this command, if they do.
 * @returns after how many seconds all of them have forgotten it at the latest
 */
export async function forgetting(work: (cache: Cache) => Promise<unknown>): Promise<number> {
  const shared = await openSharedCache(parseConfig(process.env))
  const cache = shared ?? createMemoryCache()
  try {
    await work(cache)
    return shared?.hasAnswered() ? 0 : HOLDER_SECONDS
  } finally {
    await cache.close()
  }
}

/** The same in words. */
export const describeDelay = (seconds: number): string =>
  seconds === 0 ? 'at once' : `within ${seconds} seconds in an archive that is running`
