import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Pool } from '../../../src/database/open.ts'
import { query } from '../../../src/database/sql.ts'
import { lockFile } from '../../../src/runtimes/embedded/directory_lock.ts'
import { embed, openEmbedded } from '../../../src/runtimes/embedded/embedded.ts'
import { message, queryMessage, startupPacket } from '../../../src/runtimes/embedded/pg_wire.ts'
import { type Backend, POSTGRES_MAJOR } from '../../../src/runtimes/embedded/pglite_backend.ts'
import { PgliteSocket } from '../../../src/runtimes/embedded/pglite_socket.ts'
import { testBackend, testDatabase } from '../../support/embedded.ts'

const quiet = { onnotice: () => {} }
const top = mkdtempSync(join(tmpdir(), 'platestack-embedded-'))
afterAll(() => rmSync(top, { recursive: true, force: true }))

const codeOf = (error: unknown): unknown => (error as { code?: string }).code
const failure = (promise: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(promise).then(() => 'no error', codeOf)

// One for all tests that leave it alive: PostgreSQL takes two seconds to start.
let backend: Backend
beforeAll(async () => {
  backend = await testBackend()
})

describe('the driver on a database in this process', () => {
  let sql: Pool
  beforeAll(async () => {
    const types = { date: { to: 1082, from: [1082], serialize: String, parse: (day: string) => `day ${day}` } }
    sql = (await embed(backend, { ...quiet, types })).sql
    await sql`create table things (id int primary key, name text, data jsonb)`
  })
  afterAll(() => sql.end())

  test('has times in UTC and ISO format, and the parsers that it was given', async () => {
    const [row] = await sql`
      select current_setting('TimeZone') as zone, current_setting('DateStyle') as style, '2024-02-29'::date as day,
        '2024-02-29 23:00:00.123456-05'::timestamptz::text as time, array['a', 'null', 'c d'] as list, 9007199254740993 as big`
    expect(row).toEqual({
      zone: 'UTC',
      style: 'ISO, MDY',
      day: 'day 2024-02-29',
      time: '2024-03-01 04:00:00.123456+00',
      list: ['a', 'null', 'c d'],
      big: '9007199254740993',
    })
  })

  test('gives each of a hundred concurrent queries its own answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => sql`select ${i}::int as n, ${'é'.repeat(i)}::text as text`),
    )
    answers.forEach((rows, i) => {
      expect([...rows]).toEqual([{ n: i, text: 'é'.repeat(i) }])
    })
  })

  test('gives each query its own answer when some between them fail, while parsing, binding or running', async () => {
    for (let round = 0; round < 3; round++) {
      const sent = Array.from({ length: 200 }, (_, i) => {
        if (i % 5 === 1) return sql`select nothing, ${i}::int from nowhere`
        if (i % 5 === 2) return sql`select ${'not a number'}::int as n`
        if (i % 5 === 3) return sql`select ${i}::int / ${0}::int as n`
        if (i % 5 === 4) return sql.unsafe(`select ${i} as n; select 1/0`)
        return sql`select ${i}::int as n`
      })
      const codes = await Promise.all(sent.map((one, i) => one.then(([row]) => row?.n === i, codeOf)))
      expect(codes).toEqual(sent.map((_, i) => [true, '42P01', '22P02', '22012', '22012'][i % 5]))
    }
  })

  test('commits a transaction with pipelined statements', async () => {
    const names = await sql.begin(async (tx) => {
      const made = await Promise.all(
        Array.from({ length: 50 }, (_, i) => tx`insert into things values (${i}, ${`n${i}`}) returning name`),
      )
      return made.map(([row]) => row!.name)
    })
    expect(names).toEqual(Array.from({ length: 50 }, (_, i) => `n${i}`))
    expect([...(await sql`select count(*)::int as n from things`)]).toEqual([{ n: 50 }])
  })

  test('rolls a transaction back whose pipelined statement fails, and goes on', async () => {
    const doomed = sql.begin(async (tx) =>
      Promise.all([
        tx`insert into things values (${100}, 'a')`,
        tx`insert into things values (${100}, ${'again'})`,
        tx`insert into things values (${101}, ${'b'})`,
      ]),
    )
    const beside = Array.from({ length: 20 }, (_, i) => sql`select ${i}::int as n`.execute())
    expect(await failure(doomed)).toBe('23505')
    expect((await Promise.all(beside)).map(([row]) => row!.n)).toEqual(Array.from({ length: 20 }, (_, i) => i))
    expect([...(await sql`select id from things where id in (100, 101)`)]).toEqual([])
  })

  test('keeps other queries out of a transaction, however much is sent in it', async () => {
    const transaction = sql.begin(async (tx) => {
      await tx`insert into things values (150, ${'x'.repeat(100_000)})`
      await new Promise((resolve) => setTimeout(resolve, 20))
      await tx`insert into things values (151, ${'x'.repeat(100_000)})`
    })
    const beside = Array.from({ length: 5 }, () => sql`select pg_current_xact_id_if_assigned() as inside`.execute())
    await transaction
    expect((await Promise.all(beside)).map(([row]) => row!.inside)).toEqual([null, null, null, null, null])
  })

  test('carries a value of 10 MB and 100 000 rows out', async () => {
    const [[value], rows] = await Promise.all([
      sql`select repeat('0123456789', 1048576) as text`,
      sql`select i, md5(i::text) as hash from generate_series(1, 100000) i`,
    ])
    expect(value!.text === '0123456789'.repeat(1048576)).toBe(true)
    expect([rows.length, rows[0], rows[99999]]).toEqual([
      100000,
      { i: 1, hash: 'c4ca4238a0b923820dcc509a6f75849b' },
      { i: 100000, hash: createHash('md5').update('100000').digest('hex') },
    ])
  })

  test('carries a jsonb parameter of 9 MB in', async () => {
    const data = { keywords: Array.from({ length: 90_000 }, (_, i) => ({ key: `KEY${i}`, value: 'ü'.repeat(40) })) }
    expect(Buffer.byteLength(JSON.stringify(data))).toBeGreaterThan(9_000_000)
    const [row] = await sql`insert into things values (300, 'big', ${JSON.stringify(data)}::text::jsonb) returning data`
    expect(JSON.stringify(sorted(row!.data)) === JSON.stringify(sorted(data))).toBe(true)
  })

  test('refuses a COPY in, for which PostgreSQL would have to wait', async () => {
    expect(await failure(sql`copy things from stdin`)).toBe('0A000')
    expect(await failure(sql.unsafe('copy things (id) from stdin'))).toBe('0A000')
    expect([...(await sql`select 1 as n`)]).toEqual([{ n: 1 }])
  })

  test('refuses recursion too deep for the stack, and lives', async () => {
    await sql`create function deeper(n int) returns int language plpgsql as 'begin return deeper(n + 1); end'`
    expect(await failure(sql`select deeper(${1}::int)`)).toBe('54001')
    expect(await failure(sql.unsafe(`select ${'not '.repeat(5000)}true`))).toBe('54001')
    const deep = `${'['.repeat(500)}${']'.repeat(500)}`
    expect([...(await sql`select ${deep}::text::jsonb is not null as fine`)]).toEqual([{ fine: true }])
    expect(backend.died).toBeNull()
  })

  test('fails as often as it has to', async () => {
    for (let round = 0; round < 30; round++) {
      const codes = await Promise.all(Array.from({ length: 100 }, (_, i) => failure(sql`select ${i}::int / 0`)))
      expect(new Set(codes)).toEqual(new Set(['22012']))
    }
    expect([...(await sql`select 1 as n`)]).toEqual([{ n: 1 }])
  })

  test('drops a query that waits when nobody waits for it any more, and lets one that runs come to its end', async () => {
    const leaving = new AbortController()
    const left = sql.within({ signal: leaving.signal })
    const queries = Array.from({ length: 5 }, (_, i) => (i === 4 ? left : sql)`select ${i}::int as n, pg_sleep(0.02)`)
    const ended = Promise.all(queries.map((one) => one.then(([row]) => row!.n, String)))
    await new Promise((resolve) => setTimeout(resolve, 10))
    leaving.abort()
    expect(await ended).toEqual([0, 1, 2, 3, 'Error: the client has left'])
    expect([...(await sql`select 1 as n`)]).toEqual([{ n: 1 }])
  })
})

