import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Listening, listen } from '../../src/runtimes/node/listen.ts'
import { expectAnswerHeaders } from '../support/answer_headers.ts'
import { type TestArchive, testArchive } from '../support/archive.ts'
import { freePort } from '../support/ports.ts'

let archive: TestArchive
let server: Listening
beforeAll(async () => {
  archive = await testArchive({ PORT: String(await freePort()) })
  server = await listen(archive.services)
})
afterAll(async () => {
  // closes the archive's services too
  await server.stop()
  await rm(archive.files, { recursive: true, force: true })
})

/** What comes back for these very bytes, until the server closes the connection: status and body. */
async function talk(bytes: string): Promise<[number, unknown]> {
  const socket = connect(server.port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('latin1').on('data', (text) => {
    answer += text
  })
  socket.write(bytes, 'latin1')
  await new Promise((resolve) => socket.once('close', resolve).once('error', resolve))
  const [head, body] = [answer.slice(0, answer.indexOf('\r\n\r\n')), answer.slice(answer.indexOf('\r\n\r\n') + 4)]
  const lines = head.split('\r\n').slice(1)
  const headers = new Headers(lines.map((line) => line.split(/: (.*)/, 2) as [string, string]))
  expectAnswerHeaders(
    headers,
    answer,
    bytes.startsWith('POST /frames/zip/') && /^HTTP\S+ (413|200)/.test(answer) ? 'anywhere' : 'never',
  )
  return [Number(answer.split(' ')[1]), body.startsWith('{') ? JSON.parse(body) : body]
}

const get = (target: string, ...headers: string[]) =>
  `GET ${target} HTTP/1.1\r\n${['Host: x', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`

test.each<[string, string, number, string]>([
  ['no HTTP', 'hello\r\n\r\n', 400, 'The request is not valid HTTP.'],
  ['an unknown method', 'FOO / HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'The request is not valid HTTP.'],
  [
    'letters that are not ASCII',
    get('/frames/?target_name=\xc4\x8capek'),
    400,
    'The address of the request is not valid: what is not ASCII has to be percent-encoded.',
  ],
  [
    'an address that is too long',
    get(`/frames/?x=${'y'.repeat(20_000)}`),
    431,
    'Address and headers are larger than 16 KB together.',
  ],
  [
    'headers that are too large',
    get('/frames/', `X: ${'y'.repeat(20_000)}`),
    431,
    'Address and headers are larger than 16 KB together.',
  ],
  [
    'CONNECT',
    'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n',
    405,
    'Method "CONNECT" not allowed.',
  ],
  ['TRACE', 'TRACE /frames/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 405, 'Method "TRACE" not allowed.'],
  ['OPTIONS *', 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400, 'Invalid URL.'],
  [
    'a host with a user',
    'GET / HTTP/1.1\r\nHost: me:secret@evil.example\r\nConnection: close\r\n\r\n',
    400,
    'Invalid host header.',
  ],
  ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'Missing host header.'],
  ['an expectation', get('/', 'Expect: a miracle'), 417, 'The expectation "a miracle" cannot be met.'],
  ['two hosts', get('/', 'Host: y'), 400, 'Invalid Host header.'],
  [
    'a length that is none',
    'POST /frames/zip/ HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n',
    400,
    'The request is not valid HTTP.',
  ],
  [
    'a length of 20 digits',
    'POST /frames/zip/ HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n',
    400,
    'The request is not valid HTTP.',
  ],
  [
    'a chunk that is none',
    'POST /frames/zip/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    400,
    'The request is not valid HTTP.',
  ],
  [
    'two lengths',
    'POST /frames/zip/ HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'The request is not valid HTTP.',
  ],
  [
    'more than 256 KB announced',
    'POST /frames/zip/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{}',
    413,
    'The body is larger than 256 KB.',
  ],
])('%s is refused with a reason, and the archive goes on', async (_, bytes, status, detail) => {
  expect(await talk(bytes)).toEqual([status, { detail }])
  expect(await talk(get('/health/'))).toEqual([200, '"ok"'])
})

test('clients that hang up in the middle of their body leave nothing behind', async () => {
  for (let i = 0; i < 20; i++) {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {}).resume()
    socket.end(
      'POST /frames/zip/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"frame_ids"',
    )
    await new Promise((resolve) => socket.once('close', resolve))
  }
  expect(await talk(get('/health/'))).toEqual([200, '"ok"'])
  expect(archive.logged.filter((line) => line.level !== 'info')).toEqual([])
})
