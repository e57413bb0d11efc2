import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Listening, listen } from '../../../../src/runtimes/node/listen.ts'
import { type TestArchive, testArchive } from '../../../support/archive.ts'
import { linesOf, ndjson, type Told } from '../../../support/bulk.ts'
import { newFrame } from '../../../support/frames.ts'
import { startNginx } from '../../../support/nginx.ts'

let archive: TestArchive
let listening: Listening
beforeAll(async () => {
  archive = await testArchive({ HOST: '127.0.0.1', PORT: '0' })
  listening = await listen({ ...archive.services, close: async () => {} })
})
afterAll(async () => {
  await listening?.stop()
  await archive?.close()
})

const records = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => newFrame(`${prefix}-${i}`, { headers: { FILL: 'x'.repeat(1000) } }))
const headersOf = (more: Record<string, string> = {}) => ({
  authorization: `Token ${archive.root}`,
  'content-type': 'application/x-ndjson',
  ...more,
})
const namesLike = async (prefix: string): Promise<string[]> =>
  (await archive.services.writer`select basename from frames where basename like ${`${prefix}-%`}`).map(
    (row) => row.basename,
  )

/** The frames of these names that there are at a moment, and how many of them have all that belongs to them. */
async function countOf(prefix: string): Promise<{ frames: number; whole: number }> {
  const [row] = await archive.services.writer<{ frames: number; whole: number }[]>`
    select count(*)::int as frames, (count(*) filter (where v.id is not null and h.frame_id is not null))::int as whole
    from frames f left join versions v on v.frame_id = f.id left join headers h on h.frame_id = f.id
    where f.basename like ${`${prefix}-%`}`
  return row!
}

/** Whether no more frames of these names come. */
const settled = async (prefix: string): Promise<boolean> => {
  const before = (await namesLike(prefix)).length
  await new Promise((resolve) => setTimeout(resolve, 300))
  return (await namesLike(prefix)).length === before
}

/** A request whose body is written by the test; its answer, line by line. */
function open(port: number) {
  const sent = request({ host: '127.0.0.1', port, path: '/frames/bulk/', method: 'POST', headers: headersOf() })
  const answered = once(sent, 'response').then(([response]) => response as IncomingMessage)
  answered.catch(() => {})
  sent.on('error', () => {})
  sent.flushHeaders()
  return { sent, answered }
}

async function* told(answer: IncomingMessage): AsyncGenerator<Told> {
  let rest = ''
  for await (const chunk of answer.setEncoding('utf8')) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    for (const line of lines) yield JSON.parse(line) as Told
  }
}

test('the first lines are answered while the last are still to be sent', async () => {
  const { sent, answered } = open(listening.port)
  const [first, second] = records('early', 2)
  sent.write(ndjson([first]))
  const answers = told(await answered)
  expect((await answers.next()).value).toMatchObject({ line: 1, outcome: 'created' })
  sent.end(ndjson([second]))
  expect((await answers.next()).value).toMatchObject({ line: 2, outcome: 'created' })
  expect((await answers.next()).done).toBe(true)
})

test('a client that sends all before it reads anything gets every answer', async () => {
  // far more answers than sockets hold
  const body = Buffer.from(`${ndjson(records('patient', 500))}${'{}\n'.repeat(40_000)}`)
  const head = Object.entries(
    headersOf({ host: 'localhost', 'content-length': String(body.length), connection: 'close' }),
  )
  const socket = connect(listening.port, '127.0.0.1').pause()
  await once(socket, 'connect')
  socket.write(`POST /frames/bulk/ HTTP/1.1\r\n${head.map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`)
  await new Promise<void>((resolve) => socket.write(body, () => resolve()))
  let text = ''
  for await (const chunk of socket.setEncoding('utf8')) text += chunk
  expect(text).toMatch(/^HTTP\/1\.1 200 /)
  expect(text.match(/"outcome":"created"/g)).toHaveLength(500)
  expect(text.match(/"outcome":"refused"/g)).toHaveLength(40_000)
})