const sorted = (data: unknown): unknown[] =>
  (data as { keywords: { key: string; value: string }[] }).keywords.map(({ key, value }) => [key, value])

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

test('upkeep asks for a checkpoint, vacuum and analyze when they are due, and not after', async () => {
  const { sql } = await embed(backend, quiet)
  const due = async () => (await query(sql, 'embedded/upkeep', {})).map((row) => row.statement as string)
  const carryOut = async () => {
    const statements = await due()
    for (const statement of statements) await sql.unsafe(statement)
    return statements
  }
  // PostgreSQL puts what it has counted where others see it a second later
  await expect.poll(carryOut, { timeout: 20_000, interval: 300 }).toEqual([])
  await sql`create table "Busy one" as select i, repeat('x', 2000) as text from generate_series(1, 30000) i`
  await sql`create table quiet as select i from generate_series(1, 10) i`
  await sql`update "Busy one" set i = i + 1 where i < 10000`
  await expect
    .poll(due, { timeout: 20_000, interval: 300 })
    .toEqual(['checkpoint', 'vacuum (analyze, skip_locked) public."Busy one"'])
  await expect.poll(carryOut, { timeout: 20_000, interval: 300 }).toEqual([])
  await sql.end()
})

describe('a database in memory', () => {
  test('is closed only when all that was sent has been answered', async () => {
    const { sql, close } = await embed(backend, quiet)
    const sent = Array.from({ length: 500 }, (_, i) => sql`select ${i}::int as n`.execute())
    const transaction = sql.begin(async (tx) => {
      await tx`select 1`
      await new Promise((resolve) => setTimeout(resolve, 100))
      return (await tx`select 'whole' as n`)[0]!.n
    })
    await Promise.all([close(), close()])
    const answers = await Promise.all(sent)
    expect(answers.map(([row]) => row!.n)).toEqual(Array.from({ length: 500 }, (_, i) => i))
    expect(await transaction).toBe('whole')
    expect(await failure(sql`select 1`)).toBe('CONNECTION_ENDED')
  })

  test('that dies is lost, and says so', async () => {
    const { sql, close } = await openEmbedded(null, quiet)
    expect(await failure(sql.unsafe(FATAL))).toBe('58000')
    await expect(Promise.resolve(sql`select 1`)).rejects.toThrow('in memory, and is lost')
    await expect(sql.begin((tx) => tx`select 1`)).rejects.toThrow('in memory, and is lost')
    await close()
  })
})

