import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openKeys } from '../../../src/auth/open_keys.ts'
import { hashPassword } from '../../../src/auth/passwords.ts'
import { tokenOf } from '../../../src/auth/tokens.ts'
import { parseConfig } from '../../../src/config/config.ts'
import type { Pool } from '../../../src/database/open.ts'
import { addSuperuser } from '../../../src/queries/users/save.ts'
import { FAR, newFrame } from '../../support/frames.ts'
import { poolAt } from '../../support/pool.ts'
import { freePort } from '../../support/ports.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { onTerminal, program, type Running, serve, stop, type Variables } from '../../support/program.ts'

const KEY = 'mellon, said to the door'
const PASSWORD = 'speak friend and enter'
let pg: TestPostgres
let url: string
let sql: Pool
let files: string
let root: { id: number; token: string }
let frame: { id: number; url: string }

const running = new Set<Running>()
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const each of running) if (each.child.exitCode === null) await stop(each, 'SIGKILL')
  running.clear()
  for (const close of closers.splice(0)) await close()
})

const variables = (): Variables => ({
  DATABASE_URL: url,
  SECRET_KEY: KEY,
  FILESTORE_TYPE: 'local',
  FILESYSTEM_STORAGE_ROOT_DIR: files,
  PROCESSED_EXCHANGE_ENABLED: 'False',
})

async function start(env: Variables = {}): Promise<Running & { url: string }> {
  const archive = await serve({ ...variables(), ...env })
  running.add(archive)
  return archive
}

