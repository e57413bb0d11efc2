import type { Cache } from '../cache/cache.ts'
import type { Config } from '../config/config.ts'
import type { Log } from '../log.ts'

/** The cache that the archive's processes share, as a command sees it. */
export interface SharedCache extends Cache {
  /** Whether it has answered all that it was asked so far: else what was not found may be there. */
  hasAnswered(): boolean
}

/** The configured Memcached; null: each archive keeps its cache in its own memory, which nobody else sees. */
export async function openSharedCache({ cache }: Config): Promise<SharedCache | null> {
  if (cache.kind === 'memory') return null
  const { createMemcachedCache } = await import('../cache/memcached.ts')
  let failed = false
  const note = () => {
    failed = true
  }
  const log: Log = { info: () => {}, warn: note, error: note }
  return Object.assign(createMemcachedCache(cache.servers, log), { hasAnswered: () => !failed })
}
