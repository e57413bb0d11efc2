import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { inRepository } from '../support/data.ts'
import { newFrame } from '../support/frames.ts'
import type { Running } from '../support/program.ts'
import { addressOf, launchOn, type Runtime } from './runtimes.ts'
import { createDatabase, introduceSuperuser } from './services.ts'

const BODY_MS = 2_000
const MB = 2 ** 20

let folder: string
let path: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'platestack-deadlines-'))
  path = join(inRepository('node_modules/.cache'), `${folder.split('/').pop()}.mjs`)
  await build({
    absWorkingDir: inRepository(''),
    entryPoints: ['test/runtimes/short_deadlines.ts'],
    outfile: path,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    jsx: 'automatic',
    jsxImportSource: 'hono/jsx',
  })
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await rm(path, { force: true })
})

// the Node that the tests run on has arrival.test.ts, limits.test.ts and serve.test.ts
describe.each(['node24', 'deno', 'bun'] satisfies Runtime[])('the limits of the server on %s', (runtime) => {
  let archive: Running
  let url: string
  let authorization: string
  const files = () => join(folder, runtime)
  beforeAll(async () => {
    const env = {
      ...inject('portal'),
      DATABASE_URL: await createDatabase(),
      SECRET_KEY: 'a key of the tests',
      PORT: '0',
      FILESTORE_TYPE: 'local',
      FILESYSTEM_STORAGE_ROOT_DIR: files(),
    }
    archive = launchOn(runtime, [], { env, path })
    url = await addressOf(archive)
    authorization = `Token ${await introduceSuperuser(url)}`
    // the first request costs more than others
    await post('first')
  })
  afterAll(() => {
    archive.child.kill('SIGKILL')
  })

  const open = (): Socket => connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true })
  /** All that comes until the archive closes the connection. */
  async function told(socket: Socket): Promise<string> {
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
    })
    await Promise.race([once(socket, 'end'), once(socket, 'error')])
    socket.destroy()
    return text
  }
  const headOf = (request: string, more: Record<string, string | number>) =>
    [
      `${request} HTTP/1.1`,
      'Host: localhost',
      `Authorization: ${authorization}`,
      ...Object.entries(more).map(([name, value]) => `${name}: ${value}`),
      '\r\n',
    ].join('\r\n')
  const bulkHead = () =>
    headOf('POST /frames/bulk/', {
      'Content-Type': 'application/x-ndjson',
      'Transfer-Encoding': 'chunked',
      Connection: 'close',
    })
  const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
  const line = (basename: string) => `${JSON.stringify(newFrame(basename))}\n`
  async function post(basename: string): Promise<{ id: number; url: string }> {
    const headers = { authorization, 'content-type': 'application/json' }
    const response = await fetch(`${url}/frames/`, {
      method: 'POST',
      headers,
      body: JSON.stringify(newFrame(basename)),
    })
    expect(response.status).toBe(201)
    return (await response.json()) as { id: number; url: string }
  }

  test.concurrent('a client that sends a part of its headers is told that it is too late', async () => {
    const socket = open()
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n')
    expect(await told(socket)).toMatch(/^HTTP\/1\.1 408 .*The request did not arrive in time\./s)
  })

  test.concurrent('headers that are too large are refused as such', async () => {
    const socket = open()
    socket.write(headOf('GET /', { 'X-Large': 'x'.repeat(20_000) }))
    expect(await told(socket)).toMatch(/^HTTP\/1\.1 431 /)
  })

  test.concurrent('bulk lines that come slowly, but come, are taken for as long as it takes', async () => {
    const socket = open()
    const answer = told(socket)
    socket.write(bulkHead())
    for (let i = 0; i < 8; i++) {
      socket.write(chunk(line(`slow-${i}`)))
      await pause((1.5 * BODY_MS) / 4)
    }
    socket.end('0\r\n\r\n')
    const text = await answer
    expect(text).toMatch(/^HTTP\/1\.1 200 /)
    expect(text.match(/"outcome":"created"/g)).toHaveLength(8)
  })

  test.concurrent('a bulk body that pauses for too long is ended, and the lines before the pause were answered', async () => {
    const socket = open()
    socket.write(bulkHead() + chunk(`${line('before-1')}${line('before-2')}{"basename": "half a li`))
    expect((await told(socket)).match(/"outcome":"created"/g)).toHaveLength(2)
  })

  test.concurrent('a download that is not read any more is ended', async () => {
    const { url: address } = await post('download')
    const { pathname } = new URL(address)
    const file = join(files(), decodeURIComponent(pathname.replace('/files/', '')))
    const size = 60 * MB
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, Buffer.alloc(size))
    const socket = open()
    socket.write(headOf(`GET ${pathname}`, { Connection: 'close' }))
    await once(socket, 'readable')
    await pause(3 * BODY_MS)
    let bytes = 0
    await (async () => {
      for await (const part of socket) bytes += (part as Buffer).length
    })().catch(() => {})
    expect(bytes).toBeLessThan(size)
    expect((await fetch(`${url}/health/`)).status).toBe(200)
  })

  test('SIGTERM lets a request in flight end, takes no other, and exits with 0', async () => {
    const body = JSON.stringify(newFrame('last'))
    const socket = open()
    const answer = told(socket)
    // so that it is there before the next request, on whatever connection that comes
    await once(socket, 'connect')
    const head = headOf('POST /frames/', { 'Content-Type': 'application/json', 'Content-Length': body.length })
    socket.write(head + body.slice(0, 10))
    await fetch(`${url}/health/`)
    archive.child.kill('SIGTERM')
    await archive.printed(/stopping/)
    socket.write(body.slice(10))
    expect(await answer).toMatch(/^HTTP\/1\.1 201 /)
    expect(await archive.ended).toBe(0)
    await expect(fetch(`${url}/health/`)).rejects.toThrow()
  })
})