beforeAll(async () => {
  pg = await startPostgres()
  url = await pg.createDatabase(undefined, 'template')
  files = await mkdtemp(join(tmpdir(), 'platestack-log-'))
  sql = poolAt(url, { max: 2 })
  const id = (await addSuperuser(sql, 'gandalf', await hashPassword(PASSWORD), ''))!
  const archive = await start()
  root = { id, token: await tokenOf(sql, await openKeys(parseConfig({ SECRET_KEY: KEY }), sql), id) }
  const posted = await fetch(`${archive.url}/frames/`, {
    method: 'POST',
    headers: { authorization: `Token ${root.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(newFrame('balrog', { public_date: FAR })),
  })
  expect(posted.status).toBe(201)
  frame = (await posted.json()) as typeof frame
  const { pathname } = new URL(frame.url)
  const file = join(files, decodeURIComponent(pathname.replace(/^\/files\//, '')))
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, 'you shall not pass')
})
afterAll(async () => {
  await sql?.end({ timeout: 5 })
  await pg?.stop()
  if (files) await rm(files, { recursive: true, force: true })
})

type Line = Record<string, unknown> & { message: string; request: string }
/** The log so far: not a line of standard error may be anything else than JSON. */
const linesOf = ({ stderr }: { stderr: string }): Line[] =>
  stderr
    .slice(0, stderr.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line)
const requestsOf = (archive: { stderr: string }): Line[] =>
  linesOf(archive).filter(({ message }) => message === 'request')

/** The line of an answer, by the id that it carries. */
async function lineOf(archive: Running, answer: { headers: { get(name: string): string | null } }): Promise<Line> {
  const id = answer.headers.get('x-request-id')!
  expect(id).toMatch(/^[\w.:+/=@-]{1,128}$/)
  await expect.poll(() => requestsOf(archive).some(({ request }) => request === id), { timeout: 30_000 }).toBe(true)
  const lines = requestsOf(archive).filter(({ request }) => request === id)
  expect(lines).toHaveLength(1)
  return lines[0]!
}

/** What comes for some bytes, until the server or the time ends it: status, and the id of the answer. */
async function sent(port: number, bytes: string | Buffer): Promise<{ status: number; headers: Headers }> {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  socket.write(bytes)
  await expect.poll(() => text.includes('\r\n\r\n'), { timeout: 30_000 }).toBe(true)
  socket.destroy()
  const [first, ...lines] = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n')
  const headers = new Headers(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  )
  return { status: Number(first!.split(' ')[1]), headers }
}

describe('a line for each request', () => {
  test('says who asked, what for, and what it cost; however one signs in, nothing secret is in the log', async () => {
    const archive = await start()
    const base = archive.url
    const authorization = `Token ${root.token}`
    const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) })
    const detail = await fetch(`${base}/frames/${frame.id}/?include=secretquery`, { headers: { authorization } })
    expect(await detail.json()).toMatchObject({ id: frame.id })
    expect(await lineOf(archive, detail)).toMatchObject({
      time: expect.stringMatching(/Z$/),
      level: 'info',
      caller: root.id,
      operation: 'framesGet',
      method: 'GET',
      path: `/frames/${frame.id}/`,
      status: 200,
      ms: expect.any(Number),
      database_ms: expect.any(Number),
      statements: expect.any(Number),
    })
    const line = await lineOf(archive, detail)
    expect(line.statements).toBeGreaterThan(0)
    expect(line.database_ms).toBeGreaterThan(0)
    expect(line.bytes).toBeGreaterThan(100)

    const login = await fetch(`${base}/api-auth/login/`, {
      ...form({ username: 'gandalf', password: PASSWORD, next: '/profile/?secretnext=1' }),
      headers: { origin: base },
      redirect: 'manual',
    })
    expect(login.status).toBe(303)
    const cookie = login.headers.get('set-cookie')!.split(';')[0]!
    const bySession = await fetch(`${base}/profile/`, { headers: { cookie } })
    expect(bySession.status).toBe(200)
    expect(await lineOf(archive, bySession)).toMatchObject({ caller: root.id, operation: 'authProfile' })
    const token = await fetch(`${base}/api-token-auth/`, form({ username: 'gandalf', password: PASSWORD }))
    expect(await token.json()).toEqual({ token: root.token })
    const wrong = await fetch(`${base}/api-token-auth/`, form({ username: 'gandalf', password: 'secretguess' }))
    expect(wrong.status).toBe(400)
    await lineOf(archive, wrong)
    expect(linesOf(archive)).toContainEqual(
      expect.objectContaining({ message: 'a log-in failed', request: wrong.headers.get('x-request-id') }),
    )
    const refused = await fetch(`${base}/frames/`, { headers: { authorization: 'Bearer secretbearer' } })
    expect(refused.status).toBe(401)
    expect(await lineOf(archive, refused)).toMatchObject({ caller: null, operation: 'framesList', status: 401 })

    const zip = await fetch(`${base}/frames/zip/`, form({ 'frame_ids[0]': String(frame.id), auth_token: root.token }))
    expect(zip.status).toBe(200)
    expect((await zip.arrayBuffer()).byteLength).toBe((await lineOf(archive, zip)).bytes)
    expect(await lineOf(archive, zip)).toMatchObject({ caller: root.id, operation: 'framesZip' })
    const ticket = new URL(zip.headers.get('content-location')!, base)
    const again = await fetch(ticket)
    expect(again.status).toBe(200)
    await again.arrayBuffer()
    expect(await lineOf(archive, again)).toMatchObject({ path: '/frames/zip/…/', operation: 'framesZipGet' })
    const current = (await (await fetch(`${base}/frames/${frame.id}/`, { headers: { authorization } })).json()) as {
      url: string
    }
    const file = await fetch(current.url)
    expect(await file.text()).toBe('you shall not pass')
    expect(await lineOf(archive, file)).toMatchObject({ bytes: 18, operation: 'filesGet', status: 200 })

    expect(await stop(archive)).toBe(0)
    const signature = new URL(current.url).search
    expect(signature.length).toBeGreaterThan(20)
    const secrets = [root.token, PASSWORD, cookie.split('=')[1]!, ticket.pathname.split('/').at(-2)!, signature, KEY]
    for (const secret of [
      ...secrets,
      ...signature
        .slice(1)
        .split('&')
        .map((pair) => pair.split('=')[1]!),
    ])
      if (secret.length > 5) expect(archive.stderr).not.toContain(secret)
    expect(archive.stderr).not.toMatch(/secret(query|next|guess|bearer)/)
  })

  test('is not written for health checks, nor at all without ACCESS_LOG', async () => {
    const archive = await start()
    await fetch(`${archive.url}/health/`)
    const frames = await fetch(`${archive.url}/frames/`)
    await lineOf(archive, frames)
    expect(requestsOf(archive).map(({ path }) => path)).toEqual(['/frames/'])
    const quiet = await start({ ACCESS_LOG: 'False' })
    expect((await fetch(`${quiet.url}/frames/`)).headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/)
    await stop(quiet)
    expect(requestsOf(quiet)).toEqual([])
  })

  test('says that a client has left, with what it did until then; a line of the meantime carries the id', async () => {
    const archive = await start()
    const controller = new AbortController()
    await sql.begin(async (tx) => {
      await tx.unsafe('lock table frames in access exclusive mode')
      const asked = fetch(`${archive.url}/frames/${frame.id}/`, {
        headers: { 'x-request-id': 'the-one-who-left' },
        signal: controller.signal,
      })
      const waits = () =>
        pg.psql(new URL(url).pathname.slice(1), { sql: 'select count(*) from pg_locks where not granted' })
      await expect.poll(async () => /[1-9]/.test(String(await waits())), { timeout: 30_000 }).toBe(true)
      controller.abort()
      await expect(asked).rejects.toThrow()
    })
    await archive.printed(/the-one-who-left/)
    await expect.poll(() => requestsOf(archive)).toHaveLength(1)
    expect(requestsOf(archive)[0]).toMatchObject({
      request: 'the-one-who-left',
      operation: 'framesGet',
      status: null,
      bytes: 0,
      ended: 'broken off',
    })
  })

  test('is short and in colour on a terminal, in none where NO_COLOR says so', async () => {
    for (const env of [{}, { NO_COLOR: '1' }] as Variables[]) {
      const archive = onTerminal(['serve'], { ...variables(), PORT: '0', ...env })
      running.add(archive)
      const [, base] = await archive.printed(/is listening on (http:\/\/[^/]+)\//)
      await fetch(`${base}/nowhere/\u202e/?secret`)
      await archive.printed(/404.* GET \/nowhere\//)
      expect(archive.stdout.includes('\x1b[33m404\x1b[39m')).toBe(env.NO_COLOR === undefined)
      if (env.NO_COLOR) expect(archive.stdout).not.toContain('\x1b')
      expect(archive.stdout).not.toMatch(/secret|"message"/)
      await stop(archive, 'SIGKILL')
    }
  })
})

describe('the id of a request', () => {
  test('is on every answer, and every line', async () => {
    const archive = await start()
    const port = Number(new URL(archive.url).port)
    const etag = (await fetch(`${archive.url}/frames/`)).headers.get('etag')!
    const ask = (path: string, init: RequestInit = {}) =>
      fetch(`${archive.url}${path}`, { redirect: 'manual', ...init })
    const answers: [number, string, { status: number; headers: Headers }][] = [
      [200, 'framesList', await ask('/frames/')],
      [200, 'framesList', await ask('/frames/', { method: 'HEAD' })],
      [304, 'framesList', await ask('/frames/', { headers: { 'if-none-match': etag } })],
      [200, 'framesAggregate', await ask('/frames/aggregate/')],
      [301, 'none', await ask('/frames')],
      [400, 'framesList', await ask('/frames/?start=x')],
      [401, 'framesCreate', await ask('/frames/', { method: 'POST', body: '{}' })],
      [404, 'framesGet', await ask('/frames/999999999/')],
      [404, 'none', await ask('/nowhere/')],
      [405, 'none', await ask('/frames/', { method: 'DELETE' })],
      [
        204,
        'none',
        await ask('/frames/', {
          method: 'OPTIONS',
          headers: { 'access-control-request-method': 'GET', origin: 'http://x' },
        }),
      ],
      [400, 'framesList', await sent(port, 'GET /frames/ HTTP/1.1\r\nHost: a b\r\n\r\n')],
      [400, 'none', await sent(port, 'this is not HTTP\r\n\r\n')],
      [431, 'none', await sent(port, `GET / HTTP/1.1\r\nHost: x\r\nX-Request-ID: ${'x'.repeat(20_000)}\r\n\r\n`)],
      [417, 'none', await sent(port, 'GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n')],
      [405, 'none', await sent(port, 'CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n')],
    ]
    for (const [status, operation, answer] of answers) {
      expect(answer.status).toBe(status)
      const line = await lineOf(archive, answer)
      if (answer.headers.get('access-control-allow-methods') === null)
        expect(answer.headers.get('access-control-expose-headers')).toContain('X-Request-ID')
      // an address that cannot be a URL is refused before the archive looks for an operation
      if (answer.headers.get('x-request-id') !== answers[11]![2].headers.get('x-request-id'))
        expect(line).toMatchObject({ status, operation })
    }
    expect(new Set(answers.map(([, , { headers }]) => headers.get('x-request-id'))).size).toBe(answers.length)
  })

  test('is taken over where it is one, and never breaks a line', async () => {
    const archive = await start()
    const port = Number(new URL(archive.url).port)
    const mine = await fetch(`${archive.url}/frames/`, { headers: { 'x-request-id': 'Mine-1.2:3' } })
    expect(mine.headers.get('x-request-id')).toBe('Mine-1.2:3')
    await lineOf(archive, mine)
    for (const hostile of ['a"},{"b', 'x'.repeat(10_000), 'é\u00ad', 'a\tb', '\x7f', 'a, b']) {
      const head = `GET /frames/ HTTP/1.1\r\nHost: x\r\nX-Request-ID: ${hostile}\r\n\r\n`
      const answer = await sent(port, Buffer.from(head, 'utf8'))
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/)
      await lineOf(archive, answer)
    }
    // a line break ends the header, and what follows is another
    const split = await sent(port, 'GET /frames/ HTTP/1.1\r\nHost: x\r\nX-Request-ID: one\nX-Two: two\r\n\r\n')
    await lineOf(archive, split)
    expect(archive.stderr).not.toContain('xxxxxxxx')
    linesOf(archive)
  })
})

test('a slow reader of the log delays nobody: lines wait up to a bound, are dropped beyond, and that is said', async () => {
  const port = await freePort()
  const child = spawn(process.execPath, [program, 'serve'], {
    env: { PATH: process.env.PATH, HOME: '/nonexistent', WORKERS: '1', ...variables(), PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  closers.push(() => child.kill('SIGKILL'))
  child.stderr.pause()
  const base = `http://127.0.0.1:${port}`
  await expect
    .poll(
      () =>
        fetch(`${base}/health/`).then(
          (r) => r.status,
          () => 0,
        ),
      { timeout: 60_000 },
    )
    .toBe(200)
  // 700 bytes a line: 2500 of them are more than the pipe and the archive keep
  const path = `/nowhere/${'x'.repeat(480)}/`
  const asked = 2_500
  for (let i = 0; i < asked; i += 50) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(base + path)))
    expect(answers.every(({ status }) => status === 404)).toBe(true)
    await Promise.all(answers.map((answer) => answer.arrayBuffer()))
  }
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stderr.resume()
  await expect.poll(() => stderr, { timeout: 60_000 }).toContain('lines of the log were dropped')
  await fetch(base + path)
  child.kill('SIGTERM')
  await once(child, 'close')
  const lines = linesOf({ stderr })
  const dropped = lines.filter(({ message }) => message.includes('were dropped'))
  const requests = lines.filter(({ message }) => message === 'request').length
  expect(dropped.reduce((sum, { count }) => sum + Number(count), 0) + requests).toBe(asked + 1)
  expect(lines.at(-1)!.message).toMatch(/^stopping/)
})