test('a client that goes away in the middle leaves whole frames, and a server that goes on', async () => {
  const { sent, answered } = open(listening.port)
  const body = ndjson(records('leaver', 1000))
  sent.write(body.slice(0, body.length - 700))
  await told(await answered).next()
  sent.destroy()
  await expect.poll(() => settled('leaver'), { timeout: 20_000 }).toBe(true)
  const { frames, whole } = await countOf('leaver')
  expect(frames).toBeGreaterThan(0)
  expect(whole).toBe(frames)
  expect(await namesLike('leaver')).not.toContain('leaver-999')
  expect((await fetch(`http://127.0.0.1:${listening.port}/health/`)).status).toBe(200)
  expect(archive.logged.filter((l) => l.level === 'error')).toEqual([])
})

test('a proxy that is not trusted, or has said nothing of itself, gets the answer when it has sent all', async () => {
  const begun = (head: string[]) =>
    new Promise<string>((resolve, reject) => {
      const body = ndjson(records(`untrusted-${head.length}`, 2))
      const all = [...head, `content-length: ${body.length}`, ...Object.entries(headersOf()).map((h) => h.join(': '))]
      let text = ''
      // what came before the end was sent stands before "then"
      const socket = connect(listening.port, '127.0.0.1', () => {
        socket.write(`${all.join('\r\n')}\r\n\r\n${body.slice(0, -10)}`)
        setTimeout(() => {
          text += 'then: '
          socket.write(body.slice(-10))
        }, 500)
      })
      socket.setEncoding('utf8').on('data', (part) => {
        text += part
      })
      socket.on('error', reject).on('close', () => resolve(text))
    })
  for (const head of [
    ['POST /frames/bulk/ HTTP/1.0', 'host: localhost'],
    ['POST /frames/bulk/ HTTP/1.1', 'host: localhost', 'connection: close', 'x-forwarded-for: 203.0.113.9'],
    ['POST /frames/bulk/ HTTP/1.1', 'host: localhost', 'connection: close', 'x-real-ip: 203.0.113.9', 'accept: */*'],
  ])
    expect(await begun(head)).toMatch(/^then: HTTP\/1\.1 200 OK\r\n.*"line":1,.*"created".*"line":2,.*"created"/s)
})

describe('behind deploy/nginx.conf', () => {
  test('a client that goes away in the middle leaves whole frames, and no more are written', async () => {
    const nginx = await startNginx({ archive: listening.port })
    try {
      const { sent } = open(nginx.port)
      const body = ndjson(records('proxied-leaver', 2000))
      sent.write(body.slice(0, body.length - 700))
      await expect.poll(async () => (await namesLike('proxied-leaver')).length, { timeout: 20_000 }).toBeGreaterThan(0)
      sent.destroy()
      await expect.poll(() => settled('proxied-leaver'), { timeout: 20_000 }).toBe(true)
      const { frames, whole } = await countOf('proxied-leaver')
      expect(whole).toBe(frames)
      expect(await namesLike('proxied-leaver')).not.toContain('proxied-leaver-1999')
    } finally {
      await nginx.stop()
    }
  })

  test('a body larger than any other is taken whole, and each of its lines is answered', async () => {
    const nginx = await startNginx({ archive: listening.port })
    try {
      const large = newFrame('proxied-large', { headers: { FILL: 'x'.repeat(9_000_000) } })
      const body = ndjson([...records('proxied', 3000), large, { ...large, basename: 'proxied-larger' }])
      expect(body.length).toBeGreaterThan(20_000_000)
      const answer = await fetch(`${nginx.url}/frames/bulk/`, { method: 'POST', headers: headersOf(), body })
      const lines = linesOf(await answer.text())
      expect(lines.map((l) => l.line)).toEqual(Array.from({ length: 3002 }, (_, i) => i + 1))
      expect(lines.filter((l) => l.outcome === 'created')).toHaveLength(3001)
      expect(await nginx.errors()).not.toMatch(/\[(error|crit|alert|emerg)\]/)
    } finally {
      await nginx.stop()
    }
  })
})
