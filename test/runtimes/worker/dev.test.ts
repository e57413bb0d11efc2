import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pool } from '../../../src/database/open.ts'
import { openArchive, rootToken } from '../../support/archive.ts'
import { linesOf, ndjson } from '../../support/bulk.ts'
import { dataFile } from '../../support/data.ts'
import { startEdge, type TestEdge } from '../../support/edge.ts'
import { newFrame } from '../../support/frames.ts'
import { startPgbouncer, type TestPgbouncer } from '../../support/pgbouncer.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { serve, stop, type Variables } from '../../support/program.ts'
import { hasS3, s3Variables, type TestS3, testS3 } from '../../support/s3.ts'
import { storeFile, storeFrames } from '../../support/s3_frames.ts'

const MIB = 2 ** 20
const PACKED = dataFile('fits', 'cpt1m010-kb70-20151219-0073-e10.fits.fz')
const shell = promisify(execFile)
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

describe.runIf(hasS3)('the Worker under wrangler dev, behind pgbouncer in transaction mode', () => {
  let s3: TestS3
  let database: TestPostgres
  let pooler: TestPgbouncer
  let edge: TestEdge
  let sql: Pool
  let token: string
  let folder: string
  let variables: Variables
  let ids: number[]
  let packed: number

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'platestack-edge-'))
    ;[s3, database] = await Promise.all([testS3(), startPostgres()])
    const url = await database.createDatabase('archive', 'template')
    pooler = await startPgbouncer(url, 'transaction', 4)
    variables = { ...s3Variables(s3.config, s3.port), THROTTLE_ANON: '1000000/day' }
    const services = await openArchive({ DATABASE_URL: url })
    token = await rootToken(services)
    sql = services.writer
    const { client, config } = s3
    ids = (await storeFrames(client, config.bucket, sql, [3 * MIB, MIB + 1, 7])).map(({ id }) => id)
    packed = (await storeFile(client, config.bucket, sql, readFileSync(PACKED), '.fits.fz')).id
    edge = await startEdge({ hyperdrive: pooler.url('archive'), variables })
  })
  afterAll(async () => {
    await edge?.stop()
    await sql?.end()
    await pooler?.stop()
    await Promise.all([s3?.remove(), database?.stop()])
    await rm(folder, { recursive: true, force: true })
  })

  const ask = (path: string, init: RequestInit = {}) => fetch(`${edge.url}${path}`, init)
  const zipOf = (frame_ids: number[]) =>
    ask('/frames/zip/', {
      method: 'POST',
      body: JSON.stringify({ frame_ids }),
      headers: { 'content-type': 'application/json' },
    })

  test('lists and details are those of the Node server', async () => {
    const node = await serve({
      ...variables,
      DATABASE_URL: database.url('archive'),
      SECRET_KEY: 'a key of the tests',
      PROCESSED_EXCHANGE_ENABLED: 'False',
    })
    try {
      // URLs are signed at the full hour
      const plain = (text: string, base: string) => text.replaceAll(base, '').replace(/X-Amz-[^"]*/g, '')
      for (const path of ['/', '/frames/?limit=2', `/frames/${packed}/`, '/versions/', '/profile/', '/frames/0/']) {
        const [here, there] = await Promise.all([ask(path), fetch(`${node.url}${path}`)])
        expect([path, here.status, plain(await here.text(), edge.url)]).toEqual([
          path,
          there.status,
          plain(await there.text(), node.url),
        ])
      }
    } finally {
      await stop(node)
    }
  })

  test('a signed URL leads to the file', async () => {
    const { url } = (await (await ask(`/frames/${packed}/`)).json()) as { url: string }
    expect(md5(new Uint8Array(await (await fetch(url)).arrayBuffer()))).toBe(md5(readFileSync(PACKED)))
  })

  test('a ZIP has its length, is whole, and goes on where it broke off', async () => {
    const answer = await zipOf([...ids, packed])
    expect(answer.status).toBe(200)
    const bytes = new Uint8Array(await answer.arrayBuffer())
    expect(answer.headers.get('content-length')).toBe(String(bytes.length))
    const address = answer.headers.get('content-location')!
    const head = await fetch(address, { method: 'HEAD' })
    expect(head.status).toBe(200)
    const file = join(folder, 'frames.zip')
    await shell('bash', ['-c', `curl -sf '${address}' | head -c 1500000 > ${file}`])
    await shell('curl', ['-sf', '-C', '-', '-o', file, address])
    expect(md5(await readFile(file))).toBe(md5(bytes))
    expect((await shell('unzip', ['-t', file])).stdout).toContain('No errors detected')
  })

  test('what a download shows is written while the database is still open', async () => {
    const known = () =>
      sql<{ crc32: number | null }[]>`select unpacked_crc32 as crc32 from versions where frame_id = ${packed}`
    const unpacked = await ask(`/frame-funpack/${packed}/funpack/`)
    const bytes = new Uint8Array(await unpacked.arrayBuffer())
    expect(unpacked.headers.get('content-length')).toBe(String(bytes.length))
    await expect.poll(async () => (await known())[0]?.crc32, { timeout: 10_000 }).not.toBeNull()
    const part = await ask(`/frame-funpack/${packed}/funpack/`, { headers: { range: 'bytes=2880-5759' } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 2880-5759/${bytes.length}`])
    expect(md5(new Uint8Array(await part.arrayBuffer()))).toBe(md5(bytes.subarray(2880, 5760)))
  })

  test('the pages load all that they name', async () => {
    for (const page of ['/docs/', '/redoc/']) {
      const text = await (await ask(page)).text()
      const names = [...text.matchAll(/(?:src|href)="(\/docs\/[^"]+\.[^"]+)"/g)].map(([, name]) => name!)
      expect(names.length).toBeGreaterThan(2)
      for (const name of names) {
        const asset = await ask(name)
        expect([name, asset.status, (await asset.arrayBuffer()).byteLength > 100]).toEqual([name, 200, true])
        if (name.includes('?v=')) expect(asset.headers.get('cache-control')).toContain('immutable')
      }
    }
    expect((await ask('/docs/worker.js')).status).toBe(404)
  })

  test('a body that nobody reads costs neither its answer nor others', async () => {
    const body = JSON.stringify({ text: randomBytes(400_000).toString('hex') })
    const refused = () => ask('/frames/', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    for (let i = 0; i < 10; i++) {
      const [no, yes] = await Promise.all([refused(), ask('/health/')])
      expect([no.status, yes.status]).toEqual([401, 200])
      expect(await no.json()).toEqual({ detail: 'Authentication credentials were not provided.' })
      await yes.text()
    }
  })

  test('many records are written in one request', async () => {
    const records = Array.from({ length: 300 }, (_, n) => newFrame(`edge-${n}`))
    const answer = await ask('/frames/bulk/', {
      method: 'POST',
      body: ndjson(records),
      headers: { 'content-type': 'application/x-ndjson', authorization: `Token ${token}` },
    })
    const outcomes = linesOf(await answer.text()).map(({ outcome }) => outcome)
    expect([answer.status, outcomes]).toEqual([200, records.map(() => 'created')])
  })

  test('no request leaves a connection behind', async () => {
    await expect.poll(() => pooler.clients(), { timeout: 10_000 }).toBe(0)
  })
})
