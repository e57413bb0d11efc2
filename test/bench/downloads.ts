import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { crc32 } from 'node:zlib'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { migrate } from '../../src/database/migrations/migrate.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres } from '../support/postgres.ts'
import { startRelay } from '../support/relay.ts'
import { s3Variables, testS3 } from '../support/s3.ts'
import { promiseFrames, storeFrames } from '../support/s3_frames.ts'
import { type Closers, closingAfter } from './closing.ts'
import { copyServer } from './copy.ts'
import { median } from './median.ts'
import { startServer } from './server.ts'
import { openWire } from './wire.ts'

const help = `npm run bench:downloads: what ZIP downloads cost, on a PostgreSQL and an S3 server (Ceph) of their own

Usage: npm run bench:downloads -- [--gib N] [--rounds R] [--seconds S]

Checks that a manifest of 1000 frames is right, costs one query and asks nothing of S3, and that a streamed ZIP is right;
then measures manifests a second and the streamed ZIP in turns with a plain copy of the same bytes from the same S3 through
Node, and how far the server's memory grows.

  --gib N       bytes in the streamed ZIP; 1 unless given. From 5 on one of its files is larger than 4 GiB
  --rounds R    measurements of each of ZIP and copy; 3 unless given
  --seconds S   manifests are asked for so long; 5 unless given
`

const MIB = 2 ** 20
const GIB = 2 ** 30
const FILE = 64 * MIB
const LARGE = 4.25 * GIB
const FRAMES = 1000
const CONCURRENCY = 10
/** How often the server's memory is looked at. */
const LOOK_MS = 100

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const agent = new Agent({ keepAlive: true })

/** A request and its answer, of which nothing has been read. */
async function ask(url: string, json?: unknown): Promise<IncomingMessage> {
  const options = {
    agent,
    ...(json === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' } }),
  }
  const asked = request(url, options)
  asked.end(json === undefined ? undefined : JSON.stringify(json))
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  assert.equal(answer.statusCode, 200, url)
  return answer
}
const text = async (answer: IncomingMessage): Promise<string> => Buffer.concat(await answer.toArray()).toString()

/** Takes an answer and throws it away: mebibytes a second. */
async function drain(url: string, atLeast: number): Promise<number> {
  const began = performance.now()
  let got = 0
  for await (const chunk of await ask(url)) got += chunk.length
  assert.ok(got >= atLeast, `${got} bytes came of ${atLeast}`)
  return got / MIB / ((performance.now() - began) / 1000)
}

/** Resident memory of a process, in bytes. */
const rss = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024

/** A line for each frame in order, with the size and CRC-32 that are known of it. */
function checkManifest(manifest: string, length: number): void {
  const lines = manifest.split('\n')
  assert.equal(lines.pop(), '')
  assert.equal(lines.length, length)
  lines.forEach((line, i) => {
    const [sum, size, location, name] = line.split(' ') as [string, string, string, string]
    assert.equal(Number.parseInt(sum, 16), i)
    assert.equal(Number(size), 1_000_000 + i)
    assert.match(location, /^\/zip-files\/.*X-Amz-Signature=[0-9a-f]{64}/)
    assert.match(name, /^[\w-]+\/promised-[0-9a-f]{32}\.fits\.fz$/)
  })
}

/** The length that was promised, and each file with the CRC-32 that stands before it: read as the ZIP streams by. */
async function checkZip(answer: IncomingMessage, sizes: readonly number[]): Promise<void> {
  const HEADER = 30
  let head = Buffer.alloc(0)
  let left = 0
  let sum = 0
  let promised = 0
  let got = 0
  let files = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    got += chunk.length
    let rest = chunk
    while (rest.length > 0 && files <= sizes.length) {
      if (left > 0) {
        const bytes = rest.subarray(0, left)
        sum = crc32(bytes, sum)
        left -= bytes.length
        rest = rest.subarray(bytes.length)
        if (left === 0) assert.equal(sum, promised, `the CRC-32 of file ${files}`)
        continue
      }
      head = Buffer.concat([head, rest])
      rest = Buffer.alloc(0)
      if (files === sizes.length) files++
      else if (head.length >= HEADER && head.length >= HEADER + head.readUInt16LE(26) + head.readUInt16LE(28)) {
        assert.equal(head.readUInt32LE(0), 0x04034b50)
        promised = head.readUInt32LE(14)
        rest = head.subarray(HEADER + head.readUInt16LE(26) + head.readUInt16LE(28))
        head = Buffer.alloc(0)
        left = sizes[files++]!
        sum = 0
      }
    }
  }
  assert.equal(got, Number(answer.headers['content-length']))
  assert.equal(files, sizes.length + 1)
}

function sizesOf(gib: number): number[] {
  const large = gib >= 5 ? [LARGE] : []
  const count = Math.max(1, Math.round((gib * GIB - large.length * LARGE) / FILE))
  return [...Array<number>(count).fill(FILE), ...large]
}

interface Options {
  gib: number
  rounds: number
  seconds: number
}

