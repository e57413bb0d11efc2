import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { poolAt } from '../../support/pool.ts'
import type { TestPostgres } from '../../support/postgres.ts'
import type { Closers } from '../closing.ts'
import { benchScale, type Options } from './bench.ts'
import { type Asker, checkAnswers } from './check.ts'
import { build, checkPrepared, fill, startDatabase } from './database.ts'
import { GOALS } from './goals.ts'
import { sampleFrames } from './sample.ts'
import { scenariosOf } from './scenarios.ts'

const FRAMES = 3000
const silent = () => {}
let pg: TestPostgres
let url: string
beforeAll(async () => {
  pg = await startDatabase()
  url = await build(pg, FRAMES, silent)
})
afterAll(() => pg.stop())

test('the answers of all scenarios are right for everybody', async () => {
  const closers: Closers = []
  const said: string[] = []
  const options: Options = {
    frames: 0,
    seconds: 1,
    concurrency: 8,
    workers: 1,
    rounds: 1,
    database: url,
    migrate: false,
    growth: false,
    all: true,
    check: true,
    unchecked: false,
  }
  try {
    await benchScale(options, (line) => said.push(line), closers)
  } finally {
    for (const closer of closers) await closer()
  }
  const checked = said.map((line) => /^(.*): (\d+) answers are right/.exec(line)).filter((line) => line !== null)
  expect(checked.map(([, name]) => name)).toEqual(expect.arrayContaining(Object.keys(GOALS)))
  expect(Math.min(...checked.map(([, , requests]) => Number(requests)))).toBeGreaterThanOrEqual(3)
})

describe('a wrong answer is found:', () => {
  /** Answers of plain SQL about the first page, then made wrong. */
  const askWith = async (
    wrong: (page: { count: number; count_estimated: boolean; results: { id: number }[] }) => void,
  ) => {
    const sql = poolAt(url)
    try {
      const results = await sql<{ id: number }[]>`
        select id from frames where public_date < now() order by observation_date desc, id desc limit 100`
      const [total] = await sql<{ count: number }[]>`select count(*)::int from frames where public_date < now()`
      const page = { count: total!.count, count_estimated: false, results: [...results] }
      wrong(page)
      const asker: Asker = {
        name: 'anonymous',
        get: async () => ({ status: 200, body: page }),
        sees: (own) => own`f.public_date < now()`,
      }
      const scenarios = scenariosOf(await sampleFrames(sql, FRAMES, 20), FRAMES)
      return await checkAnswers(sql, scenarios.find(({ name }) => name === 'first page of 100')!, [asker])
    } finally {
      await sql.end({ timeout: 5 })
    }
  }

  test('none where all is right', async () => {
    expect(await askWith(silent)).toEqual({ requests: 1, found: 100 })
  })
  test('an exact count that is one off', async () => {
    await expect(askWith((page) => page.count++)).rejects.toThrow('/frames/ for anonymous')
  })
  test('an estimate that is one off is right, one of three times as many is not', async () => {
    const estimated = (factor: number) =>
      askWith((page) => Object.assign(page, { count: 1 + factor * page.count, count_estimated: true }))
    await expect(estimated(1)).resolves.toBeDefined()
    await expect(estimated(3)).rejects.toThrow('the estimate')
  })
  test('a frame that is missing, and two that have changed places', async () => {
    await expect(askWith((page) => page.results.pop())).rejects.toThrow('/frames/ for anonymous')
    await expect(askWith((page) => page.results.push(page.results.shift()!))).rejects.toThrow('/frames/ for anonymous')
  })
})

describe('a prepared database', () => {
  test('says how many frames it was filled with', async () => {
    expect(await checkPrepared(url, false, silent)).toBe(FRAMES)
  })
  test('is refused if its frames are others', async () => {
    const empty = await pg.createDatabase(undefined, 'template')
    await expect(checkPrepared(empty, true, silent)).rejects.toThrow('was not filled by')
    await expect(checkPrepared(pg.url('postgres'), true, silent)).rejects.toThrow('has no frames')
    const changed = await pg.createDatabase(undefined, new URL(url).pathname.slice(1))
    await pg.psql(new URL(changed).pathname.slice(1), { sql: `update frames set observation_date = '2019-01-01'` })
    await expect(checkPrepared(changed, true, silent)).rejects.toThrow('was not filled by')
  })
  test('is migrated only where that is allowed', async () => {
    const old = await fill(pg, FRAMES)
    await expect(checkPrepared(old, false, silent)).rejects.toThrow('is not migrated (')
    expect(await checkPrepared(old, true, silent)).toBe(FRAMES)
    expect(await checkPrepared(old, false, silent)).toBe(FRAMES)
  })
})
