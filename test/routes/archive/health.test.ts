import { afterAll, beforeAll, expect, test } from 'vitest'
import { tokenOf } from '../../../src/auth/tokens.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'

let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive({
    THROTTLE_ANON: '3/day',
    OAUTH_SERVER_KEY: 'a server key',
    OAUTH_CLIENT_ID: 'archive',
    OAUTH_CLIENT_SECRET: 'a client secret',
    OAUTH_PROFILE_URL: 'http://127.0.0.1:9/api/profile/',
    CACHE_LOC: '127.0.0.1:9',
  })
})
afterAll(() => archive.close())

const ready = async () => {
  const answer = await archive.request('/health/ready/')
  return { status: answer.status, body: (await answer.json()) as { status: string; services: Record<string, object> } }
}

test('/health/ready/ names each service; one that is not needed takes nothing out, and nobody is throttled', async () => {
  for (let i = 0; i < 6; i++) expect((await ready()).status).toBe(200)
  const { body } = await ready()
  expect(body.status).toBe('ready')
  expect(body.services).toEqual({
    database: { ok: true, needed: true, ms: expect.any(Number) },
    files: { ok: true, needed: true, ms: expect.any(Number) },
    cache: { ok: false, needed: false, ms: expect.any(Number) },
    portal: { ok: false, needed: false, ms: expect.any(Number) },
  })
  expect((await archive.request('/health/ready.json')).status).toBe(200)
})

test('/admin/status/ is for superusers, tells what there is, and no secret', async () => {
  expect((await archive.request('/admin/status/')).status).toBe(401)
  const { writer, keys } = archive.services
  const [staff] = await writer<{ id: number }[]>`
    insert into users (username, password, is_superuser, is_staff, is_active) values ('staff', '!', false, true, true) returning id`
  const token = await tokenOf(writer, keys, staff!.id)
  expect((await archive.request('/admin/status/', { token })).status).toBe(403)
  archive.services.log.warn('something is odd', { where: 'here' })
  const answer = await archive.request('/admin/status/', { token: archive.root })
  expect(answer.status).toBe(200)
  const text = await answer.text()
  expect(text).not.toMatch(/a server key|a client secret/)
  expect(JSON.parse(text)).toMatchObject({
    status: 'ready',
    runtime: expect.stringMatching(/^Node /),
    workers: 1,
    worker: 1,
    services: { portal: { ok: false, reason: expect.any(String) } },
    database: { outbox: { waiting: 0, dead: 0 }, rollups: { built: true } },
    verification: { versions: { findings: {} } },
    replica: null,
    problems: expect.arrayContaining([
      expect.objectContaining({ message: 'something is odd', times: 1, fields: { where: 'here' } }),
    ]),
    findings: expect.arrayContaining([{ subject: 'database', level: 'ok', says: 'all indexes are there' }]),
  })
})

test('once it drains it is 503 at once, and serves what comes', async () => {
  archive.services.readiness.drain()
  expect(await ready()).toMatchObject({
    status: 503,
    body: { status: 'draining', services: { database: { ok: true } } },
  })
  expect((await archive.request('/health/')).status).toBe(200)
  expect((await archive.request('/frames/')).status).toBe(200)
})
