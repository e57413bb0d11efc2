import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Pool } from '../../src/database/open.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { startRelay } from '../support/relay.ts'

let database: TestPostgres
let relay: Awaited<ReturnType<typeof startRelay>>
let sql: Pool
/** The messages of the client, a letter each: P parse, D describe, H flush, B bind, E execute, S sync. */
let sent = ''

function watch() {
  let isStarted = false
  return (chunk: Buffer) => {
    let at = 0
    if (!isStarted) at = chunk.readUInt32BE(0)
    isStarted = true
    while (at < chunk.length) {
      sent += String.fromCharCode(chunk[at]!)
      at += 1 + chunk.readUInt32BE(at + 1)
    }
    sent += ' '
  }
}

beforeAll(async () => {
  database = await startPostgres()
  relay = await startRelay(Number(new URL(database.url('postgres')).port), { watch })
  const url = Object.assign(new URL(database.url('postgres')), { port: String(relay.port) }).href
  sql = poolAt(url, { max: 1, prepare: 'never' })
})
afterAll(async () => {
  await sql?.end()
  await relay?.close()
  await database?.stop()
})

test('a statement that is not prepared goes in one piece once its types are known, with the same values', async () => {
  const ask = () =>
    sql`select ${7}::int8 as n, ${"it's"}::text as t, ${null}::text as nothing, ${0.1}::float8 as x,
      ${[3, 1, 2]}::int4[] as numbers, ${['a"b', 'c,d', null]}::text[] as words,
      ${'2016-01-02T03:04:05.678901Z'}::timestamptz as at, ${[1.5, 2]}::float8[] as parts`
  const [first] = await ask()
  expect(sent).toMatch(/PDH BES? ?S? $/)
  sent = ''
  const [second] = await ask()
  expect(sent.replace(/\W/g, '')).toBe('PDBES')
  expect(second).toEqual(first)
  expect(second).toEqual({
    n: 7,
    t: "it's",
    nothing: null,
    x: 0.1,
    numbers: [3, 1, 2],
    words: ['a"b', 'c,d', null],
    at: '2016-01-02 03:04:05.678901+00',
    parts: [1.5, 2],
  })
})

test('what the driver declares by itself it goes on asking about, and a wrong value is refused as before', async () => {
  for (const value of [true, false, true]) expect(await sql`select ${value}::bool as v`).toEqual([{ v: value }])
  const number = (text: unknown) => sql`select ${text}::int4 as v`
  for (const text of ['1', '2']) expect(await number(text)).toEqual([{ v: Number(text) }])
  await expect(number('none')).rejects.toMatchObject({ code: '22P02' })
  expect(await number('3')).toEqual([{ v: 3 }])
})

test('a column that has changed its type is refused once, and not for as long as the process runs', async () => {
  await sql`create table changing (v text)`
  const add = (text: string) => sql`insert into changing values (${text})`
  for (const text of ['one', 'two']) await add(text)
  await sql`alter table changing alter v type jsonb using to_jsonb(v)`
  await expect(add('three')).rejects.toMatchObject({ code: '22P02' })
  await add('four')
  expect(await sql`select v from changing`).toEqual(['one', 'two', 'four'].map((v) => ({ v })))
})
