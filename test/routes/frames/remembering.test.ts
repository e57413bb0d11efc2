import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pool } from '../../../src/database/open.ts'
import { createRemembering, type Make } from '../../../src/queries/rollups/remembering.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { newFrame, post } from '../../support/frames.ts'
import { type Asked, askRemembering } from '../../support/rollup_questions.ts'
import { foldAll } from '../../support/rollups.ts'
import { watched } from '../../support/watched.ts'

const CURRENT = 'rollups/remembered.current'
const FACETS = 'rollups/facets'

let archive: TestArchive
let pool: Pool
let sentBy: ReturnType<typeof watched>['sentBy']
beforeAll(async () => {
  archive = await testArchive()
  const watching = watched(archive.services.search)
  pool = watching.pool
  sentBy = watching.sentBy
})
afterAll(() => archive?.close())

let made = 0
const put = (over: Record<string, unknown> = {}) => post(archive, newFrame(`remembering-${++made}`, over))
const JANUARY = [
  { name: 'start', parameter: 'start', value: '2016-01-01T00:00:00Z' },
  { name: 'before', parameter: 'end', value: '2016-02-01T00:00:00Z' },
]

const makeOf =
  (text: string): Make =>
  async () => ({
    answer: { text, etag: '' },
    made: { origin: 'none', folded: 1, now: '2016-01-01 00:00:00+00', first: 0, last: 0 },
  })

describe('of requests at one time', () => {
  const asked: Asked = { caller: { kind: 'anonymous' }, filters: JANUARY, whose: 'visible' }
  function gate() {
    let open!: () => void
    const opened = new Promise<void>((resolve) => (open = resolve))
    return { open, opened }
  }
  const key = 'a question'

  test('one computes, all have the answer', async () => {
    await put()
    await foldAll(archive.services.writer)
    const process = createRemembering()
    const names = await sentBy(async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => askRemembering(process, pool, asked)))
      expect(new Set(answers.map((answer) => answer.join())).size).toBe(1)
    })
    expect(names.filter((name) => name === FACETS)).toEqual([FACETS])
  })

  test('none is given what was computed before it came, if that has changed since', async () => {
    const [computed, told] = [gate(), gate()]
    const process = createRemembering()
    const make = async () => ({
      answer: { text: (await askRemembering(createRemembering(), pool, asked)).join(), etag: '' },
      made: null,
    })
    const first = process.answer(
      key,
      pool,
      async () => {
        const before = await make()
        computed.open()
        await told.opened
        return before
      },
      'together',
    )
    await computed.opened
    await put({ site_id: 'mid' })
    const second = process.answer(key, pool, make, 'together')
    told.open()
    expect([(await first).text.includes('sites mid'), (await second).text.includes('sites mid')]).toEqual([false, true])
  })

  test('those that wait do not fail with the one they wait for', async () => {
    const process = createRemembering()
    const lost = process.answer(
      key,
      pool,
      () => pause(50).then(() => Promise.reject(new Error('its client left'))),
      'together',
    )
    const others = Array.from({ length: 3 }, () => process.answer(key, pool, makeOf('right'), 'together'))
    await expect(lost).rejects.toThrow('its client left')
    expect((await Promise.all(others)).map(({ text }) => text)).toEqual(['right', 'right', 'right'])
    await expect(process.answer('b', pool, () => Promise.reject(new Error('fails')), 'together')).rejects.toThrow(
      'fails',
    )
  })
})

test('what is remembered takes up no more than was said, and what was not asked for longest goes first', async () => {
  const process = createRemembering(100_000)
  for (let i = 0; i < 20_000; i++) {
    await process.answer(`question ${i}`, pool, makeOf('x'.repeat(i % 1000)), 'together')
    expect(process.bytes).toBeLessThanOrEqual(100_000)
  }
  expect(process.bytes).toBeGreaterThan(90_000)
  await process.answer('large', pool, makeOf('x'.repeat(50_001)), 'together')
  expect(process.bytes).toBeGreaterThan(90_000)
  const look = (name: string) => sentBy(() => process.answer(name, pool, makeOf('y'), 'together'))
  expect([await look('question 19999'), await look('question 0'), await look('large')]).toEqual([[CURRENT], [], []])
})
