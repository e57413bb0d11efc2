import type { ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createMemcachedCache } from '../../src/cache/memcached.ts'
import { createMemoryCache } from '../../src/cache/memory.ts'
import { startMemcached } from '../support/memcached.ts'
import { freePort } from '../support/ports.ts'
import { sharedCaches } from '../support/shared_caches.ts'

const warnings: string[] = []
const log = { info() {}, warn: (message: string) => void warnings.push(message), error() {} }

let server: ChildProcess
let port: number
const caches: Record<string, () => Cache> = {
  memory: createMemoryCache,
  'memory of several processes': () => sharedCaches(3).caches[1]!.cache,
  // what comes late on a busy machine is not away
  memcached: () => createMemcachedCache([{ host: '127.0.0.1', port }], log, undefined, 20),
}

beforeAll(async () => {
  port = await freePort()
  server = await startMemcached(port)
})
afterAll(() => void server.kill('SIGTERM'))

describe.each(Object.keys(caches))('%s', (kind) => {
  test('keeps values of JSON until they are deleted or have expired', async () => {
    const cache = caches[kind]!()
    const value = { id: 4, proposals: ['prop-alpha', 'Čapek ☄'], none: null }
    await cache.set('user:4', value, 60)
    expect(await cache.get('user:4')).toEqual(value)
    expect(await cache.get('user:5')).toBeUndefined()
    await cache.delete('user:4')
    expect(await cache.get('user:4')).toBeUndefined()
    await cache.set('soon', 1, 1)
    await expect.poll(() => cache.get('soon'), { timeout: 5000, interval: 100 }).toBeUndefined()
    await cache.close()
  })

  test('counts, and begins anew when the time of the first count is over', async () => {
    const cache = caches[kind]!()
    // Memcached's clock goes by whole seconds: two may be little more than one
    const count = () => cache.increment('n', 2)
    expect([await count(), await count(), await count()]).toEqual([1, 2, 3])
    await expect.poll(count, { timeout: 5000, interval: 100 }).toBe(1)
    await cache.close()
  })
})

describe.each(Object.keys(caches))('%s', (kind) => {
  test('counts back, to nothing at least, and makes nothing of what is not there', async () => {
    const cache = caches[kind]!()
    for (let i = 0; i < 3; i++) await cache.increment('back', 60)
    await cache.decrement('back')
    expect(await cache.increment('back', 60)).toBe(3)
    await cache.decrement('never counted')
    expect(await cache.increment('never counted', 60)).toBe(1)
    await cache.close()
  })
})

test('memory: beyond its room the oldest entries make place', async () => {
  const cache = createMemoryCache()
  for (let i = 0; i <= 50_000; i++) await cache.set(`k${i}`, i, 60)
  expect([await cache.get('k0'), await cache.get('k1'), await cache.get('k50000')]).toEqual([undefined, 1, 50_000])
})

test('memcached: while the server is away nothing is found, soon, nothing fails, and counts go on', async () => {
  const away = createMemcachedCache([{ host: '127.0.0.1', port: await freePort() }], log)
  const before = performance.now()
  await away.set('a', 1, 60)
  // what is limited stays limited: each process counts for itself
  for (let i = 1; i <= 100; i++) expect([await away.get('a'), await away.increment('n', 60)]).toEqual([undefined, i])
  expect(performance.now() - before).toBeLessThan(5000)
  expect(warnings).toContain('Memcached does not answer: going on without it')
  await away.close()
})
