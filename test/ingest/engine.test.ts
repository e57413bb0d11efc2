import { randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { tokenOf } from '../../src/auth/tokens.ts'
import { archiveHere } from '../../src/cli/ingest/open.ts'
import { type Config, parseConfig } from '../../src/config/config.ts'
import type { FileStore } from '../../src/files/store/store.ts'
import { archiveAt } from '../../src/ingest/deliver/archive.ts'
import { remoteAddress } from '../../src/ingest/deliver/http.ts'
import type { Runs } from '../../src/ingest/deliver/leftovers.ts'
import { proposalTags } from '../../src/ingest/deliver/tags.ts'
import type { IngestFile } from '../../src/ingest/describe/description.ts'
import { type Ingester, openIngester } from '../../src/ingest/ingest.ts'
import type { FileOutcome } from '../../src/outcome.ts'
import { addSuperuser } from '../../src/queries/users/save.ts'
import { inProcess } from '../../src/runtimes/node/in_process.ts'
import { type Listening, listen } from '../../src/runtimes/node/listen.ts'
import { nodeMd5 } from '../../src/runtimes/node/md5.ts'
import { openDatabase, openServices, openStore } from '../../src/runtimes/node/server.ts'
import type { Services } from '../../src/services.ts'
import { nightFile } from '../support/fits_file.ts'
import { type HttpRelay, startHttpRelay } from '../support/http_relay.ts'
import { fileOf, manyFiles } from '../support/ingest_files.ts'
import { silent } from '../support/log.ts'
import { freePort } from '../support/ports.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { hasS3, s3Variables, type TestS3, testS3 } from '../support/s3.ts'

const never = new AbortController().signal

// One file, for a Ceph and a PostgreSQL together take ten seconds to start.
describe.runIf(hasS3)('an ingester before S3 and an archive', () => {
  let s3: TestS3
  let database: TestPostgres
  let port: number
  let config: Config
  let services: Services
  let server: Listening
  let front: HttpRelay
  let s3Front: HttpRelay
  let store: FileStore
  let token: string
  let logged: string[]
  const log = {
    info: (message: string) => void logged.push(message),
    warn: (message: string) => void logged.push(message),
    error: (message: string) => void logged.push(message),
  }

  async function start(): Promise<void> {
    services = await openServices(config, await openDatabase(config), silent)
    server = await listen(services)
  }

  beforeAll(async () => {
    ;[s3, database] = await Promise.all([testS3(), startPostgres()])
    port = await freePort()
    config = parseConfig({
      ...s3Variables(s3.config, s3.port),
      DATABASE_URL: await database.createDatabase(undefined, 'template'),
      SECRET_KEY: 'a key',
      HOST: '127.0.0.1',
      PORT: String(port),
    })
    await start()
    token = await tokenOf(services.writer, services.keys, (await addSuperuser(services.writer, 'root', '!', ''))!)
  })
  afterAll(async () => {
    await server?.stop()
    await Promise.all([s3?.remove(), database?.stop()])
  })
  beforeEach(async () => {
    logged = []
    front = await startHttpRelay(port)
    s3Front = await startHttpRelay(s3.port)
    store = await openStore(parseConfig({ ...s3Variables(s3.config, s3Front.port), SECRET_KEY: 'k' }), silent)
  })
  afterEach(async () => {
    store.close?.()
    await Promise.all([front.close(), s3Front.close()])
  })

  const ingester = (over: { token?: string; patienceMs?: number; direct?: boolean; runs?: Runs } = {}): Ingester =>
    openIngester({
      archive: over.direct
        ? archiveHere(services, inProcess(services))
        : archiveAt(remoteAddress(`http://127.0.0.1:${front.port}`, over.token ?? token)),
      store,
      rules: { ...config.ingest, classOverrides: {} },
      tags: proposalTags(null, fetch),
      platform: { md5: nodeMd5, crc32 },
      runs: over.runs ?? { id: randomUUID(), earlier: [] },
      patienceMs: over.patienceMs ?? 60_000,
      log,
    })
  const all = (by: Ingester, files: IngestFile[], signal = never): Promise<FileOutcome[]> =>
    Promise.all(files.map((file) => by.ingest(file, undefined, signal)))
  const outcomes = (list: FileOutcome[]) => [...new Set(list.map(({ outcome }) => outcome))]

  /** What is in the bucket, and what the archive's records name, of the frames whose names begin so. */
  async function state(prefix: string): Promise<{ objects: string[]; versions: string[] }> {
    const listed = await s3.client.send(new ListObjectVersionsCommand({ Bucket: s3.config.bucket }))
    expect(listed.IsTruncated).toBe(false)
    const objects = (listed.Versions ?? [])
      .filter(({ Key }) => Key!.includes(`/${prefix}-`))
      .map(({ VersionId }) => VersionId!)
    const rows = await services.writer`
      select v.key from versions v join frames f on f.id = v.frame_id where f.basename like ${`${prefix}-%`}`
    return { objects: objects.sort(), versions: rows.map(({ key }) => key as string).sort() }
  }
  /** Each of so many files is recorded once, and nothing else is stored. */
  async function expectWhole(prefix: string, count: number): Promise<void> {
    const { objects, versions } = await state(prefix)
    expect(versions).toHaveLength(count)
    expect(objects).toEqual(versions)
  }
  const puts = () => s3Front.seen.filter(({ what }) => what.startsWith('PUT')).length

  test('new files go in, with size and CRC-32; again, nothing is uploaded', async () => {
    const files = manyFiles('new', 30)
    const first = await all(ingester(), files)
    expect(outcomes(first)).toEqual(['created'])
    expect(new Set(first.map((o) => 'id' in o && o.id)).size).toBe(30)
    expect(puts()).toBe(30)
    expect(outcomes(await all(ingester(), files))).toEqual(['already_there'])
    expect(outcomes(await all(ingester({ direct: true }), files))).toEqual(['already_there'])
    expect(puts()).toBe(30)
    await expectWhole('new', 30)
    const [row] = await services.writer`
      select v.size, v.crc32, v.extension from versions v join frames f on f.id = v.frame_id
      where f.basename = 'new-0000-e00'`
    const bytes = nightFile({ OBJECT: 'new-0000-e00' })
    expect({ ...row }).toEqual({ size: bytes.length, crc32: crc32(bytes), extension: '.fits' })
  })

  test('records go in batches', async () => {
    await all(ingester(), manyFiles('batch', 60))
    const posts = front.seen.filter(({ what }) => what.startsWith('POST'))
    expect(new Set(posts.map(({ what }) => what))).toEqual(new Set(['POST /frames/bulk/']))
    expect(posts.length).toBeLessThan(40)
  })

  test('into the database itself, without an archive between', async () => {
    const list = await all(ingester({ direct: true }), manyFiles('direct', 30))
    expect(outcomes(list)).toEqual(['created'])
    expect(front.seen).toEqual([])
    await expectWhole('direct', 30)
  })

  test('two files of one basename go in in the order in which they are given', async () => {
    const files = Array.from({ length: 8 }, (_, i) => fileOf('order-1-e00.fits', nightFile({ OBJECT: `take ${i}` })))
    const list = await all(ingester(), files)
    expect(list.map(({ outcome }) => outcome)).toEqual(['created', ...Array<string>(7).fill('new_version')])
    const rows = await services.writer`
      select v.md5 from versions v join frames f on f.id = v.frame_id where f.basename = 'order-1-e00' order by v.id`
    const md5s = files.map((_, i) => {
      const hash = nodeMd5()
      hash.update(nightFile({ OBJECT: `take ${i}` }))
      return hash.hex()
    })
    expect(rows.map(({ md5 }) => md5)).toEqual(md5s)
    await expectWhole('order', 8)
  })

  test('a file whose record is refused is taken back out of the store', async () => {
    const bad = fileOf('bad-1-e00.fits', nightFile({ TELID: 'much too long' }))
    const [outcome] = await all(ingester(), [bad])
    expect(outcome).toMatchObject({ outcome: 'refused', header: 'TELID' })
    expect(puts()).toBe(1)
    await expectWhole('bad', 0)
  })

  test('an upload that cannot be taken back is left to the archive to remove', async () => {
    s3Front.decide((what) => (what.startsWith('DELETE') ? { status: 403 } : 'pass'))
    const bad = fileOf('stays-1-e00.fits', nightFile({ OBJECT: 'stays', TELID: 'much too long' }))
    const [outcome] = await all(ingester({ direct: true }), [bad])
    expect(outcome).toMatchObject({ outcome: 'refused', header: 'TELID' })
    expect((await state('stays')).objects).toHaveLength(1)
    await services.writer`update removals set next_try = now()`
    await services.removals.removeDue()
    await expectWhole('stays', 0)
    expect([...(await services.writer`select from removals`)]).toEqual([])
  })

  test('one content under two names goes in once', async () => {
    const bytes = nightFile({ OBJECT: 'the same' })
    const list = await all(ingester(), [fileOf('same-1-e00.fits', bytes), fileOf('same-2-e00.fits', bytes)])
    expect(list.map(({ outcome }) => outcome).sort()).toEqual(['already_there', 'created'])
    await expectWhole('same', 1)
    // which of the two has gone in is told with the other, then and later
    const words = /has the same content as same-[12]-e00\.fits, and takes a content once/
    const told = (each: FileOutcome) => ('warnings' in each && words.test(each.warnings.join()) ? 1 : 0)
    expect(list.map(told)).toEqual(list.map(({ outcome }) => (outcome === 'created' ? 0 : 1)))
    for (const direct of [true, false]) {
      const again = await all(ingester({ direct }), [
        fileOf('same-1-e00.fits', bytes),
        fileOf('same-2-e00.fits', bytes),
      ])
      expect(again.map(told)).toEqual(list.map(told))
    }
  })

  test('two ingesters over the same files leave each of them once', async () => {
    const files = manyFiles('race', 100)
    const lists = await Promise.all([
      all(ingester(), files),
      all(ingester(), files),
      all(ingester({ direct: true }), files),
    ])
    for (let i = 0; i < files.length; i++)
      expect(lists.map((list) => list[i]!.outcome).sort()).toEqual(['already_there', 'already_there', 'created'])
    await expectWhole('race', 100)
  })

  test('a record whose answer was lost is not sent twice', async () => {
    let cuts = 0
    front.decide((what) => (what.startsWith('POST') && cuts++ < 2 ? 'cut_after' : 'pass'))
    const list = await all(ingester(), manyFiles('lost', 20))
    expect(outcomes(list)).toEqual(['created'])
    expect(cuts).toBeGreaterThan(0)
    await expectWhole('lost', 20)
  })

  test('what the archive cannot take now is tried again, no sooner than it asks for', async () => {
    let refused = 0
    front.decide((what) =>
      what.startsWith('POST') && refused++ === 0
        ? { status: 429, headers: { 'retry-after': '2' }, body: '{}' }
        : 'pass',
    )
    const list = await all(ingester(), manyFiles('busy', 1))
    expect(outcomes(list)).toEqual(['created'])
    const posts = front.seen.filter(({ what }) => what.startsWith('POST'))
    expect(posts).toHaveLength(2)
    expect(posts[1]!.at - posts[0]!.at).toBeGreaterThanOrEqual(1900)
    expect(logged).toEqual([expect.stringContaining('cannot be reached'), expect.stringContaining('is back')])
  })

  test('an archive that restarts in the middle costs no file and two log lines', async () => {
    const files = manyFiles('restart', 150)
    let posts = 0
    let restarted: Promise<void> | undefined
    front.decide((what) => {
      if (what.startsWith('POST') && ++posts === 2)
        restarted = server
          .stop()
          .then(() => new Promise((resolve) => setTimeout(resolve, 500)))
          .then(start)
      return 'pass'
    })
    const by = ingester()
    const list: FileOutcome[] = []
    let next = 0
    const worker = async () => {
      while (next < files.length) list.push(await by.ingest(files[next++]!, undefined, never))
    }
    await Promise.all(Array.from({ length: 12 }, worker))
    await restarted
    expect(restarted).toBeDefined()
    expect(outcomes(list)).toEqual(['created'])
    await expectWhole('restart', 150)
    expect(logged.filter((line) => line.includes('is back')).length).toBeLessThan(4)
  }, 180_000)

  test('S3 that is gone for a while costs no file', async () => {
    const until = Date.now() + 3_000
    s3Front.decide(() => (Date.now() < until ? 'cut' : 'pass'))
    expect(outcomes(await all(ingester(), manyFiles('gone', 40)))).toEqual(['created'])
    await expectWhole('gone', 40)
  })

  test('an upload whose answer was lost leaves no second object', async () => {
    let cuts = 0
    s3Front.decide((what) => (what.startsWith('PUT') && cuts++ === 0 ? 'cut_after' : 'pass'))
    const files = manyFiles('twice', 1)
    expect(outcomes(await all(ingester(), files))).toEqual(['created'])
    expect(cuts).toBe(2)
    await expectWhole('twice', 1)
  })

  const denied = {
    status: 403,
    headers: { 'content-type': 'application/xml' },
    body: '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
  }

  /** A run that ends after its uploads and before its records. */
  async function interrupted(files: IngestFile[], runs: Runs): Promise<void> {
    front.decide((what) => (what.startsWith('POST') ? 'cut' : 'pass'))
    const by = ingester({ patienceMs: 1, runs })
    expect(outcomes(await all(by, files))).toEqual(['failed'])
    expect(by.unsettled()).toBe(files.length)
    front.decide(() => 'pass')
  }

  test('what a run left that ended between upload and record is mended by the next', async () => {
    const files = manyFiles('crash', 5)
    await interrupted(files, { id: 'the first', earlier: [] })
    await interrupted(files, { id: 'the second', earlier: ['the first'] })
    expect((await state('crash')).objects).toHaveLength(10)
    const third = ingester({ runs: { id: 'the third', earlier: ['the first', 'the second'] } })
    expect(outcomes(await all(third, files))).toEqual(['created'])
    expect(third.unsettled()).toBe(0)
    await expectWhole('crash', 5)
  })

  test('what a run left is removed too when another that was interrupted has recorded the file meanwhile', async () => {
    const files = manyFiles('between', 4)
    await interrupted(files, { id: 'begins', earlier: [] })
    expect(outcomes(await all(ingester(), files))).toEqual(['created'])
    expect((await state('between')).objects).toHaveLength(8)
    const noted: string[] = []
    const begun = new Set(files.map(({ filename }) => `cpt/kb70/20160102/raw/${filename}`))
    const runs = { id: 'mends', earlier: ['begins'], begun, note: (path: string) => void noted.push(path) }
    expect(outcomes(await all(ingester({ runs }), [...files, ...manyFiles('between-more', 1)]))).toEqual([
      'already_there',
      'created',
    ])
    expect(noted).toEqual(['cpt/kb70/20160102/raw/between-more-0000-e00.fits'])
    await expectWhole('between', 5)
  })

  test('what S3 refuses to everyone ends the run, with what to do about it', async () => {
    for (const [code, words] of [
      ['InvalidAccessKeyId', /does not know the access key: see AWS_ACCESS_KEY_ID/],
      ['NoSuchBucket', /no bucket of that name: see BUCKET/],
    ] as const) {
      const refused = { ...denied, status: 403, body: `<Error><Code>${code}</Code><Message>No.</Message></Error>` }
      s3Front.decide((what) => (what.startsWith('PUT') ? refused : 'pass'))
      const by = ingester()
      expect(outcomes(await all(by, manyFiles('nobody', 5)))).toEqual(['failed'])
      expect(by.fatal()?.message).toMatch(words)
    }
    await expectWhole('nobody', 0)
  })

  test('a proxy that takes no large requests gets smaller ones; its own words about one record are told', async () => {
    let bulks = 0
    front.decide((what, { headers }) => {
      if (!what.startsWith('POST')) return 'pass'
      bulks++
      return Number(headers['content-length']) > 3_000 ? { status: 413, body: '<h1>413 Too Large</h1>' } : 'pass'
    })
    expect(outcomes(await all(ingester(), manyFiles('large', 40)))).toEqual(['created'])
    expect(bulks).toBeGreaterThan(10)
    front.decide((what) => (what.startsWith('POST') ? { status: 413, body: '<h1>413 Too Large</h1>' } : 'pass'))
    expect(await all(ingester(), manyFiles('larger', 2))).toEqual(
      Array(2).fill({ outcome: 'refused', reason: expect.stringContaining('413: 413 Too Large'), header: null }),
    )
    await expectWhole('large', 40)
    await expectWhole('larger', 0)
  })

  test('what failed after its upload is mended by the same run', async () => {
    const files = manyFiles('again', 3)
    front.decide((what) => (what.startsWith('POST') ? 'cut' : 'pass'))
    const by = ingester({ patienceMs: 1 })
    expect(outcomes(await all(by, files))).toEqual(['failed'])
    front.decide(() => 'pass')
    expect(outcomes(await all(by, files))).toEqual(['created'])
    expect(by.unsettled()).toBe(0)
    await expectWhole('again', 3)
  })

  test('the same content that another has put at the same path of the bucket is not touched', async () => {
    const files = manyFiles('shared', 5)
    const foreign = []
    for (const file of files) {
      const Key = `cpt/kb70/20160102/raw/${file.filename}`
      const Body = new Uint8Array(await new Response(file.stream()).arrayBuffer())
      const Metadata = { 'platestack-run': "another archive's" }
      foreign.push(await s3.client.send(new PutObjectCommand({ Bucket: s3.config.bucket, Key, Body, Metadata })))
      foreign.push(await s3.client.send(new PutObjectCommand({ Bucket: s3.config.bucket, Key, Body })))
    }
    await interrupted(files, { id: 'begun', earlier: [] })
    expect(outcomes(await all(ingester({ runs: { id: 'ended', earlier: ['begun'] } }), files))).toEqual(['created'])
    const { objects, versions } = await state('shared')
    expect(objects).toEqual([...versions, ...foreign.map(({ VersionId }) => VersionId!)].sort())
  })

  test('an object of the same content that a record of the frame names is not removed', async () => {
    const [file] = manyFiles('named', 1)
    await interrupted([file!], { id: 'one', earlier: [] })
    await interrupted([file!], { id: 'two', earlier: [] })
    const [first] = (await state('named')).objects
    await all(ingester(), [fileOf('named-0000-e00.fits', nightFile({ OBJECT: 'first' }))])
    await services.writer`update versions set key = ${first!} where md5 in (
      select v.md5 from versions v join frames f on f.id = v.frame_id where f.basename = 'named-0000-e00')`
    const runs = { id: 'three', earlier: ['one', 'two'] }
    expect(outcomes(await all(ingester({ runs }), [file!]))).toEqual(['new_version'])
    const { objects, versions } = await state('named')
    expect(versions).toContain(first!)
    expect(objects.filter((key) => versions.includes(key))).toHaveLength(2)
    // beside these two there is but the upload whose record was changed here
    expect(objects).toHaveLength(3)
  })

  test('a bucket that may be written to but not listed is enough', async () => {
    const files = manyFiles('blind', 10)
    await interrupted(files, { id: 'blind', earlier: [] })
    s3Front.decide((what) => (what.includes('versions') ? denied : 'pass'))
    expect(outcomes(await all(ingester({ runs: { id: 'next', earlier: ['blind'] } }), files))).toEqual(['created'])
    expect(new Set(logged.filter((message) => message.includes('interrupted run')))).toHaveLength(1)
    const { objects, versions } = await state('blind')
    expect([versions.length, objects.length]).toEqual([10, 20])
  })

  test('what S3 refuses is told at once, with its reason', async () => {
    s3Front.decide((what) => (what.startsWith('PUT') ? denied : 'pass'))
    expect(await all(ingester(), manyFiles('denied', 1))).toEqual([
      { outcome: 'failed', reason: expect.stringMatching(/refuses.*AccessDenied/) },
    ])
    expect(puts()).toBe(1)
  })

  test('a store that keeps something else than was sent is not believed', async () => {
    s3Front.decide((what) =>
      what.startsWith('PUT')
        ? { status: 200, headers: { etag: '"0123456789abcdef0123456789abcdef"', 'x-amz-version-id': 'none' } }
        : 'pass',
    )
    expect(await all(ingester(), manyFiles('etag', 1))).toEqual([
      { outcome: 'failed', reason: expect.stringMatching(/keeps it with the ETag 0123456789abcdef/) },
    ])
    expect(front.seen.filter(({ what }) => what.startsWith('POST'))).toEqual([])
  })

  test('a thumbnail that is there is skipped; one that an interrupted run has left is recorded', async () => {
    const bytes = new TextEncoder().encode('a picture') as Uint8Array<ArrayBuffer>
    const metadata = new Map(
      Object.entries({
        'DATE-OBS': '2016-01-02T03:04:05',
        'DAY-OBS': '20160102',
        INSTRUME: 'kb70',
        SITEID: 'cpt',
        TELID: '1m0a',
        size: 'small',
        frame_basename: 'thumb-1-e00',
      }),
    )
    const ingest = (over: Parameters<typeof ingester>[0] = {}) =>
      ingester(over).ingest(fileOf('thumb-1-e00-small.jpg', bytes), new Map(metadata), never)
    front.decide((what) => (what.startsWith('POST') ? 'cut' : 'pass'))
    expect(await ingest({ patienceMs: 1 })).toMatchObject({ outcome: 'failed' })
    front.decide(() => 'pass')
    expect(await ingest()).toMatchObject({ outcome: 'created' })
    expect(await ingest()).toMatchObject({ outcome: 'already_there' })
    expect(await ingest({ direct: true })).toMatchObject({ outcome: 'already_there' })
    expect(puts()).toBe(1)
    const rows = await services.writer`select key from thumbnails where basename = 'thumb-1-e00-small'`
    expect((await state('thumb')).objects).toEqual(rows.map(({ key }) => key))
  })

  test('a token that is not taken ends the run, with nothing stored', async () => {
    const by = ingester({ token: 'wrong' })
    const list = await all(by, manyFiles('token', 20))
    expect(list[19]).toEqual({ outcome: 'failed', reason: expect.stringMatching(/refuses the token.*--auth-token/) })
    expect(by.fatal()?.message).toMatch(/401/)
    const before = front.seen.length
    await all(by, manyFiles('token', 20))
    expect(front.seen).toHaveLength(before)
    front.decide((what) => (what.startsWith('POST') ? { status: 403, body: '{"detail":"no"}' } : 'pass'))
    expect(outcomes(await all(ingester(), manyFiles('token', 5)))).toEqual(['failed'])
    await expectWhole('token', 0)
  })

  test('an archive without bulk gets its records one by one; a refusal of what is there already is none', async () => {
    let lost = false
    front.decide((what) => {
      if (what.startsWith('GET /versions/known/')) return { status: 404, body: '{"detail":"Not found."}' }
      if (what === 'POST /frames/bulk/') return { status: 405, body: '{"detail":"Method \\"POST\\" not allowed."}' }
      if (what !== 'POST /frames/' || lost) return 'pass'
      lost = true
      return 'cut_after'
    })
    const files = manyFiles('single', 12)
    expect(outcomes(await all(ingester(), files))).toEqual(['created'])
    expect(front.seen.filter(({ what }) => what === 'POST /frames/')).toHaveLength(12)
    expect(front.seen.filter(({ what }) => what.startsWith('GET /versions/known/'))).toHaveLength(1)
    expect(front.seen.filter(({ what }) => what.startsWith('GET /versions/?md5='))).not.toHaveLength(0)
    await expectWhole('single', 12)
    const lists = await Promise.all([all(ingester(), manyFiles('both', 30)), all(ingester(), manyFiles('both', 30))])
    expect(outcomes(lists.flat()).sort()).toEqual(['already_there', 'created'])
    await expectWhole('both', 30)
  })

  test('a redirect is not followed, and what is no archive is told', async () => {
    front.decide(() => ({ status: 301, headers: { location: 'https://elsewhere.example/' } }))
    expect(await all(ingester(), manyFiles('where', 1))).toEqual([
      { outcome: 'failed', reason: expect.stringMatching(/redirects to https:\/\/elsewhere/) },
    ])
    front.decide(() => ({ status: 200, body: '<html>A page</html>' }))
    expect(await all(ingester(), manyFiles('where', 1))).toEqual([
      { outcome: 'failed', reason: expect.stringMatching(/does not answer as an archive does \(200: A page\)/) },
    ])
  })

  test('a stopped run waits for nothing', async () => {
    front.decide(() => 'cut')
    const stop = new AbortController()
    const work = all(ingester(), manyFiles('stop', 10), stop.signal)
    await expect.poll(() => logged.length, { timeout: 5_000 }).toBeGreaterThan(0)
    stop.abort()
    expect(outcomes(await work)).toEqual(['stopped'])
    expect(outcomes(await all(ingester(), manyFiles('stop', 2), stop.signal))).toEqual(['stopped'])
  })

  test('a file that changes while it is read is left for later', async () => {
    const bytes = nightFile({ OBJECT: 'growing' })
    const file = { ...fileOf('grow-1-e00.fits', bytes), size: bytes.length - 100 }
    expect(await all(ingester(), [file])).toEqual([
      { outcome: 'failed', reason: expect.stringMatching(/changed while it was read/) },
    ])
    // one too large for memory, which is read again for the upload
    const large = new Uint8Array(9 * 2 ** 20)
    large.set(nightFile({ OBJECT: 'large' }))
    let reads = 0
    const changing = {
      ...fileOf('grow-2-e00.fits', large),
      stream: () => {
        if (reads++ > 0) large[5000] = 1
        return new Blob([large]).stream()
      },
    }
    expect(await all(ingester(), [changing])).toEqual([
      { outcome: 'failed', reason: expect.stringMatching(/changed while it was read/) },
    ])
    await expectWhole('grow', 0)
  })

  test('ignored names and bad files cost nothing', async () => {
    const list = await all(ingester(), [
      fileOf('a-l00.fits', nightFile()),
      fileOf('a.fits', nightFile({ 'DATE-OBS': '' })),
      fileOf('a.xyz', nightFile()),
    ])
    expect(list.map(({ outcome }) => outcome)).toEqual(['ignored', 'refused', 'refused'])
    expect(front.seen).toEqual([])
  })
})
