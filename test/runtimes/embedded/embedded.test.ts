import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pool } from '../../../src/database/open.ts'
import { query } from '../../../src/database/sql.ts'
import { embed, openEmbedded } from '../../../src/runtimes/embedded/embedded.ts'
import type { Backend } from '../../../src/runtimes/embedded/pglite_backend.ts'
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
    const left = sql.withLimits({ signal: leaving.signal })
    const queries = Array.from({ length: 5 }, (_, i) => (i === 4 ? left : sql)`select ${i}::int as n, pg_sleep(0.02)`)
    const ended = queries.map((one) => one.then(([row]) => row!.n, String))
    await ended[0]
    leaving.abort()
    expect(await Promise.all(ended)).toEqual([0, 1, 2, 3, 'Error: the client has left'])
    expect([...(await sql`select 1 as n`)]).toEqual([{ n: 1 }])
  })
})

const sorted = (data: unknown): unknown[] =>
  (data as { keywords: { key: string; value: string }[] }).keywords.map(({ key, value }) => [key, value])

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
    // no more than are answered in the seconds of grace, on whatever machine
    const sent = Array.from({ length: 100 }, (_, i) => sql`select ${i}::int as n`.execute())
    const transaction = sql.begin(async (tx) => {
      await tx`select 1`
      await new Promise((resolve) => setTimeout(resolve, 100))
      return (await tx`select 'whole' as n`)[0]!.n
    })
    await Promise.all([close(), close()])
    const answers = await Promise.all(sent)
    expect(answers.map(([row]) => row!.n)).toEqual(Array.from({ length: 100 }, (_, i) => i))
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

test('a test database is migrated, empty and its own', async () => {
  const { sql, close } = await testDatabase()
  expect([...(await sql`select count(*)::int as frames from frames`)]).toEqual([{ frames: 0 }])
  expect([...(await sql`select st_astext(st_point(1, 2)) as point, to_regclass('things') as things`)]).toEqual([
    { point: 'POINT(1 2)', things: null },
  ])
  await close()
})
