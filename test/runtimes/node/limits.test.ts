import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Listening, listen } from '../../../src/runtimes/node/listen.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { newFrame, type Posted, post, store } from '../../support/frames.ts'

const STALL_MS = 3_000
const MB = 1024 * 1024
const CONNECTIONS = 400

let archive: TestArchive
let listening: Listening
const sockets = new Set<Socket>()
beforeAll(async () => {
  archive = await testArchive({ PORT: '0', PLATESTACK_MAX_CONNECTIONS: String(CONNECTIONS) })
  const services = { ...archive.services, close: async () => {} }
  listening = await listen(services, { headers: 60_000, body: 300_000, stall: STALL_MS })
})
afterAll(async () => {
  await listening?.stop()
  await archive?.close()
})
afterEach(async () => {
  const closed = [...sockets].map((socket) => (socket.closed ? null : once(socket, 'close')))
  for (const socket of sockets) socket.destroy()
  await Promise.all(closed)
  sockets.clear()
})

/** Opens a connection, which the end of the test closes. */
function open(port = listening.port): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  sockets.add(socket)
  return socket
}
const JSON_TYPE = 'application/json'
function headOf(path: string, headers: Record<string, string | number>): string {
  const lines = Object.entries({ host: 'x', 'content-type': JSON_TYPE, ...headers }).map(([n, v]) => `${n}: ${v}`)
  return `POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
}
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`

/** The head of the first answer that comes for what is written, with as much of its body as came at once. */
async function answerTo(...written: string[]): Promise<{ status: number; text: string }> {
  const socket = open()
  for (const part of written) socket.write(part)
  const [first] = (await once(socket, 'data')) as [Buffer]
  socket.resume()
  const text = first.toString('latin1')
  return { status: Number(text.split(' ')[1]), text }
}
const root = () => ({ authorization: `Token ${archive.root}` })

test('slow clients that hold all connections keep nobody else out', async () => {
  const from = (address: string) => {
    const socket = connect({ port: listening.port, host: '127.0.0.1', localAddress: address })
    socket.on('error', () => {})
    sockets.add(socket)
    return socket
  }
  for (let i = 0; i < CONNECTIONS; i++)
    from(`127.0.1.${1 + (i % 100)}`).write('GET /frames/ HTTP/1.1\r\nHost: x\r\nX-Slow: ')
  await expect
    .poll(
      async () => {
        const asking = from('127.0.2.1')
        asking.write('GET /health/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
        const [first] = await Promise.race([once(asking, 'data'), once(asking, 'close').then(() => [''])])
        return String(first).split(' ')[1]
      },
      { timeout: 20_000 },
    )
    .toBe('200')
})

describe('bodies', () => {
  test.each([
    ['/api-token-auth/', 16 * 1024, '16 KB'],
    ['/api-auth/login/', 16 * 1024, '16 KB'],
    ['/frames/zip/', 256 * 1024, '256 KB'],
  ])('%s takes %d bytes and no more, however they come', async (path, limit, shown) => {
    const refusal = `The body is larger than ${shown}.`
    for (const type of [JSON_TYPE, 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=b']) {
      // not a byte of it has to be sent
      const announced = await answerTo(headOf(path, { 'content-type': type, 'content-length': limit + 1 }))
      expect(announced.text).toContain(refusal)
      const chunked = headOf(path, { 'content-type': type, 'transfer-encoding': 'chunked' })
      const { status, text } = await answerTo(chunked, chunk('x'.repeat(limit)), chunk('x'))
      expect([status, text]).toEqual([413, expect.stringContaining(refusal)])
    }
    const fits = JSON.stringify({ username: 'x', frame_ids: [1] }).padEnd(limit)
    expect((await answerTo(headOf(path, { 'content-length': limit }), fits)).status).not.toBe(413)
  })

  test.each(['POST /frames/', 'POST /frames/bulk/', 'POST /thumbnails/', 'PUT /frames/1/', 'PATCH /thumbnails/1/'])(
    '%s refuses who may not write before anything of the body has come',
    async (operation) => {
      const [method, path] = operation.split(' ') as [string, string]
      const head = headOf(path, { 'content-length': 10 * MB, 'content-type': 'application/x-ndjson' })
      expect((await answerTo(head.replace('POST', method))).status).toBe(401)
    },
  )

  test('unfinished bodies have one budget, beyond which a writer is asked to come again; then there is room', async () => {
    const record = { ...root(), 'content-length': 10 * MB }
    // twelve records of the greatest length fit, however little of them has come
    for (let i = 0; i < 12; i++) open().write(`${headOf('/frames/', record)}{`)
    await expect
      .poll(async () => {
        const { status, text } = await answerTo(headOf('/frames/', record))
        return [status, /^retry-after: \d+/im.test(text), text.includes('as much as it can hold')]
      })
      .toEqual([503, true, true])
    const chunked = headOf('/frames/', { ...root(), 'transfer-encoding': 'chunked' })
    expect((await answerTo(chunked, chunk('x'.repeat(9 * MB)))).status).toBe(503)
    // what is small still fits
    expect((await archive.request('/frames/', { token: archive.root, json: newFrame('small') })).status).toBe(201)
    for (const socket of sockets) socket.destroy()
    const json = newFrame('large', { headers: { LONG: 'x'.repeat(9 * MB) } })
    await expect.poll(async () => (await archive.request('/frames/', { token: archive.root, json })).status).toBe(201)
  })

  test('what anybody may send does not keep out who may write', async () => {
    const selection = headOf('/frames/zip/', { 'content-length': 256 * 1024 })
    const almost = 'x'.repeat(256 * 1024 - 1)
    // what is announced and does not come keeps nobody out
    for (let i = 0; i < 100; i++) open().write(`${selection}{`)
    expect((await answerTo(selection, `${almost}x`)).status).toBe(400)
    for (let i = 0; i < 255; i++) open().write(selection + almost)
    open().write(selection + 'x'.repeat(1024))
    const another = { method: 'POST', body: almost }
    await expect
      .poll(async () => (await archive.request('/frames/zip/', another)).status, { timeout: 20_000 })
      .toBe(503)
    const json = newFrame('larger', { headers: { LONG: 'x'.repeat(9 * MB) } })
    expect((await archive.request('/frames/', { token: archive.root, json })).status).toBe(201)
  })
})

describe('downloads', () => {
  const size = 40 * MB
  let path: string
  beforeAll(async () => {
    const { url } = await post<Posted>(archive, newFrame('download'))
    await store(archive, url!, Buffer.alloc(size, 'x'))
    path = new URL(url!).pathname
  })
  const begin = async (): Promise<Socket> => {
    const socket = open()
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    await once(socket, 'readable')
    return socket
  }

  test('one that is not read any more is ended', async () => {
    const socket = await begin()
    await pause(2.5 * STALL_MS)
    let bytes = 0
    for await (const part of socket) bytes += (part as Buffer).length
    expect(bytes).toBeLessThan(size)
  })

  test('one that is read slowly goes on to its end', async () => {
    const socket = await begin()
    let bytes = 0
    for await (const part of socket) {
      bytes += (part as Buffer).length
      // some 5 MB a second
      await pause((part as Buffer).length / 5000)
    }
    expect(bytes).toBeGreaterThan(size)
  })

  test('a connection is kept between two requests, and used again', async () => {
    const socket = open()
    for (let i = 0; i < 2; i++) {
      socket.write('GET /health/ HTTP/1.1\r\nHost: x\r\n\r\n')
      expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 /)
    }
  })
})

test('connections beyond the limit are closed, and those within it served', async () => {
  const first = Array.from({ length: CONNECTIONS }, () => open())
  await Promise.all(first.map((socket) => once(socket, 'connect')))
  // one too many is closed: the last, or another that has been silent until then
  const all = [...first, open()]
  const closed = await Promise.race(all.map((socket) => once(socket.resume(), 'close').then(() => socket)))
  const [one, another] = all.filter((socket) => socket !== closed)
  one!.write('GET /health/ HTTP/1.1\r\nHost: x\r\n\r\n')
  expect(String((await once(one!, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 /)
  another!.destroy()
  await expect
    .poll(async () => {
      const socket = open()
      socket.write('GET /health/ HTTP/1.1\r\nHost: x\r\n\r\n')
      return Promise.race([once(socket, 'data').then(([text]) => String(text).slice(0, 12)), once(socket, 'close')])
    })
    .toBe('HTTP/1.1 200')
})

test('one address that is no proxy has a quarter of the connections, and room again when it leaves some', async () => {
  const { config } = archive.services
  const http = { ...config.http, maxConnections: 40 }
  const services = { ...archive.services, config: { ...config, http, trustedProxies: [] }, close: async () => {} }
  const { port, stop } = await listen(services)
  try {
    const health = async (socket: Socket) => {
      socket.write('GET /health/ HTTP/1.1\r\nHost: x\r\n\r\n')
      return Promise.race([once(socket, 'data').then(([text]) => String(text).slice(0, 12)), once(socket, 'close')])
    }
    const first = Array.from({ length: 10 }, () => open(port))
    await Promise.all(first.map((socket) => once(socket, 'connect')))
    await once(open(port).resume(), 'close')
    expect(await health(first[0]!)).toBe('HTTP/1.1 200')
    first[1]!.destroy()
    await expect.poll(() => health(open(port))).toBe('HTTP/1.1 200')
  } finally {
    for (const socket of sockets) socket.destroy()
    await stop()
  }
})
