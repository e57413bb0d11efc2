import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linesOf, ndjson } from '../support/bulk.ts'
import { inRepository, readData, readJson } from '../support/data.ts'
import { newFrame } from '../support/frames.ts'
import { testConformance } from './conformance.ts'
import { ask as askLive, type Ingested, ingest, lose, type Running, startLive } from './live.ts'
import type { Runtime } from './runtimes.ts'

const MB = 2 ** 20
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const PACKED = 'cpt1m010-kb70-20151219-0073-e10.fits.fz'
const TABLED = 'multi-r.fits.fz'
const shell = promisify(execFile)
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')
const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer())
const expected = (kind: 'funpack' | 'catalog', name: string) =>
  readJson<Record<string, { size: number; md5: string }>>('fits', `${kind}.json`)[name]!

/** Everything that an archive has to do on each runtime alike, by HTTP alone. */
export function testRuntime(runtime: Runtime | 'workerd'): void {
  describe(`as the reference archive answers, on ${runtime}`, () => {
    testConformance('archive', () => startLive(runtime, { ZIP_DELIVERY: 'manifest' }))
  })

  describe(`the thumbnails as the reference archive answers, on ${runtime}`, () => {
    testConformance('thumbnails', () => startLive(runtime))
  })

  describe(`the archive on ${runtime}`, () => testLive(() => startLive(runtime, { ZIP_DELIVERY: 'stream' })))
}