test('an archive goes on when nobody reads its log any more', async () => {
  const archive = await start()
  archive.child.stderr.destroy()
  for (let i = 0; i < 5; i++) expect((await fetch(`${archive.url}/frames/`)).status).toBe(200)
  expect(await stop(archive)).toBe(0)
})

interface Sent {
  traceId: string
  spanId: string
  parentSpanId?: string
  traceState?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: { key: string; value: { stringValue?: string; intValue?: string } }[]
  status?: { code: number }
}
const attributesOf = ({ attributes }: Pick<Sent, 'attributes'>) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]))

/** A server that keeps what it is sent, and how. */
async function receiver(answer: (path: string) => unknown = () => ({})) {
  const got: { path: string; headers: IncomingHttpHeaders; text: string }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      got.push({ path: request.url!, headers: request.headers, text })
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer(request.url!)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { got, base: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
const spansIn = (got: { text: string }[]): Sent[] =>
  got.flatMap(({ text }) => JSON.parse(text).resourceSpans[0].scopeSpans[0].spans as Sent[])

describe('traces', () => {
  const [trace, parent] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']

  test('a request is a span, its statements and the portal spans below it; nothing of what it asked is in them', async () => {
    const otlp = await receiver()
    const portal = await receiver(() => ({
      username: 'frodo',
      tokens: { api_token: 'onering' },
      proposals: [{ id: 'alpha' }],
    }))
    const archive = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${otlp.base}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=secret%20key, x-more=1',
      OTEL_SERVICE_NAME: 'archive',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      OAUTH_PROFILE_URL: `${portal.base}/api/profile/`,
    })
    const before = Date.now()
    const answer = await fetch(`${archive.url}/frames/${frame.id}/?secret=1`, {
      headers: { authorization: 'Bearer secretbearer', traceparent: `00-${trace}-${parent}-01`, tracestate: 'a=1' },
    })
    expect(answer.status).toBe(200)
    const failed = await fetch(`${archive.url}/frames/?target_name=secrettarget`)
    expect(failed.status).toBe(200)
    expect(await stop(archive)).toBe(0)

    for (const { path, headers } of otlp.got) {
      expect(path).toBe('/v1/traces')
      expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-api-key': 'secret key', 'x-more': '1' })
    }
    expect(attributesOf(JSON.parse(otlp.got[0]!.text).resourceSpans[0].resource)).toEqual({
      'service.name': 'archive',
      'deployment.environment.name': 'test',
    })
    const spans = spansIn(otlp.got)
    const server = spans.find(({ traceId, kind }) => traceId === trace && kind === 2)!
    expect(server).toMatchObject({ name: 'GET /frames/{id}/', parentSpanId: parent, traceState: 'a=1' })
    expect(attributesOf(server)).toMatchObject({
      'http.request.method': 'GET',
      'http.route': '/frames/{id}/',
      'http.response.status_code': 200,
      'url.path': `/frames/${frame.id}/`,
      'platestack.operation': 'framesGet',
      'platestack.request_id': answer.headers.get('x-request-id'),
    })
    expect(Number(BigInt(server.startTimeUnixNano) / 1_000_000n)).toBeGreaterThan(before - 60_000)
    const parts = spans.filter(({ parentSpanId }) => parentSpanId === server.spanId)
    expect(parts.map(({ name }) => name)).toContain('frames/get')
    for (const part of parts) {
      expect(part).toMatchObject({ traceId: trace, kind: 3 })
      expect(BigInt(part.endTimeUnixNano) >= BigInt(part.startTimeUnixNano)).toBe(true)
    }
    const call = parts.find(({ name }) => name === 'GET portal')!
    expect(portal.got[0]!.headers).toMatchObject({ traceparent: `00-${trace}-${call.spanId}-01`, tracestate: 'a=1' })
    const other = spans.find(({ traceId, kind }) => traceId !== trace && kind === 2)!
    expect(other.traceId).toBe(failed.headers.get('x-request-id'))
    expect(otlp.got.map(({ text }) => text).join()).not.toMatch(/secret|onering/)
    expect(archive.stderr).not.toMatch(/secret/)
  })

  test('a receiver that is away is one line, and delays nobody; the portal is still sent the trace', async () => {
    const portal = await receiver(() => ({ username: 'frodo', proposals: [] }))
    const archive = await start({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${await freePort()}/v1/traces?key=secretkey`,
      OAUTH_PROFILE_URL: `${portal.base}/api/profile/`,
    })
    for (let i = 0; i < 600; i += 20)
      await Promise.all(Array.from({ length: 20 }, () => fetch(`${archive.url}/frames/`).then((r) => r.arrayBuffer())))
    await archive.printed(/traces cannot be delivered/)
    const answer = await fetch(`${archive.url}/frames/`, { headers: { authorization: 'Bearer x' } })
    expect(answer.status).toBe(200)
    expect(portal.got[0]!.headers.traceparent).toMatch(new RegExp(`^00-${answer.headers.get('x-request-id')}-`))
    expect(await stop(archive)).toBe(0)
    expect(linesOf(archive).filter(({ message }) => message.includes('traces'))).toHaveLength(1)
    expect(archive.stderr).not.toContain('secretkey')
  })

  test('none are made where they are not wanted', async () => {
    const otlp = await receiver()
    for (const more of [
      { OTEL_SDK_DISABLED: 'true' },
      { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' },
    ] as Variables[]) {
      const archive = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: otlp.base, ...more })
      await fetch(`${archive.url}/frames/`)
      expect(await stop(archive)).toBe(0)
    }
    expect(otlp.got).toEqual([])
  })
})
