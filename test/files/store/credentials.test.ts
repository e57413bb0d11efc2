import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { S3Config } from '../../../src/config/types.ts'
import { s3Store } from '../../../src/files/store/s3.ts'
import { openWallet } from '../../../src/files/store/s3_wallet.ts'
import { s3Platform } from '../../../src/runtimes/node/s3.ts'

const logged: string[] = []
const note = (message: string) => void logged.push(message)
const log = { info: note, warn: note, error: note }
const MINUTE = 60_000

describe('credentials that expire', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    logged.length = 0
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const lasting = (minutes: number, n: number) => ({
    accessKeyId: `AKID${n}`,
    secretAccessKey: 's',
    expiration: new Date(Date.now() + minutes * MINUTE),
  })

  test('are replaced before they do, without anyone asking', async () => {
    let given = 0
    const wallet = await openWallet(async () => lasting(60, ++given), log)
    expect(wallet.current().accessKeyId).toBe('AKID1')
    await vi.advanceTimersByTimeAsync(55 * MINUTE)
    expect(wallet.current().accessKeyId).toBe('AKID1')
    await vi.advanceTimersByTimeAsync(1 * MINUTE)
    expect(wallet.current().accessKeyId).toBe('AKID2')
    await vi.advanceTimersByTimeAsync(600 * MINUTE)
    expect(given).toBeGreaterThan(10)
    expect(wallet.current()).toMatchObject({ accessKeyId: `AKID${given}` })
    wallet.close()
    const last = given
    await vi.advanceTimersByTimeAsync(600 * MINUTE)
    expect(given).toBe(last)
  })

  test('stay in use while no new ones are given, until they have expired; then signing fails until there are', async () => {
    let there = true
    let asked = 0
    const wallet = await openWallet(async () => {
      asked++
      if (!there) throw new Error('no answer')
      return lasting(60, asked)
    }, log)
    there = false
    await vi.advanceTimersByTimeAsync(59 * MINUTE)
    expect(wallet.current().accessKeyId).toBe('AKID1')
    expect(logged).toContain('no credentials for S3 are found')
    await vi.advanceTimersByTimeAsync(2 * MINUTE)
    expect(() => wallet.current()).toThrow('The archive has no credentials for its file store')
    there = true
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(wallet.current().accessKeyId).toBe(`AKID${asked}`)
    wallet.close()
  })

  test('and such as never do are asked for once', async () => {
    let asked = 0
    const wallet = await openWallet(async () => ({ accessKeyId: `AKID${++asked}`, secretAccessKey: 's' }), log)
    await vi.advanceTimersByTimeAsync(10_000 * MINUTE)
    expect(asked).toBe(1)
    expect(wallet.current().accessKeyId).toBe('AKID1')
    wallet.close()
  })
})

describe('without configured credentials', () => {
  const config: S3Config = {
    bucket: 'frames',
    endpoint: null,
    region: 'us-west-2',
    credentials: null,
    signatureVersion: 's3v4',
    addressingStyle: 'virtual',
    daysToIaStorage: 60,
  }
  const file = { path: 'a/b', key: 'v', newest: true, isPublic: false }
  // nothing of the machine's own may be found
  const nowhere = {
    AWS_CONFIG_FILE: '/nowhere',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_PROFILE: undefined,
  }
  beforeEach(() => {
    for (const [name, value] of Object.entries(nowhere)) vi.stubEnv(name, value)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  test("those of the machine's role sign, with their session token", async () => {
    const role = createServer((_, response) => {
      const Expiration = new Date(Date.now() + 60 * MINUTE).toISOString()
      response.end(JSON.stringify({ AccessKeyId: 'AKIDROLE', SecretAccessKey: 's', Token: 'the+token=', Expiration }))
    })
    await new Promise<void>((resolve) => role.listen(0, '127.0.0.1', resolve))
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `http://127.0.0.1:${(role.address() as AddressInfo).port}/`)
    const store = await s3Store(config, log, s3Platform)
    const query = new URL(store.url(file, '')).searchParams
    expect(query.get('X-Amz-Credential')).toMatch(/^AKIDROLE\//)
    expect(query.get('X-Amz-Security-Token')).toBe('the+token=')
    store.close?.()
    await new Promise((resolve) => role.close(resolve))
  })

  test('and without a role the archive starts, and says what is missing where a URL is asked for', async () => {
    const store = await s3Store(config, log, s3Platform)
    expect(() => store.url(file, '')).toThrow('The archive has no credentials for its file store')
    expect(logged).toContain('no credentials for S3 are found')
    store.close?.()
  })
})
