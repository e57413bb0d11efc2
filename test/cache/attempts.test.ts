import type { ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { credentialLimits, limitAttempts, loginLimits, rememberLogin } from '../../src/auth/attempts.ts'
import { deriveKeys } from '../../src/auth/keys.ts'
import type { Cache } from '../../src/cache/cache.ts'
import { createMemcachedCache } from '../../src/cache/memcached.ts'
import { createMemoryCache } from '../../src/cache/memory.ts'
import { ArchiveError, ValidationError } from '../../src/errors.ts'
import type { Services } from '../../src/services.ts'
import { silent } from '../support/log.ts'
import { startMemcached } from '../support/memcached.ts'
import { freePort } from '../support/ports.ts'
import { sharedCaches } from '../support/shared_caches.ts'

/** What comes late on a busy machine is no failure of Memcached, after which each process counts for itself. */
const TIMEOUT_S = 20

let server: ChildProcess
let port: number
beforeAll(async () => {
  port = await freePort()
  server = await startMemcached(port)
})
afterAll(() => void server.kill('SIGTERM'))

const caches: Record<string, () => Cache> = {
  'in memory': createMemoryCache,
  'in the memory of several processes': () => sharedCaches(3).caches[2]!.cache,
  'in Memcached': () => createMemcachedCache([{ host: '127.0.0.1', port }], silent, undefined, TIMEOUT_S),
}

describe.each(Object.keys(caches))('failures counted %s', (kind) => {
  let services: Services
  let run = 0
  beforeEach(async () => {
    // a key of its own for each test, since Memcached lives on
    const keys = await deriveKeys(`${kind} ${run++}`)
    services = { cache: caches[kind]!(), keys, log: silent } as unknown as Services
  })

  const fail = async () => {
    throw new ValidationError({})
  }
  const outcome = (error: unknown) =>
    error instanceof ArchiveError && error.code === 'throttled' ? Number(error.headers['retry-after']) : 'failed'
  /** What became of a log-in: the seconds to wait, or `failed` or `in`. */
  const logIn = async (address: string, username: string, work: () => Promise<unknown> = fail) => {
    try {
      await limitAttempts(services, await loginLimits(services, username, address), work)
      await rememberLogin(services, username, address)
      return 'in'
    } catch (error) {
      return outcome(error)
    }
  }
  const succeed = async () => 'in'

  test('as many users from one address make that address wait, and no other', async () => {
    for (let i = 0; i < 21; i++) expect(await logIn('192.0.2.1', `user-${i}`)).toBe('failed')
    expect(await logIn('192.0.2.1', 'elrond', succeed)).toBeGreaterThan(0)
    expect(await logIn('192.0.2.2', 'elrond', succeed)).toBe('in')
  })

  test('as one user from everywhere make everybody wait half a minute at most, and not those who come from home', async () => {
    expect(await logIn('198.51.100.7', 'elrond', succeed)).toBe('in')
    const waits = []
    for (let i = 0; i < 60; i++) waits.push(await logIn(`192.0.2.${i}`, 'elrond'))
    expect(waits.filter((wait) => wait === 'failed').length).toBeLessThanOrEqual(23)
    expect(Math.max(...waits.filter((wait) => typeof wait === 'number'))).toBeLessThanOrEqual(30)
    expect(await logIn('203.0.113.1', 'elrond', succeed)).toBeGreaterThan(0)
    expect(await logIn('198.51.100.7', 'elrond', succeed)).toBe('in')
  })

  test('are forgiven by the right password, to that user at that address', async () => {
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 3; i++) expect(await logIn('192.0.2.1', 'frodo')).toBe('failed')
      expect(await logIn('192.0.2.1', 'frodo', succeed)).toBe('in')
    }
  })

  test('are none where the archive itself or the portal is at fault', async () => {
    const out = async () => {
      throw new ArchiveError('portal_unavailable')
    }
    for (let i = 0; i < 50; i++) expect(await logIn('192.0.2.1', 'frodo', out)).toBe('failed')
    expect(await logIn('192.0.2.1', 'frodo', succeed)).toBe('in')
  })

  test('of a thousand at once no more get through than one after the other', async () => {
    let asked = 0
    const work = async () => {
      asked++
      throw new ArchiveError('unknown_user')
    }
    const tried = Array.from({ length: 1000 }, () =>
      limitAttempts(services, credentialLimits(services, '192.0.2.1'), work),
    )
    await Promise.allSettled(tried)
    expect(asked).toBe(31)
  })
})
