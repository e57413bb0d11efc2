import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { get, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { downloadFrames, downloadZip } from '../../../../clients/typescript/files.ts'
import { type Archive, type Frame, openArchive } from '../../../../clients/typescript/index.ts'
import type { Pool } from '../../../../src/database/open.ts'
import { dataFile } from '../../../support/data.ts'
import { poolAt } from '../../../support/pool.ts'
import { startPostgres, type TestPostgres } from '../../../support/postgres.ts'
import { launch, platestack, program, type Running, serve, stop, type Variables } from '../../../support/program.ts'
import { type Fault, type Relay, startRelay } from '../../../support/relay.ts'
import { hasS3, s3Variables, type TestS3, testS3 } from '../../../support/s3.ts'
import { storeFile, storeFrames } from '../../../support/s3_frames.ts'
import { placesIn } from '../../../support/zip_places.ts'

const MIB = 2 ** 20
const SIZES = Array<number>(8).fill(8 * MIB)
const PACKED = dataFile('fits', 'cpt1m010-kb70-20151219-0073-e10.fits.fz')
const MULTI = dataFile('fits', 'multi-r.fits.fz')
const shell = promisify(execFile)

/** How long the archive waits for a store that has fallen silent, and some: a stall, then the requests for the rest. */
const PATIENCE_MS = 45_000

/** Files that a ZIP has open: the one that is read and those ahead of it. */
const AT_ONCE = 5

const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')
const silence: Fault[] = Array.from({ length: 1000 }, () => ({ after: 0, kind: 'hang' }))

/** Runs a client to its end; its exit code. */
const run = (command: string, ...args: string[]): Promise<number> =>
  shell(command, args).then(
    () => 0,
    (error) => error.code,
  )

describe.runIf(hasS3)('downloads from S3', () => {
  let s3: TestS3
  let store: Relay
  let front: Relay
  let database: TestPostgres
  let server: Running & { url: string }
  let folder: string
  let zip: { url: string; size: number; md5: string }
  let packed: { url: string; md5: string }
  let catalogue: string
  let post: (ids?: number[]) => Promise<Response>
  let sql: Pool
  let client: Archive
  let env: Variables
  /** Whether a token of the archive has come to S3. */
  let leaked = false
  const unknown: number[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'platestack-downloads-'))
    ;[s3, database] = await Promise.all([testS3(), startPostgres()])
    store = await startRelay(s3.port, {
      watch: () => (chunk) => {
        const text = chunk.toString('latin1')
        leaked ||= /authorization: *token/i.test(text)
      },
    })
    const url = await database.createDatabase(undefined, 'template')
    sql = poolAt(url, { max: 1 })
    const { config } = s3
    const frames = await storeFrames(s3.client, config.bucket, sql, SIZES)
    const { id } = await storeFile(s3.client, config.bucket, sql, readFileSync(PACKED), '.fits.fz')
    const multi = await storeFile(s3.client, config.bucket, sql, readFileSync(MULTI), '.fits.fz')
    for (const size of [1_500_000, 40_000, 1_200_000])
      unknown.push((await storeFile(s3.client, config.bucket, sql, randomBytes(size), '.fits')).id)
    env = {
      DATABASE_URL: url,
      HOST: '127.0.0.1',
      THROTTLE_ANON: '1000000/day',
      PROCESSED_EXCHANGE_ENABLED: 'False',
      ...s3Variables(config, store.port),
    }
    server = await serve(env)
    front = await startRelay(Number(new URL(server.url).port))
    const known = frames.map((f) => f.id)
    const headers = { 'content-type': 'application/json' }
    const base = `http://127.0.0.1:${front.port}`
    const login = { username: 'frodo', password: 'ringbearer' }
    const created = ['createsuperuser', '--noinput', '--username', login.username]
    expect((await platestack(created, { ...env, SUPERUSER_PASSWORD: login.password })).code).toBe(0)
    client = openArchive(base, { login })
    post = (frame_ids = known) =>
      fetch(`${base}/frames/zip/`, { method: 'POST', body: JSON.stringify({ frame_ids }), headers })
    const whole = await post()
    const bytes = new Uint8Array(await whole.arrayBuffer())
    zip = { url: whole.headers.get('content-location')!, size: bytes.length, md5: md5(bytes) }
    const unpacked = `${base}/frame-funpack/${id}/funpack/`
    catalogue = `${base}/frame-catalog/${multi.id}/catalog/`
    await (await fetch(catalogue)).arrayBuffer()
    packed = { url: unpacked, md5: md5(new Uint8Array(await (await fetch(unpacked)).arrayBuffer())) }
  })
  afterEach(() => {
    store.fail()
    front.fail()
  })
  afterAll(async () => {
    if (server) await stop(server)
    await sql?.end()
    await front?.close()
    await store?.close()
    await Promise.all([s3?.remove(), database?.stop()])
    await rm(folder, { recursive: true, force: true })
  })

  const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))![1]) * 1024
  const files = () => readdirSync(`/proc/${server.child.pid}/fd`).length
  const download = async (name: string) => md5(await readFile(join(folder, name)))

  test('a ZIP is what unzip takes for whole', async () => {
    expect(await run('curl', '-sf', '-o', join(folder, 'whole.zip'), zip.url)).toBe(0)
    expect((await shell('unzip', ['-t', join(folder, 'whole.zip')])).stdout).toContain('No errors detected')
    expect(await download('whole.zip')).toBe(zip.md5)
  })

  test.each([
    ['curl', ['-sf', '-C', '-', '-o']],
    ['wget', ['-q', '-c', '--tries=1', '-O']],
  ])('%s goes on with a ZIP that was cut anywhere, to the same bytes', async (command, args) => {
    const file = join(folder, `${command}.zip`)
    // each at a random place of what is then left
    for (let cuts = 0, has = 0; cuts < 6; cuts++) {
      front.fail({ after: 1000 + Math.floor(Math.random() * (zip.size - has) * 0.4), kind: 'cut' })
      expect(await run(command, ...args, file, zip.url), `cut ${cuts + 1}, at ${has}`).not.toBe(0)
      has = (await stat(file)).size
      expect(has).toBeLessThan(zip.size)
    }
    front.fail()
    expect(await run(command, ...args, file, zip.url)).toBe(0)
    expect(await download(`${command}.zip`)).toBe(zip.md5)
  })

  test('curl goes on with a first ZIP, of files of which nothing is known, wherever it was cut', async () => {
    const forget = () => sql`update versions set size = null, crc32 = null where frame_id = any (${unknown}::int[])`
    const whole = Buffer.from(await (await post(unknown)).arrayBuffer())
    const file = join(folder, 'first.zip')
    for (const { place, at } of placesIn(whole)) {
      let begun: Response
      // what the last download has learnt may be kept only after it has been forgotten
      do {
        await forget()
        begun = await post(unknown)
      } while (begun.headers.get('content-length') !== String(whole.length))
      const reader = begun.body!.getReader()
      const chunks: Uint8Array[] = []
      for (let got = 0; got < at; got += chunks.at(-1)!.length) chunks.push((await reader.read()).value!)
      await reader.cancel()
      await writeFile(file, Buffer.concat(chunks).subarray(0, at))
      const address = begun.headers.get('content-location')!
      await expect.poll(() => run('curl', '-sf', '-C', '-', '-o', file, address), { timeout: 10_000 }).toBe(0)
      expect([place, (await readFile(file)).equals(whole)]).toEqual([place, true])
    }
    expect((await shell('unzip', ['-t', file])).stdout).toContain('No errors detected')
  })

  /** Asks, and goes away after some bytes: 0 at the answer's head, null even before. */
  const leave = (url: string, after: number | null): Promise<void> =>
    new Promise((resolve) => {
      let got = 0
      const asked = request(url, { agent: false }, (answer) => {
        if (after === 0) return asked.destroy()
        answer
          .on('error', () => {})
          .on('data', (chunk: Buffer) => {
            got += chunk.length
            if (got >= after!) asked.destroy()
          })
      })
      asked
        .on('error', () => {})
        .on('close', resolve)
        .end()
      if (after === null) setTimeout(() => asked.destroy(), 5)
    })

  test('a hundred clients that went away leave no connection and no memory behind', async () => {
    const before = { rss: 0, files: files() }
    for (let i = 0; i < 100; i++) {
      // two at a time; the first half is a warm-up
      if (i === 50) before.rss = rss()
      const url = i % 3 === 0 ? packed.url : zip.url
      await Promise.all([leave(url, [null, 0, 100_000, 2_000_000][i % 4]!), leave(url, 1)])
    }
    // what is left are connections at rest, no more than one ZIP opens at a time
    await expect.poll(() => store.open(), { timeout: 10_000 }).toBeLessThanOrEqual(AT_ONCE)
    await expect.poll(() => front.open(), { timeout: 10_000 }).toBeLessThanOrEqual(1)
    await expect.poll(files, { timeout: 10_000 }).toBeLessThanOrEqual(before.files + 10)
    expect(rss() - before.rss).toBeLessThan(50 * MIB)
  }, 180_000)

  test('a broken connection to S3 in the middle is no matter for the client', async () => {
    store.fail({ after: 3 * MIB, kind: 'cut' }, { after: 5 * MIB, kind: 'cut' }, { after: 20 * MIB, kind: 'cut' })
    expect(await run('curl', '-sf', '-o', join(folder, 'mended.zip'), zip.url)).toBe(0)
    expect(await download('mended.zip')).toBe(zip.md5)
    store.fail({ after: 40_000, kind: 'cut' }, { after: 20_000, kind: 'cut' })
    expect(await run('curl', '-sf', '-o', join(folder, 'mended.fits'), packed.url)).toBe(0)
    expect(await download('mended.fits')).toBe(packed.md5)
  })

  test('S3 falling silent in the middle ends a download within the limits, and not as if it were whole', async () => {
    const began = Date.now()
    const before = store.received()
    const out = (name: string) => join(folder, name)
    // the one that the ZIP is read from; then, all connections being quiet, that of the funpack, and whatever follows
    store.fail({ after: 5 * MIB, kind: 'hang' })
    const zipped = run('curl', '-sf', '-o', out('silent.zip'), zip.url)
    await expect.poll(() => store.received() - before).toBeGreaterThan(5 * MIB)
    store.fail({ after: 40_000, kind: 'hang' }, ...silence)
    const codes = await Promise.all([zipped, run('curl', '-sf', '-o', out('silent.fits'), packed.url)])
    // the transfer was broken off in its middle
    expect([18, 56]).toContain(codes[0])
    // that of the funpack may not have begun: then it is told so
    expect([18, 22, 56]).toContain(codes[1])
    expect(Date.now() - began).toBeLessThan(PATIENCE_MS)
    expect(await run('unzip', '-t', out('silent.zip'))).not.toBe(0)
    store.fail()
    expect(await run('curl', '-sf', '-o', out('after.zip'), zip.url)).toBe(0)
    expect(await download('after.zip')).toBe(zip.md5)
  }, 120_000)

  test.each([
    ['refuses every request', 'cut'],
    ['says nothing', 'hang'],
  ] as const)('a store that %s is a 503 as JSON, before a byte of any download', async (_, kind) => {
    store.fail(...Array.from({ length: 1000 }, (): Fault => ({ after: 0, kind })))
    const part = { headers: { range: 'bytes=100-' } }
    const answers = await Promise.all([
      post(),
      fetch(zip.url),
      fetch(zip.url, part),
      fetch(packed.url),
      fetch(packed.url, part),
      fetch(catalogue),
    ])
    for (const answer of answers)
      expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
        503,
        '30',
        { detail: 'The file store cannot be reached. Try again shortly.' },
      ])
  })

  test('a client that leaves before the first byte gives up what was asked of S3 at once', async () => {
    // a first download opens the connections that are kept
    await (await fetch(zip.url)).body!.cancel()
    for (const url of [zip.url, packed.url]) {
      store.fail(...silence)
      const asked = get(url, { agent: false }).on('error', () => {})
      await expect.poll(() => store.stopped()).toBe(url === zip.url ? AT_ONCE : 1)
      asked.destroy()
      // a request has ten seconds
      await expect.poll(() => store.stopped(), { timeout: 5_000 }).toBe(0)
    }
  })

  test.each([
    ['a ZIP', () => zip.url, 2 * MIB],
    ['a funpack', () => packed.url, 40_000],
  ])(
    'a client of %s that goes away while S3 is silent frees its connections without waiting for it',
    async (_, url, after) => {
      store.fail({ after, kind: 'hang' }, ...silence)
      const asked = get(url(), { agent: false }, (answer) => answer.on('error', () => {}).resume()).on(
        'error',
        () => {},
      )
      await expect.poll(() => store.stopped()).toBe(url() === zip.url ? AT_ONCE : 1)
      asked.destroy()
      // what is asked for is given up with its request, after 10 s at most; what is read at once, not after a stall of 20 s
      await expect.poll(() => store.stopped(), { timeout: 12_000 }).toBe(0)
    },
  )

  test('checksum that is stopped while S3 is silent ends at once, and blames nobody', async () => {
    await storeFile(s3.client, s3.config.bucket, sql, randomBytes(3 * MIB), '.fits')
    store.fail({ after: MIB, kind: 'hang' }, ...silence)
    const reading = launch(process.execPath, [program, 'checksum'], { env })
    await expect.poll(() => store.stopped()).toBeGreaterThan(0)
    reading.child.kill('SIGTERM')
    expect(await reading.ended).toBe(1)
    expect([reading.stdout, reading.stderr]).toEqual([
      expect.stringMatching(/files are known now; stopped, run it again for the rest\n$/),
      '',
    ])
  })

  test('the client goes on with files that were cut, has expired addresses renewed, and S3 never gets its token', async () => {
    const frames: Frame[] = []
    for await (const frame of client.frames({ ordering: 'id', limit: 2 })) if (frames.push(frame) === 3) break
    // any change makes a signature invalid: S3 answers as to one that has expired
    const version = frames[2]!.version_set[0]!
    const url = version.url!.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=1')
    expect((await fetch(url)).status).toBe(403)
    const stale = { ...frames[2]!, version_set: [{ ...version, url }] }
    store.fail({ after: 3 * MIB, kind: 'cut' }, { after: 5 * MIB, kind: 'cut' })
    const into = join(folder, 'client')
    await downloadFrames(client, [...frames.slice(0, 2), stale], into, { parallel: 2 })
    for (const { basename, version_set } of frames)
      expect(md5(await readFile(join(into, basename + version_set[0]!.extension)))).toBe(version_set[0]!.md5)
    expect(leaked).toBe(false)

    const ids = frames.map(({ id }) => id)
    const whole = md5(new Uint8Array(await (await post(ids)).arrayBuffer()))
    front.fail({ after: 5 * MIB, kind: 'cut' }, { after: 9 * MIB, kind: 'cut' })
    await downloadZip(client, ids, join(folder, 'client.zip'))
    expect(await download('client.zip')).toBe(whole)
  })
})