// The end of the client in the middle of a statement, which PostgreSQL takes for the end of the session.
const FATAL = 'create temp table t (n int); copy t from stdin'

describe('a directory', () => {
  const dir = join(top, 'lasting', 'database')

  test('that was left half made is made anew, and opened by one process at a time', async () => {
    mkdirSync(dir, { recursive: true })
    writeFileSync(join(dir, 'PG_VERSION'), `${POSTGRES_MAJOR}\n`)
    writeFileSync(`${dir}.unfinished`, '')
    const { sql, close } = await openEmbedded(dir, quiet)
    expect(existsSync(`${dir}.unfinished`)).toBe(false)
    expect((await sql`show server_version`)[0]!.server_version).toMatch(new RegExp(`^${POSTGRES_MAJOR}\\.`))
    expect((await sql`show fsync`)[0]!.fsync).toBe('on')
    await expect(openEmbedded(dir, quiet)).rejects.toThrow(`is in use by process ${process.pid}`)
    await sql`create table kept (n int)`
    await sql`insert into kept values (1)`
    process.exitCode = 7
    await close()
    expect(process.exitCode).toBe(7)
    process.exitCode = undefined
    expect(existsSync(`${dir}.lock`)).toBe(false)
    // 1: "shut down", the state in which nothing has to be recovered
    expect(readFileSync(join(dir, 'global/pg_control')).readUInt32LE(16)).toBe(1)
  })

  test('is opened again after a clean end; PostgreSQL is started again on it when it dies, with all that was committed', async () => {
    const { sql, close } = await openEmbedded(dir, quiet)
    expect([...(await sql`select n from kept`)]).toEqual([{ n: 1 }])
    await sql`insert into kept values (2)`
    expect(await failure(sql.unsafe(FATAL))).toBe('58000')
    expect([...(await sql`select n from kept order by n`)]).toEqual([{ n: 1 }, { n: 2 }])
    await sql.begin((tx) => tx`select ${1}::int`)
    const overrun = sql.begin(async (tx) => {
      await tx`insert into kept values (3)`
      await failure(tx`select ${'['.repeat(50_000)}::text::json`)
      await tx`insert into kept values (4)`
    })
    const beside = Array.from({ length: 5 }, (_, i) => sql`select ${i}::int as n`.execute())
    expect(await failure(overrun)).toBe('58000')
    expect((await Promise.all(beside)).map(([row]) => row!.n)).toEqual([0, 1, 2, 3, 4])
    // statements prepared before, settings of the connection
    expect(
      await sql.begin(async (tx) => (await tx`select ${7}::int as n, current_setting('TimeZone') as zone`)[0]),
    ).toEqual({ n: 7, zone: 'UTC' })
    expect(await sql.begin(async (tx) => (await tx`select ${8}::int as n`)[0])).toEqual({ n: 8 })
    expect([...(await sql`select n from kept order by n`)]).toEqual([{ n: 1 }, { n: 2 }])
    await close()
  })

  test('of another release of PostgreSQL is refused', async () => {
    const version = join(dir, 'PG_VERSION')
    const text = readFileSync(version)
    writeFileSync(version, '17\n')
    await expect(openEmbedded(dir, quiet)).rejects.toThrow('was made by PostgreSQL 17')
    writeFileSync(version, text)
    expect(existsSync(`${dir}.lock`)).toBe(false)
  })

  test('whose process is killed while it writes is locked until then, and has every acknowledged row', async () => {
    const script = await bundledWriter()
    onTestFinished(() => rmSync(script))
    const child = spawn(process.execPath, [script, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
    while (!printed.includes('\n1\n')) await new Promise((resolve) => setTimeout(resolve, 20))
    await expect(openEmbedded(dir, quiet)).rejects.toThrow(`is in use by process ${child.pid}`)
    await new Promise((resolve) => setTimeout(resolve, 700))
    child.kill('SIGKILL')
    await once(child, 'close')
    const acknowledged = Number(printed.slice(0, printed.lastIndexOf('\n')).split('\n').at(-1))
    const { sql, close } = await openEmbedded(dir, quiet)
    const [found] =
      await sql`select count(*)::int as n, max(n) as last, count(*) filter (where length(padding) <> n % 3000)::int as torn from written`
    expect(found!.n).toBe(found!.last + 1)
    expect(found!.n).toBeGreaterThan(acknowledged)
    expect(found!.torn).toBe(0)
    expect(acknowledged).toBeGreaterThan(0)
    await close()
  })
})

/** The program of support/embedded_writer.ts, as one that Node can run. */
async function bundledWriter(): Promise<string> {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  // inside the repository, whence it finds its packages
  const outfile = join(root, `node_modules/.cache/platestack/writer-${process.pid}.mjs`)
  const entryPoints = [join(root, 'test/support/embedded_writer.ts')]
  await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  })
  return outfile
}