async function bench({ gib, rounds, seconds }: Options, closers: Closers): Promise<void> {
  // objects in memory do for small sizes; twice the room, since a deleted or failed upload keeps its own for a while
  process.env.S3_STORE ??= gib > 2 ? 'bluestore' : 'memstore'
  process.env.S3_SIZE ??= `${Math.max(4, Math.ceil(gib * 1.5))}G`
  const database = await startPostgres()
  closers.unshift(() => database.stop())
  const s3 = await testS3()
  closers.unshift(() => s3.remove())
  const url = await database.createDatabase()
  const sql = poolAt(url, { max: 1 })
  closers.unshift(() => sql.end({ timeout: 5 }))
  await migrate(sql)
  say(`storing ${gib} GiB`)
  const sizes = sizesOf(gib)
  const frames = await storeFrames(s3.client, s3.config.bucket, sql, sizes)
  const wanted = { frame_ids: frames.map((f) => f.id) }
  const promised = { frame_ids: await promiseFrames(sql, FRAMES) }
  await sql`analyze`

  // what is asked of the database and of S3 is seen on the way there
  const wire = await openWire(Number(new URL(url).port))
  const relay = await startRelay(s3.port)
  const tapped = Object.assign(new URL(url), { port: wire.port }).href
  const watched = await startServer(tapped, [], { ...s3Variables(s3.config, relay.port), ZIP_DELIVERY: 'manifest' })
  closers.unshift(() => watched.stop().then(() => Promise.all([wire.close(), relay.close()])))
  const manifestUrl = `${watched.base}/frames/zip/`
  checkManifest(await text(await ask(manifestUrl, promised)), FRAMES)
  wire.clear()
  const before = relay.sent()
  checkManifest(await text(await ask(manifestUrl, promised)), FRAMES)
  assert.equal(wire.sent.length, 1, `one query, not ${wire.sent.length}`)
  assert.equal(wire.roundTrips, 1)
  assert.equal(relay.sent() - before, 0, 'nothing was asked of S3')
  say(`a manifest of ${FRAMES} frames is right, costs one query and asks nothing of S3`)

  const server = await startServer(url, [], { ...s3Variables(s3.config, s3.port), ZIP_DELIVERY: 'stream' })
  const manifests = await startServer(url, [], { ...s3Variables(s3.config, s3.port), ZIP_DELIVERY: 'manifest' })
  closers.unshift(() => Promise.all([server.stop(), manifests.stop()]))
  // one file is the warm-up: what the code itself takes is no growth by bytes
  await checkZip(await ask(`${server.base}/frames/zip/`, { frame_ids: [frames[0]!.id] }), [sizes[0]!])
  const rested = rss(server.pid)
  let most = rested
  const looking = setInterval(() => {
    most = Math.max(most, rss(server.pid))
  }, LOOK_MS)
  closers.unshift(async () => clearInterval(looking))
  const whole = await ask(`${server.base}/frames/zip/`, wanted)
  const again = whole.headers['content-location']!
  await checkZip(whole, sizes)
  say('the streamed ZIP is right\n')

  const times = await manifestTimes(`${manifests.base}/frames/zip/`, promised, seconds)
  say(
    `manifests of ${FRAMES} frames: ${(times.length / seconds).toFixed(1)} a second, ${median(times).toFixed(0)} ms each with ${CONCURRENCY} at a time`,
  )

  const signed = frames.map((f) =>
    getSignedUrl(s3.client, new GetObjectCommand({ Bucket: s3.config.bucket, Key: f.path })),
  )
  const copy = spawn(process.execPath, [fileURLToPath(import.meta.url), 'copy'], { stdio: ['pipe', 'pipe', 'inherit'] })
  closers.unshift(async () => copy.kill())
  copy.stdin.end(JSON.stringify(await Promise.all(signed)))
  const [port] = await once(copy.stdout, 'data')
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  const speeds = { copy: [] as number[], zip: [] as number[] }
  for (let i = 0; i < rounds; i++) {
    speeds.copy.push(await drain(`http://127.0.0.1:${Number(port)}/`, bytes))
    speeds.zip.push(await drain(again, bytes))
  }
  const [zip, plain] = [median(speeds.zip), median(speeds.copy)]
  say(`plain copy of ${gib} GiB: ${plain.toFixed(0)} MiB/s`)
  say(`streamed ZIP: ${zip.toFixed(0)} MiB/s, ${((100 * zip) / plain).toFixed(0)} % of that (60 % wanted)`)
  say(
    `memory of the server: ${(rested / MIB).toFixed(0)} MiB before, ${((most - rested) / MIB).toFixed(0)} MiB more at most (50 wanted)`,
  )
}

/** Milliseconds of each of the manifests that were had in that many seconds, after one of warm-up. */
async function manifestTimes(url: string, promised: unknown, seconds: number): Promise<number[]> {
  const times: number[] = []
  const measureFrom = performance.now() + 1000
  const until = measureFrom + seconds * 1000
  const client = async () => {
    while (performance.now() < until) {
      const began = performance.now()
      for await (const _ of await ask(url, promised));
      if (began >= measureFrom && performance.now() <= until) times.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, client))
  return times
}

async function main(): Promise<void> {
  if (process.argv[2] === 'copy') return copyServer(JSON.parse(Buffer.concat(await process.stdin.toArray()).toString()))
  const number = (value: string) => ({ type: 'string', default: value }) as const
  const { values } = parseArgs({
    options: { gib: number('1'), rounds: number('3'), seconds: number('5'), help: { type: 'boolean' } },
  })
  if (values.help) return say(help)
  const options = { gib: Number(values.gib), rounds: Number(values.rounds), seconds: Number(values.seconds) }
  await closingAfter((closers) => bench(options, closers).finally(() => agent.destroy()))
}

await main()
