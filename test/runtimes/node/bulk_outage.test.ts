import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../../src/app.ts'
import type { Services } from '../../../src/services.ts'
import { linesOf, ndjson, type Told } from '../../support/bulk.ts'
import { newFrame } from '../../support/frames.ts'
import { type Exposed, exposedArchive } from '../../support/outage.ts'

let archive: Exposed
let services: Services
let token: string
const app = createApp()

beforeAll(async () => {
  archive = await exposedArchive('bulk_outage')
  ;({ services, token } = archive)
})
afterAll(() => archive?.close())

const cut = () => archive.cut()
const send = async (names: readonly string[]): Promise<Told[]> => {
  const headers = { authorization: `Token ${token}`, 'content-type': 'application/x-ndjson' }
  const body = ndjson(names.map((name) => newFrame(name, { related_frame_filenames: ['bias', 'dark'] })))
  const response = await app.request('/frames/bulk/', { method: 'POST', headers, body }, services)
  if (response.status === 503) return send(names)
  expect(response.status).toBe(200)
  return linesOf(await response.text())
}

test('connections that are cut in the middle of batches lose no line that was reported, and the failed ones go in when they are sent again', async () => {
  let number = 0
  let going = true
  const answers: Told[] = []
  const work = async () => {
    while (going) answers.push(...(await send(Array.from({ length: 300 }, () => `frame-${number++}`))))
  }
  const workers = Array.from({ length: 3 }, work)
  for (let i = 0; i < 15; i++) {
    await new Promise((resolve) => setTimeout(resolve, 150 + i * 7))
    await cut()
  }
  going = false
  await Promise.all(workers)
  const withFile = async () =>
    new Set(
      (await services.writer`select basename from frames f join versions v on v.frame_id = f.id`).map(
        (r) => r.basename,
      ),
    )

  const failed = answers.filter((t) => t.outcome === 'failed')
  expect(failed.length).toBeGreaterThan(0)
  for (const { status, errors } of failed)
    expect([status, errors]).toEqual([503, { detail: 'The database cannot be reached. Try again shortly.' }])
  expect(new Set(answers.map((t) => t.outcome))).toEqual(new Set(['created', 'failed']))
  const there = await withFile()
  expect(answers.filter((t) => t.outcome === 'created' && !there.has(t.basename))).toEqual([])

  let left = failed.map((t) => t.basename!)
  for (let tries = 0; left.length && tries < 5; tries++) {
    const told = await send(left)
    left = told.filter((t) => t.outcome === 'failed').map((t) => t.basename!)
  }
  expect((await withFile()).size).toBe(number)
})
