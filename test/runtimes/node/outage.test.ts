import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../../src/app.ts'
import type { Services } from '../../../src/services.ts'
import { newFrame } from '../../support/frames.ts'
import { type Exposed, exposedArchive } from '../../support/outage.ts'

let archive: Exposed
let services: Services
let token: string
const app = createApp()

beforeAll(async () => {
  archive = await exposedArchive('outage')
  ;({ services, token } = archive)
})
afterAll(() => archive?.close())

const cut = () => archive.cut()

test('connections that are cut in the middle of transactions cost 503s, but no acknowledged frame, no connection and not the process', async () => {
  const kept: string[] = []
  const statuses = new Set<number>()
  let number = 0
  let going = true
  async function work(): Promise<void> {
    while (going) {
      const basename = `frame-${number++}`
      const headers = { authorization: `Token ${token}`, 'content-type': 'application/json' }
      const body = JSON.stringify(newFrame(basename, { related_frame_filenames: ['bias', 'dark'] }))
      const posted = await app.request('/frames/', { method: 'POST', headers, body }, services)
      const read = await app.request('/frames/?limit=5', {}, services)
      for (const { status } of [posted, read]) statuses.add(status)
      if (posted.status === 201) kept.push(basename)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  const workers = Array.from({ length: 12 }, work)
  let closed = 0
  for (let i = 0; i < 15; i++) {
    await new Promise((resolve) => setTimeout(resolve, 120 + i * 7))
    closed += Number(await cut())
  }
  going = false
  await Promise.all(workers)
  expect(closed).toBeGreaterThan(20)
  expect([...statuses].sort()).toEqual([200, 201, 503])

  // the last cut may not have been noticed on every connection yet; then the whole pool serves again
  const reads = async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => app.request('/frames/?limit=5', {}, services)))
    return [...new Set(answers.map((r) => r.status))]
  }
  await expect.poll(reads, { timeout: 5000, interval: 100 }).toEqual([200])
  const there = new Set(
    (await services.writer`select basename from frames f join versions v on v.frame_id = f.id`).map((r) => r.basename),
  )
  expect(kept.filter((name) => !there.has(name))).toEqual([])
})

test.each([
  ['has another name', 'alter database outage rename to elsewhere', 'alter database elsewhere rename to outage'],
  ['takes nobody in', 'alter database outage allow_connections false', 'alter database outage allow_connections true'],
])('a database that %s answers 503, and all is well when it is back', async (_, away, back) => {
  const ask = async () => (await app.request('/frames/?limit=5', {}, services)).status
  const post = async () => {
    const headers = { authorization: `Token ${token}`, 'content-type': 'application/json' }
    const response = await app.request('/frames/', { method: 'POST', headers, body: '{}' }, services)
    return response.status
  }
  await cut()
  await archive.sql(away)
  try {
    // connections that were cut are noticed first
    for (let i = 0; i < 30; i++)
      expect([await ask(), await post()].filter((status) => status !== 400)).not.toContain(500)
    expect(await ask()).toBe(503)
  } finally {
    await archive.sql(back)
  }
  await expect.poll(ask, { timeout: 10_000 }).toBe(200)
})
