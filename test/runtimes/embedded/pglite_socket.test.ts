import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embed } from '../../../src/runtimes/embedded/embedded.ts'
import { message, queryMessage, startupPacket } from '../../../src/runtimes/embedded/pg_wire.ts'
import type { Backend } from '../../../src/runtimes/embedded/pglite_backend.ts'
import { PgliteSocket } from '../../../src/runtimes/embedded/pglite_socket.ts'
import { testBackend } from '../../support/embedded.ts'

const quiet = { onnotice: () => {} }
const top = mkdtempSync(join(tmpdir(), 'platestack-embedded-'))
afterAll(() => rmSync(top, { recursive: true, force: true }))

// One for all tests that leave it alive: PostgreSQL takes two seconds to start.
let backend: Backend

beforeAll(async () => {
  backend = await testBackend()
})

describe('connections', () => {
  const open = () => {
    const served = { session: null as PgliteSocket | null, backend: async () => backend }
    return { served, socket: collect(new PgliteSocket(served)) }
  }
  const STARTUP = startupPacket({ user: 'anybody', database: 'any', application_name: "it's \\ a test" })

  test('answer the same to messages in one piece, byte by byte, and torn anywhere', async () => {
    const exchange = Buffer.concat([
      STARTUP,
      extended('select current_setting($1)', 'application_name'),
      queryMessage('select 1; select 2'),
      extended('select 1/$1::int', '0'),
      extended('select $1', 'x'.repeat(5000)),
    ])
    const answers: string[] = []
    for (const size of [exchange.length, 1, 7, 1000]) {
      const { socket } = open()
      for (let at = 0; at < exchange.length; at += size) socket.write(exchange.subarray(at, at + size))
      // the start, three extended queries, one simple
      await socket.until((types) => types.filter((type) => type === 'Z').length === 5)
      answers.push(
        socket
          .messages()
          .filter(({ type }) => type !== 'K' && type !== 'S')
          .map(({ type, text }) => type + text)
          .join('\n'),
      )
      socket.destroy()
    }
    expect(answers[0]).toContain("it's \\ a test")
    expect(new Set(answers).size).toBe(1)
  })

  test('say once that they are ready after an error, and only when they were asked', async () => {
    const { socket } = open()
    socket.write(STARTUP)
    await socket.until((types) => types.includes('Z'))
    const parse = message('P', '\0select nothing\0\0\0')
    socket.clear()
    socket.write(Buffer.concat([parse, message('H', '')]))
    await socket.until((types) => types.includes('E'))
    expect(socket.types()).toBe('E')
    socket.clear()
    socket.write(Buffer.concat([message('B', '\0\0\0\0\0\0\0\0'), message('S', ''), queryMessage('select 1')]))
    await socket.until((types) => types.filter((type) => type === 'Z').length === 2)
    expect(socket.types()).toBe('ZTDCZ')
    socket.destroy()
  })

  test('are refused while another has the session, and to settings that there are not', async () => {
    const { served, socket } = open()
    socket.write(STARTUP)
    await socket.until((types) => types.includes('Z'))
    const second = collect(new PgliteSocket(served))
    second.write(STARTUP)
    await second.until((types) => types.includes('E'))
    expect(second.messages()[0]!.text).toContain('53300')
    expect(socket.readyState).toBe('open')
    socket.end(message('X', ''))
    await once(socket, 'close')
    expect(socket.readyState).toBe('closed')
    const third = collect(new PgliteSocket(served))
    third.write(startupPacket({ user: 'anybody', shoe_size: '44' }))
    await third.until((types) => types.includes('E'))
    expect(third.messages()[0]!.text).toContain('42704')
  })

  test('end with an error at messages that PostgreSQL would wait for ever after', async () => {
    const { socket } = open()
    socket.write(STARTUP)
    await socket.until((types) => types.includes('Z'))
    const failed = once(socket, 'error')
    socket.write(Buffer.concat([message('y', ''), message('S', '')]))
    expect(String((await failed)[0])).toContain("unexpected protocol message 'y'")
  })
})

describe('a connection that the driver ends and makes anew', () => {
  test('has nothing left of the session before it', async () => {
    const { sql } = await embed(backend, quiet)
    const replaceConnection = async () => {
      for (let i = 0; i < 65; i++) {
        const text = Object.assign([`select ${i}`], { raw: [`select ${i}`] }) as unknown as TemplateStringsArray
        for (let seen = 0; seen < 2; seen++) await sql(text)
      }
    }
    for (let round = 0; round < 3; round++) {
      const [row] = await sql`
        select to_regclass('passing') as passing, current_setting('work_mem') as memory, current_setting('TimeZone') as zone,
          (select count(*)::int from pg_prepared_statements where statement = 'select $1::int as n') as left_over`
      expect(row).toEqual({ passing: null, memory: '4MB', zone: 'UTC', left_over: 0 })
      await sql`create temp table passing (n int)`
      await sql`set work_mem = '1MB'`
      expect([...(await sql`select ${round}::int as n`)]).toEqual([{ n: round }])
      await sql.unsafe('begin')
      await replaceConnection()
    }
    await sql.end()
  })
})

/** Parse, Bind, Execute and Sync of the unnamed statement with one text parameter. */
function extended(text: string, value: string): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(4)
  length.writeInt32BE(bytes.length)
  return Buffer.concat([
    message('P', `\0${text}\0\0\0`),
    message('B', Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 1]), length, bytes, Buffer.from([0, 0])])),
    message('E', '\0\0\0\0\0'),
    message('S', ''),
  ])
}

/** A socket that keeps what it has answered, to be read as messages. */
function collect(socket: PgliteSocket) {
  let chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.on('error', () => {})
  const messages = (from = 0) => {
    const bytes = Buffer.concat(chunks)
    const found: { type: string; text: string }[] = []
    for (let at = from; at + 5 <= bytes.length; at += 1 + bytes.readUInt32BE(at + 1))
      found.push({
        type: String.fromCharCode(bytes[at]!),
        text: bytes.toString('latin1', at + 5, at + 1 + bytes.readUInt32BE(at + 1)),
      })
    return found
  }
  return Object.assign(socket, {
    messages,
    bytes: () => Buffer.concat(chunks),
    types: () =>
      messages()
        .map(({ type }) => type)
        .join(''),
    clear: () => {
      chunks = []
    },
    async until(enough: (types: string[]) => boolean, from = 0) {
      while (!enough(messages(from).map(({ type }) => type))) await new Promise((resolve) => setTimeout(resolve, 5))
    },
  })
}
