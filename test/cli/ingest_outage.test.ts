import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { CreateBucketCommand, ListObjectsV2Command, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Pool } from '../../src/database/open.ts'
import { fitsFile } from '../support/fits_file.ts'
import { poolAt } from '../support/pool.ts'
import { freePort } from '../support/ports.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { launch, platestack, program, type Running, serve, stop, type Variables } from '../support/program.ts'
import { hasS3, s3Variables, type TestS3, testS3 } from '../support/s3.ts'

// Each test takes the built program through something that goes wrong, and then asks the database and the bucket.
describe.runIf(hasS3)('platestack ingest', () => {
  let pg: TestPostgres
  let s3: TestS3
  let sql: Pool
  let root: string
  let port: number
  let direct: Variables
  let remote: Variables
  let archive: Running

  const start = async () => {
    archive = await serve({ ...direct, PORT: String(port), HOST: '127.0.0.1' })
  }
  beforeAll(async () => {
    ;[pg, s3] = await Promise.all([startPostgres(), testS3()])
    root = mkdtempSync(join(tmpdir(), 'platestack-outage-'))
    port = await freePort()
    const url = await pg.createDatabase(undefined, 'template')
    sql = poolAt(url, { max: 1 })
    const files = { ...s3Variables(s3.config, s3.port), PLATESTACK_DATA_DIR: join(root, 'data') }
    // with a broker that is never there every announcement stays where it can be counted
    const broker = { QUEUE_BROKER_URL: `amqp://guest:guest@127.0.0.1:${await freePort()}` }
    direct = { ...files, ...broker, DATABASE_URL: url, SECRET_KEY: 'a key of the tests' }
    const password = { SUPERUSER_PASSWORD: 'ringbearer' }
    await platestack(['createsuperuser', '--noinput', '--username', 'frodo'], { ...direct, ...password })
    const token = (await platestack(['token', 'frodo'], direct)).stdout.trim()
    remote = { ...files, API_ROOT: `http://127.0.0.1:${port}`, AUTH_TOKEN: token }
    await start()
  })
  afterAll(async () => {
    if (archive) await stop(archive)
    await sql?.end()
    await Promise.all([s3?.remove(), pg?.stop()])
    if (root) rmSync(root, { recursive: true, force: true })
  })

  let nights = 0
  let night: string
  let md5s: Set<string>
  beforeEach(() => {
    night = join(root, `night${++nights}`)
    mkdirSync(night)
    md5s = new Set()
  })
  const stem = () => `night${nights}-`
  function expose(count: number): void {
    for (let i = 0; i < count; i++) {
      const name = `${stem()}${String(i).padStart(4, '0')}-e00`
      const bytes = fitsFile({ OBJECT: name })
      writeFileSync(join(night, `${name}.fits`), bytes)
      md5s.add(createHash('md5').update(bytes).digest('hex'))
    }
  }
  function ingest(env: Variables, ...more: string[]): Running {
    const running = launch(process.execPath, [program, 'ingest', '--json', ...more, night], { env })
    running.child.stdin.end()
    return running
  }
  const rows = ({ stdout }: Running) =>
    stdout.split('\n').flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as { outcome: string }] : []))
  const count = (running: Running, ...outcomes: string[]) =>
    rows(running).filter(({ outcome }) => outcomes.includes(outcome)).length
  /** Waits until so many files are in. */
  async function reached(running: Running, files: number): Promise<void> {
    while (count(running, 'created') < files && running.child.exitCode === null) await pause(10)
  }
  const messages = ({ stderr }: Running) =>
    stderr.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line).message as string] : []))

  /** Every file is one version, is in the bucket under its key with its MD5 and nothing else is there, and was announced once. */
  async function expectWhole(): Promise<void> {
    const versions = await sql<{ key: string; md5: string }[]>`
      select v.key, v.md5 from versions v join frames f on f.id = v.frame_id where f.basename like ${`${stem()}%`}`
    expect(new Set(versions.map(({ md5 }) => md5))).toEqual(md5s)
    expect(versions).toHaveLength(md5s.size)
    const Prefix = `cpt/fa99/20240203/raw/${stem()}`
    const listed = await s3.client.send(new ListObjectVersionsCommand({ Bucket: s3.config.bucket, Prefix }))
    const objects = (listed.Versions ?? []).map(({ VersionId, ETag }) => `${VersionId} ${ETag?.replaceAll('"', '')}`)
    expect(objects.sort()).toEqual(versions.map(({ key, md5 }) => `${key} ${md5}`).sort())
    const announced = await sql`
      select message #>> '{version_set,0,md5}' as md5 from outbox where message ->> 'basename' like ${`${stem()}%`}`
    expect(announced.map(({ md5 }) => md5).sort()).toEqual([...md5s].sort())
  }

  test('waits for an archive that is not there yet, and for one that is killed on the way', async () => {
    await stop(archive)
    expose(200)
    const running = ingest(remote)
    await running.printed(/the archive at \S+ cannot be reached: trying again until it can/)
    await start()
    await reached(running, 40)
    await stop(archive, 'SIGKILL')
    await pause(700)
    await start()
    expect(await running.ended).toBe(0)
    expect(count(running, 'created')).toBe(200)
    // it is told when it goes and when it is back, not for each file
    const told = messages(running).filter((message) => message.startsWith('the archive at'))
    expect(told.slice(0, 2)).toEqual([
      expect.stringMatching(/cannot be reached: trying again until it can$/),
      expect.stringMatching(/is back$/),
    ])
    expect(told.length).toBeLessThanOrEqual(4)
    await expectWhole()
  })

  test.each([
    ['an archive', () => remote],
    ['the database', () => direct],
  ])('into %s loses nothing when connections to the database are cut again and again', async (_, env) => {
    expose(150)
    const running = ingest(env())
    for (let i = 0; i < 4; i++) {
      await reached(running, 1 + i * 30)
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`
    }
    expect(await running.ended).toBe(0)
    expect(count(running, 'created')).toBe(150)
    await expectWhole()
  })

  test.each([
    ['an archive', () => remote],
    ['the database', () => direct],
  ])('killed at any moment, and run again, does the rest into %s and leaves nothing behind', async (_, env) => {
    expose(120)
    for (let i = 0; i < 5; i++) {
      const running = ingest(env())
      await reached(running, 1)
      await pause(i * 70)
      running.child.kill('SIGKILL')
      await running.ended
    }
    // for as long as it takes what was begun, and is answered without anyone to hear it
    await pause(500)
    const last = ingest(env())
    expect(await last.ended).toBe(0)
    expect(count(last, 'created', 'already_there')).toBe(120)
    await expectWhole()
  })

  test('several at the same files, through the archive and beside it, leave each of them once', async () => {
    expose(100)
    const all = [ingest(remote), ingest(direct), ingest(remote)]
    expect(await Promise.all(all.map(({ ended }) => ended))).toEqual([0, 0, 0])
    for (const one of all) expect(count(one, 'created', 'already_there')).toBe(100)
    expect(all.map((one) => count(one, 'created')).reduce((a, b) => a + b)).toBe(100)
    await expectWhole()
  })

  test('a bucket that keeps no versions, or is not there, ends the run before anything is stored', async () => {
    await s3.client.send(new CreateBucketCommand({ Bucket: 'plain' }))
    expose(40)
    for (const [BUCKET, words] of [
      ['plain', 'the bucket plain keeps no versions: turn its versioning on'],
      ['nowhere', 'S3 has no bucket of that name: see BUCKET and S3_ENDPOINT_URL'],
    ] as const) {
      const running = ingest({ ...remote, BUCKET })
      expect(await running.ended).toBe(1)
      expect(running.stderr).toContain(`platestack: ${words}`)
      expect(messages(running).filter((message) => message === 'S3 failed').length).toBeLessThanOrEqual(1)
    }
    expect((await s3.client.send(new ListObjectsV2Command({ Bucket: 'plain' }))).KeyCount).toBe(0)
    md5s = new Set()
    await expectWhole()
  })
})