describe('a lock', () => {
  const path = join(top, 'some.lock')
  const held = { pid: process.pid, started: '', host: 'elsewhere' }
  const write = (holder: unknown, secondsAgo: number) => {
    writeFileSync(path, typeof holder === 'string' ? holder : JSON.stringify(holder))
    const then = new Date(Date.now() - secondsAgo * 1000)
    utimesSync(path, then, then)
  }

  test('is taken over from the dead, and not from the living', () => {
    const release = lockFile(path, 'it')
    const mine = JSON.parse(readFileSync(path, 'utf8'))
    expect(() => lockFile(path, 'it')).toThrow(`it is in use by process ${process.pid}`)
    release()
    write({ ...mine, started: 'another start of a process with the same number' }, 0)
    lockFile(path, 'it')()
    write({ ...mine, pid: 2 ** 22 + 1 }, 0)
    lockFile(path, 'it')()
    expect(existsSync(path)).toBe(false)
  })

  test('of another host counts for two minutes after its last renewal', () => {
    write(held, 100)
    expect(() => lockFile(path, 'it')).toThrow('it is in use on another host (elsewhere)')
    write(held, 130)
    lockFile(path, 'it')()
  })

  test('that is being written counts for a moment', () => {
    write('{"pid":1', 0)
    expect(() => lockFile(path, 'it')).toThrow('being opened by another process')
    write('{"pid":1', 10)
    const release = lockFile(path, 'it')
    release()
    const again = lockFile(path, 'it')
    release()
    expect(existsSync(path)).toBe(true)
    again()
  })
})

test('a test database is migrated, empty and its own', async () => {
  const { sql, close } = await testDatabase()
  expect([...(await sql`select count(*)::int as frames from frames`)]).toEqual([{ frames: 0 }])
  expect([...(await sql`select st_astext(st_point(1, 2)) as point, to_regclass('things') as things`)]).toEqual([
    { point: 'POINT(1 2)', things: null },
  ])
  await close()
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
