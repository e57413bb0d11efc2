import { createMemcachedCache } from '../cache/memcached.ts'
import type { MemcachedServer } from '../config/config.ts'
import { silent } from '../log.ts'
import { type Finding, ok, warning } from './finding.ts'

/** Longer than requests wait for it: it is asked whether it is there, not how quick it is. */
const PATIENCE_S = 1

/** Asks each server of the cache by itself. */
export async function checkCache(servers: readonly MemcachedServer[]): Promise<Finding[]> {
  return Promise.all(
    servers.map(async (server) => {
      const name = `Memcached at ${server.host}:${server.port}`
      const cache = createMemcachedCache([server], silent, undefined, PATIENCE_S)
      try {
        await cache.probe!()
        return ok('cache', `${name} answers`)
      } catch (error) {
        return warning(
          'cache',
          `${name} does not answer: ${(error as Error).message}`,
          'Start it, or set CACHE_LOC to where it is. Without it each process counts requests for itself, and asks the portal more often.',
        )
      } finally {
        await cache.close()
      }
    }),
  )
}
