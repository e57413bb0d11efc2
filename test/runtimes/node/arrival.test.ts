import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Listening, listen } from '../../../src/runtimes/node/listen.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { bulk, linesOf, ndjson } from '../../support/bulk.ts'
import { newFrame, post } from '../../support/frames.ts'

// long beside what a machine that has much else to do needs for a request
const HEADERS_MS = 1_000
const BODY_MS = 2_000

let archive: TestArchive
let listening: Listening
beforeAll(async () => {
  archive = await testArchive({ HOST: '127.0.0.1', PORT: '0' })
  const services = { ...archive.services, close: async () => {} }
  listening = await listen(services, { headers: HEADERS_MS, body: BODY_MS, stall: 60_000 })
  // the first request costs a database that has just been started much more than others
  await bulk(archive, lines('first', 1))
})
afterAll(async () => {
  await listening?.stop()
  await archive?.close()
})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A connection that the test writes to, and leaves open whatever the archive does; what it was told until the archive closed it. */
function talk(): { socket: Socket; told: Promise<string> } {
  const socket = connect({ port: listening.port, host: '127.0.0.1', allowHalfOpen: true })
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
  })
  const told = Promise.race([once(socket, 'end'), once(socket, 'error')]).then(() => text)
  return { socket, told }
}
/** Writes to a connection until the archive has closed its end of it: further bytes are then answered with a reset. */
async function isClosed(socket: Socket): Promise<void> {
  const closed = new Promise((resolve) => socket.once('close', resolve))
  const writing = setInterval(() => socket.write('x'), 50)
  await closed
  clearInterval(writing)
}
const lines = (prefix: string, count: number, size = 10): string =>
  ndjson(Array.from({ length: count }, (_, i) => newFrame(`${prefix}-${i}`, { headers: { FILL: 'x'.repeat(size) } })))
