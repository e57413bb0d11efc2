import { Client } from 'memjs'
import type { MemcachedServer } from '../config/connections.ts'
import type { Log } from '../log.ts'
import { trackOutage } from '../log.ts'
import { tally } from '../tally.ts'
import type { Cache } from './cache.ts'
import { createMemoryCache } from './memory.ts'

/** Other programs may use the same Memcached. */
const PREFIX = 'platestack:'
/** A cache slower than the database is of no use. */
const TIMEOUT_S = 0.3
/** How long a failed server is left alone. */
const PAUSE_S = 10

/**
 * A cache shared by several processes. While it is unreachable nothing is found in it, and each
 * server counts for itself, so that limits stay in force.
 * @param own where it counts then
 */
export function createMemcachedCache(
  servers: readonly MemcachedServer[],
  log: Log,
  own: Pick<Cache, 'increment' | 'decrement'> = createMemoryCache(),
): Cache {
  const list = servers.map(({ host, port }) => `${host}:${port}`).join(',')
  const away = trackOutage(log, 'Memcached does not answer: going on without it', 'Memcached answers again', {
    name: 'memcached',
  })
  const client = Client.create(list, {
    timeout: TIMEOUT_S,
    conntimeout: TIMEOUT_S,
    retries: 1,
    failover: true,
    failoverTime: PAUSE_S,
    keepAlive: true,
    logger: { log: () => {} },
  })

  async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await work()
      away.end()
      return result
    } catch (error) {
      tally.cache.failed++
      away.begin({ servers: list, error: String(error) })
      return undefined
    }
  }
  return {
    async get<T>(key: string) {
      const found = await attempt(() => client.get(PREFIX + key))
      return found?.value ? (JSON.parse(found.value.toString('utf8')) as T) : undefined
    },
    async set(key, value, seconds) {
      await attempt(() => client.set(PREFIX + key, JSON.stringify(value), { expires: seconds }))
    },
    async delete(key) {
      await attempt(() => client.delete(PREFIX + key))
    },
    async increment(key, seconds, limit) {
      // Memcached keeps the expiry of the first count
      const counted = await attempt(() => client.increment(PREFIX + key, 1, { initial: 1, expires: seconds }))
      return counted === undefined ? own.increment(key, seconds, limit) : Number(counted.value ?? 0)
    },
    async decrement(key) {
      // a missing counter is 0 for a second: counting from there is the same as starting over
      const counted = await attempt(() => client.decrement(PREFIX + key, 1, { initial: 0, expires: 1 }))
      if (counted === undefined) await own.decrement(key)
    },
    async close() {
      client.close()
    },
  }
}
