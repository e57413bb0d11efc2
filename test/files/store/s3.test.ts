import { randomBytes } from 'node:crypto'
import { CreateBucketCommand, HeadObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { S3Config } from '../../../src/config/types.ts'
import { type S3Platform, s3Store } from '../../../src/files/store/s3.ts'
import { openFetch } from '../../../src/files/store/s3_fetch.ts'
import { presigner } from '../../../src/files/store/sigv4.ts'
import type { FileStore, StoredFile } from '../../../src/files/store/store.ts'
import { s3Platform } from '../../../src/runtimes/node/s3.ts'
import { testArchive } from '../../support/archive.ts'
import { type Relay, startRelay } from '../../support/relay.ts'
import { DNS_NAME, hasS3, s3Variables, type TestS3, testS3 } from '../../support/s3.ts'
import { code, facts, get, log, logged, md5Of, path, put, QUICK, read, sockets } from '../../support/s3_store.ts'

/** As in a Worker; in place of its stream of known length, which Node's fetch() lacks, the bytes themselves. */
const byFetch: S3Platform = {
  open: async (config) => {
    const api = await openFetch(config)
    return {
      ...api,
      send: async (command, input, options) => {
        const { Body } = input as { Body?: ReadableStream<Uint8Array> }
        const inMemory = Body && { Body: new Uint8Array(await new Response(Body).arrayBuffer()) }
        return api.send(command, { ...input, ...inMemory }, options)
      },
    }
  },
}

// One file, for a Ceph takes five seconds and more to start.
describe.runIf(hasS3)('the S3 store', () => {
  let s3: TestS3
  let store: FileStore
  beforeAll(async () => {
    s3 = await testS3()
    store = await s3Store(s3.config, log, s3Platform)
  })
  afterAll(async () => {
    store?.close?.()
    await s3?.remove()
  })

  const head = (file: StoredFile) =>
    s3.client.send(new HeadObjectCommand({ Bucket: s3.config.bucket, Key: file.path, VersionId: file.key }))
  const at = (port: number, more: Partial<S3Config> = {}): S3Config => ({
    ...s3.config,
    endpoint: `http://127.0.0.1:${port}`,
    ...more,
  })

  describe('stores files', () => {
    test('as versions, each under its VersionId with its ETag, and with what browsers and the bill need', async () => {
      const [one, two] = [randomBytes(300_000), randomBytes(200_000)]
      const first = await store.put(path, new Blob([one]), facts(one))
      const second = await store.put(
        path,
        new Blob([two]),
        facts(two, { replaces: first.key, observationDate: new Date('2016-01-02') }),
      )
      expect(first).toMatchObject({ key: expect.stringMatching(/^.{20,32}$/), md5: md5Of(one) })
      expect(second.md5).toBe(md5Of(two))
      expect(second.key).not.toBe(first.key)
      const [older, newest] = [first, second].map(({ key }) => ({ path, key, newest: false, isPublic: false }))
      expect(await head(older!)).toMatchObject({
        ContentLength: 300_000,
        ContentType: 'image/fits',
        ContentDisposition: 'attachment; filename=cpt1m010-kb70-20160102-0001-e00.fits.fz',
      })
      expect((await head(older!)).StorageClass).toBeUndefined()
      expect(await head(newest!)).toMatchObject({ ContentLength: 200_000, StorageClass: 'STANDARD_IA' })
      expect((await store.stat(older!))?.size ?? null).toBe(300_000)
      const whole = (await store.stream(older!))!
      expect(md5Of(await read(whole.body))).toBe(md5Of(one))
      expect(whole.size).toBe(300_000)
      expect(Math.abs(whole.modified.getTime() - Date.now())).toBeLessThan(60_000)
    })

    test('in STANDARD_IA from the configured age on, and not for want of a date', async () => {
      const day = 86_400_000
      const classOf = async (observationDate: Date | null) => {
        const bytes = randomBytes(10)
        return (await head(await put(store, 'a/class', bytes, { observationDate }))).StorageClass
      }
      expect(await classOf(new Date(Date.now() - 61 * day))).toBe('STANDARD_IA')
      expect(await classOf(new Date(Date.now() - 59 * day))).toBeUndefined()
      expect(await classOf(null)).toBeUndefined()
    })

    test('that are empty, or come from a source in many pieces', async () => {
      const nothing = await put(store, 'a/empty', Buffer.alloc(0))
      expect((await store.stat(nothing))?.size ?? null).toBe(0)
      expect(await read((await store.stream(nothing))!.body)).toEqual(Buffer.alloc(0))
      const bytes = randomBytes(3_000_000)
      let at = 0
      const pieces = () =>
        new ReadableStream<Uint8Array>({
          pull(controller) {
            if (at >= bytes.length) return controller.close()
            controller.enqueue(bytes.subarray(at, at + 7_777))
            at += 7_777
          },
        })
      const { key } = await store.put('a/pieces', { size: bytes.length, stream: pieces }, facts(bytes))
      expect(await read((await store.stream({ path: 'a/pieces', key, newest: true }))!.body).then(md5Of)).toBe(
        md5Of(bytes),
      )
    })

    test('under names that are no tokens', async () => {
      const named = async (filename: string) =>
        (await head(await put(store, 'a/named', randomBytes(5), { filename }))).ContentDisposition
      expect(await named('a "b".fits')).toBe(`attachment; filename="a _b_.fits"; filename*=UTF-8''a%20%22b%22.fits`)
      expect(await named('é\r\nx: y.fits')).toBe(
        `attachment; filename="___x: y.fits"; filename*=UTF-8''%C3%A9%0D%0Ax%3A%20y.fits`,
      )
    })

    test('only whole and unchanged', async () => {
      const bytes = randomBytes(200_000)
      const before = sockets()
      expect(await code(store.put('a/bad', new Blob([bytes]), facts(randomBytes(3))))).toBe('bad_request')
      expect(
        await code(store.put('a/bad', { size: 200_001, stream: () => new Blob([bytes]).stream() }, facts(bytes))),
      ).toBe('bad_request')
      expect(
        await code(store.put('a/bad', { size: 199_999, stream: () => new Blob([bytes]).stream() }, facts(bytes))),
      ).toBe('bad_request')
      let pulled = 0
      const breaking = () =>
        new ReadableStream<Uint8Array>({
          pull(controller) {
            if (pulled++ > 3) throw new Error('the disk is gone')
            controller.enqueue(bytes.subarray(0, 20_000))
          },
        })
      expect(await code(store.put('a/bad', { size: 200_000, stream: breaking }, facts(bytes)))).toBe('bad_request')
      const found = await s3.client.send(new ListObjectVersionsCommand({ Bucket: s3.config.bucket, Prefix: 'a/bad' }))
      expect(found.Versions).toBeUndefined()
      await expect.poll(sockets).toBeLessThanOrEqual(before + 1)
    })

    test('in a server without infrequent access all the same', async () => {
      const plain = await testS3({ storageClass: null })
      const other = await s3Store(plain.config, log, s3Platform)
      const file = await put(other, path, randomBytes(100), { observationDate: new Date('2016-01-02') })
      expect((await other.stat(file))?.size ?? null).toBe(100)
      expect(logged.join('\n')).toContain('S3 does not take the storage class')
      other.close?.()
      await plain.remove()
    })

    test('never in a bucket without versions, which would lose the older ones', async () => {
      await s3.client.send(new CreateBucketCommand({ Bucket: 'unversioned' }))
      const other = await s3Store({ ...s3.config, bucket: 'unversioned' }, log, s3Platform)
      expect(await code(put(other, path, randomBytes(100)))).toBe('store_unavailable')
      expect(logged.at(-1)).toContain('the bucket unversioned keeps no versions: turn its versioning on')
      expect(await other.newestAt(path)).toBeNull()
      other.close?.()
    })

    test('and takes a version back, and only that', async () => {
      const bytes = randomBytes(100)
      const kept = await put(store, 'a/back', bytes)
      const second = await store.put('a/back', new Blob(['second']), facts(Buffer.from('second')))
      await second.withdraw()
      expect((await store.stat({ ...kept, key: second.key }))?.size ?? null).toBeNull()
      expect((await store.stat(kept))?.size ?? null).toBe(100)
    })
  })

  describe.each([
    ['by the SDK', s3Platform],
    ['by fetch() alone, as at the edge', byFetch],
  ])('reads files %s', (_, platform) => {
    const bytes = randomBytes(1_000_000)
    let file: StoredFile
    let store: FileStore
    beforeAll(async () => {
      store = await s3Store(s3.config, log, platform)
      file = await put(store, path, bytes)
    })
    afterAll(() => store?.close?.())

    test('by ranges', async () => {
      for (const [start, end] of [
        [0, 0],
        [999_999, 999_999],
        [10, 499_999],
        [999_000, 2_000_000],
      ] as const) {
        const found = (await store.stream(file, { start, end }))!
        expect(md5Of(await read(found.body))).toBe(md5Of(bytes.subarray(start, end + 1)))
        expect(found.size).toBe(1_000_000)
      }
      for (const range of [
        { start: 1_000_000, end: 1_000_001 },
        { start: 5, end: 4 },
      ]) {
        const beyond = (await store.stream(file, range))!
        expect(await read(beyond.body)).toEqual(Buffer.alloc(0))
        expect(beyond.size).toBe(1_000_000)
      }
    })

    test('that are not there: null, and nothing to delete', async () => {
      const absent = [
        { ...file, path: 'no/such' },
        { ...file, key: 'nonsense' },
        { ...file, key: '' },
      ]
      for (const missing of absent) {
        expect((await store.stat(missing))?.size ?? null).toBeNull()
        expect(await store.stream(missing)).toBeNull()
        expect(await store.stream(missing, { start: 0, end: 9 })).toBeNull()
        await store.delete(missing)
      }
      expect((await store.stat(file))?.size ?? null).toBe(1_000_000)
    })

    test('until their version is deleted, and that alone', async () => {
      const [kept, gone] = [
        await put(store, 'a/deleted', randomBytes(8)),
        await put(store, 'a/deleted', randomBytes(9)),
      ]
      await store.delete(gone)
      expect((await store.stat(gone))?.size ?? null).toBeNull()
      expect((await store.stat(kept))?.size ?? null).toBe(8)
    })

    test('of a bucket that is not there, or with keys that are not its own: the store is at fault, at once', async () => {
      const began = Date.now()
      const broken = [
        { ...s3.config, bucket: 'no-such-bucket' },
        { ...s3.config, credentials: { ...s3.config.credentials!, secretAccessKey: 'wrong' } },
      ]
      for (const config of broken) {
        const other = await s3Store(config, log, platform)
        expect(await code(other.stat(file))).toBe('store_unavailable')
        expect(await code(other.stream(file))).toBe('store_unavailable')
        expect(await code(put(other, path, randomBytes(10)))).toBe('store_unavailable')
        expect(await code(other.delete(file))).toBe('store_unavailable')
        other.close?.()
      }
      // sixteen times ten seconds, were they asked for again
      expect(Date.now() - began).toBeLessThan(10_000)
      expect(logged.join('\n')).toMatch(/NoSuchBucket[\s\S]*SignatureDoesNotMatch/)
    })

    test('under any name, the newest of them, and those of a run', async () => {
      const name = 'a/b &<c>\'d"é.fits'
      const first = await put(store, name, randomBytes(5))
      const last = await put(store, name, bytes, { run: 'run-1' })
      expect(await store.newestAt(name)).toEqual({ key: last.key, md5: md5Of(bytes) })
      expect(await store.newestAt('no/such')).toBeNull()
      expect(await store.keysAt!(name, md5Of(bytes), new Set(['run-1']))).toEqual([last.key])
      expect(await store.keysAt!(name, md5Of(bytes), new Set(['run-2']))).toEqual([])
      expect((await store.stat(first))?.size ?? null).toBe(5)
      expect(store.url(first, '')).toMatch(/X-Amz-Signature=[\da-f]{64}/)
    })
  })

  describe('signs URLs', () => {
    const bytes = Buffer.from('what is behind the URL')
    const location = () => ({ origin: s3.config.endpoint!, prefix: '/frames/', region: 'us-east-1' })
    const sign = (file: StoredFile, more: { at?: number; validS?: number } = {}) =>
      presigner(
        location(),
        s3Platform.digests!,
      )({
        path: file.path,
        versionId: file.key,
        credentials: s3.config.credentials!,
        at: Date.now(),
        validS: 60,
        ...more,
      })

    test('that the server accepts for two days from the full hour, or for one', async () => {
      const file = await put(store, path, bytes)
      for (const [validS, expires] of [
        [undefined, '172800'],
        [86_400, '86400'],
      ] as const) {
        const url = store.url(file, 'https://archive.example', validS)
        const query = new URL(url).searchParams
        expect(query.get('X-Amz-Date')).toMatch(/^\d{8}T\d{2}0000Z$/)
        expect(query.get('X-Amz-Expires')).toBe(expires)
        expect(store.url(file, '', validS)).toBe(url)
        const answer = await get(url)
        expect(answer.status).toBe(200)
        expect(answer.body).toEqual(bytes)
        expect(answer.headers['content-disposition']).toBe(
          'attachment; filename=cpt1m010-kb70-20160102-0001-e00.fits.fz',
        )
      }
    })

    test('of the very version', async () => {
      const older = await put(store, 'a/versions', Buffer.from('older'))
      const newer = await put(store, 'a/versions', Buffer.from('newer'))
      expect((await get(store.url(older, ''))).body.toString()).toBe('older')
      expect((await get(store.url(newer, ''))).body.toString()).toBe('newer')
    })

    // where Ceph's own parser has limits, the limits are left out: NUL, and names that are nothing but dots and slashes
    const odd = fc
      .array(
        fc.constantFrom(
          ...' +%.~\'()*!&=?#;:@,$[]\\"<>^`{|}-_aZ0',
          '//',
          '%2F',
          '%',
          '+',
          'ü',
          '✨',
          '/.hidden',
          'a/b',
        ),
        { minLength: 1, maxLength: 30 },
      )
      .map((parts) => `a${parts.join('')}z`)

    test('that the server accepts whatever the key, and refuses when anything in them is changed', async () => {
      await fc.assert(
        fc.asyncProperty(odd, async (name) => {
          const file = await put(store, name, bytes)
          const other = await put(store, `${name}2`, Buffer.from('not that one'))
          const url = sign(file)
          const answer = await get(url)
          expect([answer.status, answer.body.toString()]).toEqual([200, bytes.toString()])
          const changed = [
            url.replace(/Signature=(.)/, (_, digit) => `Signature=${digit === '0' ? '1' : '0'}`),
            url.replace(/versionId=[^&]*/, `versionId=${encodeURIComponent(other.key)}`),
            url.replace('?', '2?'),
            url.replace('X-Amz-Expires=60', 'X-Amz-Expires=61'),
            url.replace(/X-Amz-Date=\d{8}/, (date) => `X-Amz-Date=${Number(date.slice(11)) + 1}`),
            url.replace('&x-id=GetObject', '&x-id=GetObject&response-content-type=text%2Fhtml'),
          ]
          for (const one of changed) expect([one, (await get(one)).status]).toEqual([one, 403])
        }),
        { numRuns: 40, examples: [["a b/+%//ü/.x/~'()*!z"], ['a+z'], ['a%2Bz'], ['a%20z']] },
      )
    })

    test('that are refused when their time is over', async () => {
      const file = await put(store, path, bytes)
      expect((await get(sign(file, { at: Date.now() - 120_000 }))).status).toBe(403)
      expect((await get(sign(file, { at: Date.now() - 30_000 }))).status).toBe(200)
    })

    test('with the bucket as a host too', async () => {
      const file = await put(store, "a b/+%//ü/~'()*!", bytes)
      const virtual = await s3Store(
        { ...s3.config, endpoint: `http://${DNS_NAME}:${s3.port}`, addressingStyle: 'virtual' },
        log,
        s3Platform,
      )
      const url = virtual.url(file, '')
      expect(url).toMatch(new RegExp(`^http://frames\\.s3\\.test:${s3.port}/a%20b/%2B%25//%C3%BC/~%27%28%29%2A%21\\?`))
      expect((await get(url)).body).toEqual(bytes)
      expect((await get(url.replace(/Signature=...../, 'Signature=00000'))).status).toBe(403)
      virtual.close?.()
    })
  })

  test('is the store of an archive that is configured so', async () => {
    const { endpoint } = s3.config
    const archive = await testArchive(s3Variables(s3.config, s3.port))
    const bytes = randomBytes(50_000)
    const { key, md5 } = await put(archive.services.store, path, bytes).then((file) => ({
      key: file.key,
      md5: md5Of(bytes),
    }))
    const frame = {
      basename: 'cpt1m010-kb70-20160102-0001-e00',
      observation_date: '2016-01-02T03:04:05',
      observation_day: '2016-01-02',
      site_id: 'cpt',
      instrument_id: 'kb70',
      proposal_id: 'p',
      configuration_type: 'EXPOSE',
      headers: {},
      related_frame_filenames: [],
      area: null,
      version_set: [{ key, md5, extension: '.fits.fz' }],
    }
    const created = await archive.request('/frames/', { token: archive.root, json: frame })
    const { id, url, ...rest } = (await created.json()) as { id: number; url: string }
    expect([created.status, rest]).toMatchObject([201, { basename: frame.basename }])
    expect(url).toMatch(`${endpoint}/frames/${path}?X-Amz-Algorithm=`)
    expect(md5Of((await get(url)).body)).toBe(md5)
    expect((await archive.request(`/frames/${id}/`, { token: archive.root, method: 'DELETE' })).status).toBe(204)
    expect((await get(url)).status).toBe(404)
    await archive.close()
  }, 120_000)

  describe('when the way to the server is bad', () => {
    const bytes = randomBytes(4_000_000)
    let way: Relay
    let far: FileStore
    let file: StoredFile
    beforeAll(async () => {
      file = await put(store, 'a/far', bytes)
    })
    beforeEach(async () => {
      way = await startRelay(s3.port)
      far = await s3Store(at(way.port), log, s3Platform, QUICK)
    })
    afterEach(async () => {
      far.close?.()
      await way.close()
    })

    test('slow files come whole, however long they take', async () => {
      way.slow(2_000_000)
      const began = Date.now()
      expect(md5Of(await read((await far.stream(file))!.body))).toBe(md5Of(bytes))
      expect(Date.now() - began).toBeGreaterThan(QUICK.stall * 2)
    })

    test.each(['cut', 'hang'] as const)(
      'a transfer that is %s in the middle goes on where it stopped',
      async (fault) => {
        way.fail({ after: 1_500_000, kind: fault }, { after: 1_000_000, kind: fault })
        const { body } = (await far.stream(file, { start: 100, end: 3_999_899 }))!
        expect(md5Of(await read(body))).toBe(md5Of(bytes.subarray(100, 3_999_900)))
        expect(logged.join('\n')).toContain('a transfer from S3 broke off, its rest is asked for')
      },
    )

    test('a transfer that always breaks at once ends in an error', async () => {
      way.fail(
        { after: 1_500_000, kind: 'cut' },
        ...Array.from({ length: 100 }, () => ({ after: 0, kind: 'cut' as const })),
      )
      const began = Date.now()
      const { body } = (await far.stream(file))!
      await expect(read(body).then(md5Of)).rejects.toThrow()
      expect(Date.now() - began).toBeLessThan(10_000)
      await expect.poll(() => way.open()).toBe(0)
    })

    test('an upload that is cut is made again, one that hangs is given up', async () => {
      await put(far, 'a/again', randomBytes(10))
      way.fail({ after: 1, kind: 'cut' })
      const again = await put(far, 'a/again', bytes)
      expect(md5Of(await read((await store.stream(again))!.body))).toBe(md5Of(bytes))
      way.fail(...Array.from({ length: 100 }, () => ({ after: 0, kind: 'hang' as const })))
      const began = Date.now()
      expect(await code(put(far, 'a/again', bytes))).toBe('store_unavailable')
      expect(Date.now() - began).toBeLessThan(15_000)
      await expect.poll(() => way.open()).toBeLessThanOrEqual(1)
    })

    test('hundreds of downloads that are broken off leave no connection behind', async () => {
      // nothing has to fail here: a busy machine takes longer than the others are given
      const far = await s3Store(at(way.port), log, s3Platform)
      const before = sockets()
      for (let round = 0; round < 20; round++) {
        await Promise.all(
          Array.from({ length: 25 }, async (_, i) => {
            const { body } = (await far.stream(file, i % 3 === 0 ? { start: i, end: 3_000_000 } : undefined))!
            if (i % 5 === 0) return body.cancel()
            const reader = body.getReader()
            await reader.read()
            if (i % 2) await reader.read()
            await reader.cancel('the client is gone')
          }),
        )
      }
      await expect.poll(() => way.open(), { timeout: 5_000 }).toBe(0)
      await expect.poll(sockets, { timeout: 5_000 }).toBeLessThanOrEqual(before)
      expect((await far.stat(file))?.size ?? null).toBe(4_000_000)
      far.close?.()
    }, 120_000)
  })

  describe('when the server fails', () => {
    const bytes = randomBytes(3_000_000)

    test('stopped or hanging: an error within the bound for everything but URLs, and all is well when it is back', async () => {
      const quick = await s3Store(s3.config, log, s3Platform, QUICK)
      const file = await put(store, path, bytes)
      const every = async () => {
        const began = Date.now()
        const codes = await Promise.all([
          code(quick.stat(file)),
          code(quick.stream(file)),
          code(quick.delete(file)),
          code(put(quick, 'a/x', bytes)),
        ])
        expect(codes).toEqual(Array(4).fill('store_unavailable'))
        expect(Date.now() - began).toBeLessThan(12_000)
        expect(quick.url(file, '')).toContain('X-Amz-Signature=')
      }
      process.kill(s3.gateway, 'SIGSTOP')
      await every()
      process.kill(s3.gateway, 'SIGCONT')
      const isWell = () => quick.stat(file).then((found) => found === null || found.size === 3_000_000)
      await expect.poll(isWell).toBe(true)
      // more than the sockets on the way hold
      const { body } = (await quick.stream(await put(store, path, randomBytes(30_000_000))))!
      await s3.stop()
      await expect(read(body).then(md5Of)).rejects.toThrow('The file store cannot be reached')
      await every()
      await s3.start()
      const size = async () => (await quick.stat(await put(quick, path, bytes)))?.size ?? null
      await expect.poll(size).toBe(3_000_000)
      quick.close?.()
    }, 120_000)
  })
})