function testLive(start: () => Promise<Running>): void {
  let live: Running
  let folder: string
  let small: Ingested
  let middle: Ingested
  let large: Ingested
  let packed: Ingested
  let tabled: Ingested
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'platestack-runtime-'))
    live = await start()
    small = await ingest(live, randomBytes(100_000))
    middle = await ingest(live, randomBytes(6 * MB))
    large = await ingest(live, randomBytes(40 * MB))
    packed = await ingest(live, readData('fits', PACKED), '.fits.fz')
    tabled = await ingest(live, readData('fits', TABLED), '.fits.fz')
  })
  afterAll(async () => {
    await live?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const ask = (...[path, init]: [string, Parameters<typeof askLive>[2]?]) => askLive(live, path, init)
  const zip = (frames: Ingested[], more: object = {}) =>
    ask('/frames/zip/', { json: { frame_ids: frames.map(({ id }) => id), ...more } })
  /** The address at which a ZIP can be fetched again. */
  async function addressOf(frames: Ingested[]): Promise<string> {
    const answer = await zip(frames)
    await answer.body!.cancel()
    return answer.headers.get('content-location')!
  }
  /** What unzip takes out of a ZIP: the MD5 of each file by its name. */
  async function unzip(bytes: Uint8Array): Promise<Record<string, string>> {
    const file = join(folder, `${md5(bytes)}.zip`)
    await writeFile(file, bytes)
    await shell('unzip', ['-oq', file, '-d', `${file}.d`])
    const { stdout } = await shell('find', [`${file}.d`, '-type', 'f'])
    const paths = stdout.split('\n').filter(Boolean)
    return Object.fromEntries(
      await Promise.all(paths.map(async (path) => [path.split('/').pop()!, md5(await readFile(path))] as const)),
    )
  }

  test('a signed URL gives its file to anybody, whole and in parts, and a changed one to nobody', async () => {
    const whole = await fetch(small.url)
    expect([whole.status, md5(await bytesOf(whole))]).toEqual([200, md5(small.bytes)])
    const part = await fetch(small.url, { headers: { range: 'bytes=1000-1999' } })
    expect([part.status, md5(await bytesOf(part))]).toEqual([206, md5(small.bytes.subarray(1000, 2000))])
    const changed = small.url.replace(/(X-Amz-Signature=)(.)/, (_, name, digit) => name + (digit === '0' ? '1' : '0'))
    expect((await fetch(changed)).status).toBe(403)
  })

  test('every answer carries the id of its request, which a client may give', async () => {
    const idOf = async (path: string, headers: Record<string, string>) => {
      const answer = await ask(path, { headers })
      await answer.arrayBuffer()
      return answer.headers.get('x-request-id')
    }
    for (const path of ['/frames/', '/nowhere/', '/frames/?start=x', '/docs/', '/openapi.json']) {
      expect(await idOf(path, { 'x-request-id': 'given-1' })).toBe('given-1')
      expect(await idOf(path, { 'x-request-id': 'x'.repeat(1000) })).toMatch(/^[0-9a-f]{32}$/)
    }
    const answer = await zip([small])
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/)
    await answer.body!.cancel()
  })

  test('a ZIP has its length and holds every file', async () => {
    const answer = await zip([small, packed, tabled])
    const bytes = await bytesOf(answer)
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('content-length')]).toEqual([
      200,
      'application/zip',
      String(bytes.length),
    ])
    const files = [small, packed, tabled].map((file) => [file.name, md5(file.bytes)])
    expect(await unzip(bytes)).toEqual(Object.fromEntries(files))
  })

  test('a ZIP of unpacked files, and one of catalogues', async () => {
    const unpacked = await unzip(await bytesOf(await zip([packed, tabled], { uncompress: true })))
    expect(Object.values(unpacked).sort()).toEqual(
      [expected('funpack', PACKED).md5, expected('funpack', TABLED).md5].sort(),
    )
    const catalogues = await unzip(await bytesOf(await zip([tabled], { catalog_only: true })))
    expect(Object.values(catalogues)).toEqual([expected('catalog', TABLED).md5])
  })

  test('a ZIP that broke off goes on at its address, to the same bytes', async () => {
    const answer = await zip([small, middle])
    const address = answer.headers.get('content-location')!
    const size = Number(answer.headers.get('content-length'))
    const reader = answer.body!.getReader()
    const pieces: Uint8Array[] = []
    for (let got = 0; got < 2 * MB; got += pieces.at(-1)!.length) pieces.push((await reader.read()).value!)
    await reader.cancel()
    const begun = Buffer.concat(pieces)
    const head = await fetch(address, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(size)])
    const rest = await fetch(address, { headers: { range: `bytes=${begun.length}-` } })
    expect([rest.status, rest.headers.get('content-range')]).toEqual([206, `bytes ${begun.length}-${size - 1}/${size}`])
    expect(rest.headers.get('content-length')).toBe(String(size - begun.length))
    const bytes = Buffer.concat([begun, await bytesOf(rest)])
    expect((await unzip(bytes))[middle.name]).toBe(md5(middle.bytes))
    const other = await fetch(address, { headers: { range: 'bytes=100-', 'if-range': '"another"' } })
    expect([other.status, md5(await bytesOf(other))]).toEqual([200, md5(bytes)])
  })

  test('a packed file is unpacked as funpack does it, whole and in parts', async () => {
    const path = `/frame-funpack/${packed.id}/funpack/`
    const { size, md5: sum } = expected('funpack', PACKED)
    const whole = await ask(path)
    const bytes = await bytesOf(whole)
    expect([whole.status, whole.headers.get('content-length'), md5(bytes)]).toEqual([200, String(size), sum])
    const part = await ask(path, { headers: { range: 'bytes=2880-5759' } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 2880-5759/${size}`])
    expect(md5(await bytesOf(part))).toBe(md5(bytes.subarray(2880, 5760)))
    const beyond = await ask(path, { headers: { range: `bytes=${size}-` } })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${size}`])
    await beyond.text()
  })

  test('the catalogue of a file is taken out of it', async () => {
    const answer = await ask(`/frame-catalog/${tabled.id}/catalog/`)
    expect([answer.status, md5(await bytesOf(answer))]).toEqual([200, expected('catalog', TABLED).md5])
  })

  test('a file that the store has lost is named as missing', async () => {
    const lost = await ingest(live, randomBytes(1000), '.fits.fz')
    await lose(live, lost)
    const answers = [
      await zip([lost, small]),
      await ask(`/frame-funpack/${lost.id}/funpack/`),
      await ask(`/frame-catalog/${lost.id}/catalog/`),
    ]
    for (const answer of answers)
      expect([answer.status, await answer.json()]).toEqual([
        404,
        { detail: `Missing from the file store: ${lost.name}.` },
      ])
  })

  test('a file that is lost while it is sent breaks the download off, which nobody takes for whole', async () => {
    const lost = await ingest(live, randomBytes(8 * MB))
    const { relay } = live.store
    relay.slow(2 * MB)
    const answer = await zip([lost])
    await lose(live, lost)
    relay.fail({ after: 0, kind: 'cut' })
    relay.slow(null)
    expect(answer.status).toBe(200)
    await expect(answer.arrayBuffer()).rejects.toThrow()
    expect((await ask('/health/')).status).toBe(200)
  })

  test('many records are written in one request, each line with its outcome', async () => {
    const records = Array.from({ length: 300 }, (_, i) => newFrame(`bulk-${i}`))
    const headers = { 'content-type': 'application/x-ndjson' }
    const send = (body: string) => ask('/frames/bulk/', { method: 'POST', token: live.token, headers, body })
    const answer = await send(`${ndjson(records)}{"basename": 7}\n`)
    const outcomes = linesOf(await answer.text()).map(({ outcome }) => outcome)
    expect([answer.status, outcomes]).toEqual([200, [...records.map(() => 'created'), 'refused']])
    const again = linesOf(await (await send(ndjson(records.slice(0, 2)))).text())
    expect(again.map(({ outcome }) => outcome)).toEqual(['already_there', 'already_there'])
    const found = await ask('/frames/?basename=bulk-299')
    expect(await found.json()).toMatchObject({ results: [{ basename: 'bulk-299' }] })
  })

  /** A bulk request whose body is still to come. */
  const openBulk = () =>
    request(`${live.baseUrl}/frames/bulk/`, {
      method: 'POST',
      agent: false,
      headers: { authorization: `Token ${live.token}`, 'content-type': 'application/x-ndjson' },
    })

  test('bulk lines that come slowly are all written', async () => {
    const sent = openBulk()
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>
    for (let i = 0; i < 6; i++) {
      sent.write(ndjson([newFrame(`slow-${i}`)]))
      await pause(400)
    }
    sent.end()
    const [answer] = await answered
    const text = Buffer.concat(await answer.toArray()).toString()
    expect([answer.statusCode, linesOf(text).map(({ outcome }) => outcome)]).toEqual([200, Array(6).fill('created')])
  })

  test('of a body whose client leaves in its middle, the lines that came are written', async () => {
    const sent = openBulk().on('error', () => {})
    sent.write(`${ndjson([newFrame('left-1'), newFrame('left-2')])}{"basename": "half a li`)
    const isThere = async (name: string) => (await (await ask(`/frames/?basename_exact=${name}`)).json()).count
    await expect.poll(() => isThere('left-2'), { timeout: 10_000 }).toBe(1)
    sent.destroy()
    expect([await isThere('left-1'), (await ask('/health/')).status]).toEqual([1, 200])
  })

  test('a slow reader gets all bytes, and the archive does not take them from the store meanwhile', async () => {
    const address = await addressOf([large, small])
    const before = live.store.relay.received()
    const asked = request(address, { agent: false }).end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    await pause(2_000)
    // what the kernel's buffers and those of each program on the way hold
    expect(live.store.relay.received() - before).toBeLessThan(large.bytes.length - 8 * MB)
    const pieces: Buffer[] = []
    for await (const piece of answer) {
      pieces.push(piece as Buffer)
      if (pieces.length % 100 === 0) await pause(5)
    }
    const files = await unzip(Buffer.concat(pieces))
    expect(files).toEqual({ [large.name]: md5(large.bytes), [small.name]: md5(small.bytes) })
  })

  /** Asks, and leaves after so many bytes of the answer; null: before it has begun. */
  const leave = (path: string, after: number | null): Promise<void> =>
    new Promise((resolve) => {
      let got = 0
      const asked = request(new URL(path, live.baseUrl), { agent: false }, (answer) => {
        answer.on('error', () => {})
        answer.on('data', (piece: Buffer) => {
          got += piece.length
          if (got >= after!) asked.destroy()
        })
      })
      asked.on('error', () => {}).on('close', resolve)
      asked.end()
      if (after === null) setTimeout(() => asked.destroy(), 5)
    })

  test('clients that leave hold nothing, and the archive goes on', async () => {
    const address = await addressOf([large, small])
    const { relay } = live.store
    const begun = relay.received()
    const places = [null, 1, MB]
    for (const after of places) await Promise.all(Array.from({ length: 3 }, () => leave(address, after)))
    await leave(`/frame-funpack/${packed.id}/funpack/`, 1)
    const goesOn = async () => {
      const before = relay.received()
      await pause(300)
      return relay.received() > before
    }
    await expect.poll(goesOn, { timeout: 20_000 }).toBe(false)
    expect(relay.received() - begun).toBeLessThan((3 * places.length * large.bytes.length) / 2)
    // connections at rest are kept, as many as one ZIP reads from at a time
    await expect.poll(() => relay.open(), { timeout: 20_000 }).toBeLessThanOrEqual(5)
    expect(await unzip(await bytesOf(await zip([small, middle])))).toEqual({
      [small.name]: md5(small.bytes),
      [middle.name]: md5(middle.bytes),
    })
  })

  test('a body that nobody reads costs neither its own answer nor others', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const body = JSON.stringify({ text: randomBytes(300_000).toString('hex') })
    for (let i = 0; i < 5; i++) {
      const refused = request(`${live.baseUrl}/frames/`, { method: 'POST', agent, headers: JSON_TYPE }).end(body)
      const [no] = (await once(refused, 'response')) as [IncomingMessage]
      const text = Buffer.concat(await no.toArray()).toString()
      expect([no.statusCode, text]).toEqual([401, '{"detail":"Authentication credentials were not provided."}'])
      expect(await (await ask('/health/')).json()).toBe('ok')
    }
    agent.destroy()
  })

  test('a body that is too large is refused as such', async () => {
    const answer = await ask('/frames/zip/', { method: 'POST', headers: JSON_TYPE, body: ' '.repeat(300 * 1024) })
    expect([answer.status, await answer.json()]).toEqual([413, { detail: 'The body is larger than 256 KB.' }])
  })

  test.each(['/', '/docs/', '/redoc/', '/api-auth/login/'])('the page %s loads all that it names', async (path) => {
    const page = await ask(path, { headers: { accept: BROWSER } })
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8'])
    const loaded = [...(await page.text()).matchAll(/<(?:script|img|link)[^>]* (?:src|href)="(\/[^"]*)"/g)]
    expect(loaded.length).toBeGreaterThan(1)
    for (const [, name] of loaded) {
      const asset = await ask(name!)
      expect([name, asset.status, (await bytesOf(asset)).length > 100]).toEqual([name, 200, true])
    }
  })

  test('a file of the pages is compressed where that is taken, and asked for again by its ETag', async () => {
    const path = '/docs/swagger-ui.css'
    const get = async (headers: Record<string, string>) => {
      const [answer] = (await once(request(`${live.baseUrl}${path}`, { headers }).end(), 'response')) as [
        IncomingMessage,
      ]
      return { answer, body: Buffer.concat(await answer.toArray()) }
    }
    const plain = await get({})
    const small = await get({ 'accept-encoding': 'gzip' })
    expect([plain.answer.headers['content-encoding'], small.answer.headers['content-encoding']]).toEqual([
      undefined,
      'gzip',
    ])
    expect(gunzipSync(small.body).equals(plain.body)).toBe(true)
    const again = await get({ 'if-none-match': plain.answer.headers.etag! })
    expect([again.answer.statusCode, again.body.length]).toEqual([304, 0])
  })

  test('the OpenAPI document is the committed one; lists and details are asked for again by their ETag', async () => {
    const committed = JSON.parse(await readFile(inRepository('openapi/openapi.json'), 'utf8'))
    expect(await (await ask('/openapi.json')).json()).toEqual(committed)
    for (const path of ['/openapi.json', '/frames/?limit=2', `/frames/${small.id}/`]) {
      const etag = (await ask(path)).headers.get('etag')!
      const again = await ask(path, { headers: { 'if-none-match': etag } })
      expect([path, again.status, await again.text()]).toEqual([path, 304, ''])
      const head = await ask(path, { method: 'HEAD' })
      expect([path, head.status, head.headers.get('etag')]).toEqual([path, 200, etag])
    }
  })
}

const JSON_TYPE = { 'content-type': 'application/json' }