const headOf = (path: string, more: Record<string, string>) =>
  [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Token ${archive.root}`,
    ...Object.entries(more).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n')
const NDJSON = { 'Content-Type': 'application/x-ndjson', 'Transfer-Encoding': 'chunked' }
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const named = async (prefix: string): Promise<number> =>
  (await archive.services.writer`select id from frames where basename like ${`${prefix}-%`}`).length
/** Keeps the archive from writing frames while `work` is done. */
const whileBusy = <T>(work: () => Promise<T>) =>
  archive.services.writer.begin(async (tx) => {
    await tx`lock table frames in access exclusive mode`
    return work()
  }) as Promise<T>
const TOO_LATE = { detail: 'The request did not arrive in time.' }

describe.concurrent('at the same time', () => {
  test.each([
    ['nothing at all', ''],
    ['a part of its headers', 'GET / HTTP/1.1\r\nHost: x\r\n'],
  ])('a client that sends %s is told that it is too late, and let go of', async (_, start) => {
    const { socket, told } = talk()
    socket.write(start)
    const dripping = setInterval(() => start && socket.write('X-A: b\r\n'), 50)
    const text = await told
    clearInterval(dripping)
    expect(text).toMatch(/^HTTP\/1\.1 408 /)
    expect(JSON.parse(text.split('\r\n\r\n')[1]!)).toEqual(TOO_LATE)
    await isClosed(socket)
  })

  test('a body that comes too slowly is told so, and let go of', async () => {
    const { socket, told } = talk()
    socket.write(headOf('/frames/', { 'Content-Type': 'application/json', 'Content-Length': '5000' }))
    const dripping = setInterval(() => socket.write('{'), 50)
    const text = await told
    clearInterval(dripping)
    expect(text).toMatch(/^HTTP\/1\.1 408 /)
    expect(JSON.parse(text.split('\r\n\r\n')[1]!)).toEqual(TOO_LATE)
    await isClosed(socket)
  })

  test('bulk lines that come slowly, but come, are taken for as long as it takes', async () => {
    const { socket, told } = talk()
    socket.write(headOf('/frames/bulk/', { ...NDJSON, Connection: 'close' }))
    for (let i = 0; i < 16; i++) {
      socket.write(chunk(lines(`slow-${i}`, 1)))
      await pause(BODY_MS / 5)
    }
    socket.end('0\r\n\r\n')
    expect(await told).toMatch(/^HTTP\/1\.1 200 /)
    expect(await named('slow')).toBe(16)
  })

  test('a bulk body that pauses for too long is ended; the lines before the pause are kept and were answered', async () => {
    const { socket, told } = talk()
    socket.write(headOf('/frames/bulk/', NDJSON) + chunk(`${lines('pausing', 3)}{"basename": "half a li`))
    expect((await told).match(/"outcome":"created"/g)).toHaveLength(3)
    await isClosed(socket)
    expect(await named('pausing')).toBe(3)
    expect(archive.logged.filter(({ level }) => level !== 'info')).toEqual([])
  })

  test('a bulk body whose answer is held until its end is told when it pauses for too long', async () => {
    const { socket, told } = talk()
    const proxied = headOf('/frames/bulk/', { ...NDJSON, 'X-Forwarded-Proto': 'http' })
    socket.write(proxied + chunk(lines('held', 3)))
    expect(await told).toMatch(/^HTTP\/1\.1 408 /)
    await isClosed(socket)
    expect(await named('held')).toBe(3)
  })

  test('a download goes on however slowly it is taken', async () => {
    const { id, url } = await post(archive, newFrame('large'))
    const size = 30_000_000
    const file = join(archive.files, decodeURIComponent(new URL(url!).pathname.replace('/files/', '')))
    await mkdir(join(file, '..'), { recursive: true })
    await writeFile(file, Buffer.alloc(size, 'x'))
    const json = JSON.stringify({ frame_ids: [id] })
    const sent = request({
      port: listening.port,
      path: '/frames/zip/',
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': json.length },
    }).end(json)
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    answer.pause()
    await pause(2.5 * BODY_MS)
    let bytes = 0
    for await (const part of answer) bytes += (part as Buffer).length
    expect([answer.statusCode, bytes > size, answer.complete]).toEqual([200, true, true])
  })

  test('a connection is good for more after a bulk body', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number>()
    async function ask(method: string, path: string, body?: string): Promise<string> {
      const headers = { authorization: `Token ${archive.root}`, 'content-type': 'application/x-ndjson' }
      const sent = request({ agent, port: listening.port, path, method, headers })
      sent.once('socket', (socket) => socket.once('connect', () => ports.add(socket.localPort!)))
      sent.end(body)
      const [answer] = (await once(sent, 'response')) as [IncomingMessage]
      let text = ''
      for await (const part of answer.setEncoding('utf8')) text += part
      return text
    }
    for (const name of ['kept', 'kept-again']) {
      expect(linesOf(await ask('POST', '/frames/bulk/', lines(name, 1)))).toMatchObject([{ outcome: 'created' }])
      await pause(1.25 * BODY_MS)
      expect(await ask('GET', '/health/')).toBe('"ok"')
    }
    agent.destroy()
    expect(ports.size).toBe(1)
  })
})

test('a bulk body is not ended while it is the archive that is slow', async () => {
  // more than the archive reads ahead and the buffers on the way hold, so that the client has to wait; what is no record is soon refused
  const filler = `"${'x'.repeat(100_000)}"\n`.repeat(400)
  const { answer } = await whileBusy(async () => {
    const { socket, told } = talk()
    socket.write(headOf('/frames/bulk/', { ...NDJSON, Connection: 'close' }))
    socket.end(`${chunk(lines('waiting', 3) + filler)}0\r\n\r\n`)
    await pause(2.5 * BODY_MS)
    expect(socket.writableLength).toBeGreaterThan(0)
    return { answer: told }
  })
  const text = await answer
  expect([text.match(/"outcome":"created"/g)?.length, text.match(/"outcome":"refused"/g)?.length]).toEqual([3, 400])
})
