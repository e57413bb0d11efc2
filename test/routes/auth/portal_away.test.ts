import { describe, expect, test } from 'vitest'
import { beside } from '../../support/archive.ts'
import { SERVER_KEY } from '../../support/portal.ts'
import {
  archive,
  get,
  later,
  login,
  open,
  own,
  portal,
  process,
  told,
  UNAVAILABLE,
  usePortalArchive,
} from '../../support/portal_archive.ts'

usePortalArchive()

describe('while the portal is away', () => {
  const outages = (from: number) =>
    archive.logged.slice(from).filter((line) => line.message.startsWith('the Observation Portal'))

  test('three failures in a row are an outage: then nobody waits but one who tries, every five seconds', async () => {
    const logged = archive.logged.length
    portal.mood = 'slow'
    const hits = portal.hits.profile
    const ask = (n: number) => Promise.all(Array.from({ length: n }, (_, i) => get('/frames/', `Bearer unknown-${i}`)))
    await ask(3)
    expect(portal.hits.profile - hits).toBe(3)
    const started = performance.now()
    await ask(20)
    expect([performance.now() - started < 2000, portal.hits.profile - hits]).toEqual([true, 3])
    later(6)
    await ask(20)
    expect(portal.hits.profile - hits).toBe(4)
    portal.mood = 'answers'
    later(6)
    expect((await get('/profile/', 'Bearer frodo-bearer')).status).toBe(200)
    expect(outages(logged)).toEqual([
      {
        level: 'warning',
        message: 'the Observation Portal does not answer: requests that need it get a 503',
        fields: { reason: 'no answer within 3 s' },
      },
      { level: 'info', message: 'the Observation Portal answers again', fields: { seconds: 12, requests: 43 } },
    ])
  })

  test.each(['slow', 'fails', 'nonsense'] as const)('one request that %s is nobody else’s trouble', async (mood) => {
    const logged = archive.logged.length
    for (let round = 0; round < 4; round++) {
      Object.assign(portal, { mood, moodFor: 1 })
      expect((await get('/profile/', `Bearer unknown-${round}`)).status).toBe(503)
      later(400)
      expect((await get('/profile/', 'Bearer frodo-bearer')).status).toBe(200)
    }
    expect(outages(logged)).toEqual([])
  })

  test('one who asks it too often has to wait as long as it says, and nobody else', async () => {
    const hits = portal.hits.profile
    Object.assign(portal, { mood: 'busy', moodFor: 1 })
    for (let i = 0; i < 3; i++) {
      const response = await get('/profile/', 'Bearer samwise-bearer-2')
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '20'])
    }
    expect(portal.hits.profile).toBe(hits + 1)
    expect((await get('/profile/', 'Bearer frodo-bearer')).status).toBe(200)
    later(21)
    expect((await get('/profile/', 'Bearer samwise-bearer-2')).status).toBe(401)
  })

  test('a token whose proposals it never named is a 503 too; that of a superuser works', async () => {
    const push = (username: string, is_superuser: boolean) =>
      process.request('/authprofile/addupdateuser/', {
        json: { username, is_superuser, tokens: { api_token: `${username}-api-token` } },
        headers: { authorization: `Server ${SERVER_KEY}` },
      })
    await push('bilbo', false)
    await push('radagast', true)
    await portal.stop()
    for (const path of ['/frames/', `/frames/${open.id}/`, '/profile/'])
      expect(await told(await get(path, 'Token bilbo-api-token'))).toEqual(UNAVAILABLE)
    expect((await get('/frames/', 'Token radagast-api-token')).status).toBe(200)
    expect((await process.request('/frames/')).status).toBe(200)
  })

  test('archive and portal tokens work, with the proposals last seen, also after a restart', async () => {
    const { token } = (await (await login('frodo', 'theone')).json()) as { token: string }
    await portal.stop()
    const restarted = await beside(archive, portal.env)
    for (const key of [token, 'frodo-api-token'])
      expect((await restarted.request(`/frames/${own.id}/`, { token: key })).status).toBe(200)
  })

  test('anonymous reads never ask it', async () => {
    const hits = { ...portal.hits }
    for (const path of ['/frames/', `/frames/${open.id}/`, '/frames/aggregate/', '/profile/', '/health/'])
      expect((await process.request(path)).status).toBe(200)
    expect(portal.hits).toEqual(hits)
  })
})
