import { describe, expect, test } from 'vitest'
import { findUserByName } from '../../../src/queries/users/find.ts'
import { beside } from '../../support/archive.ts'
import {
  archive,
  get,
  later,
  OUTAGES,
  open,
  own,
  portal,
  process,
  told,
  UNAVAILABLE,
  usePortalArchive,
} from '../../support/portal_archive.ts'

usePortalArchive()

describe('a bearer token', () => {
  test('of a user the archive has never seen makes that user', async () => {
    expect(await findUserByName(archive.services.writer, 'samwise')).toBeUndefined()
    expect(await told(await get('/profile/', 'Bearer samwise-bearer'))).toEqual({
      status: 200,
      body: { username: 'samwise', profile: { proposals: ['beta'] }, is_staff: false },
    })
    expect(await findUserByName(archive.services.writer, 'samwise')).toMatchObject({
      is_superuser: false,
      password: '!',
    })
  })

  test('that the portal does not know is refused', async () => {
    expect(await told(await get('/frames/', 'Bearer nonsense'))).toEqual({
      status: 401,
      body: { detail: 'No Such User' },
    })
  })

  test('is not shown to the portal at every request', async () => {
    await get('/profile/', 'Bearer frodo-bearer')
    const hits = portal.hits.profile
    for (let i = 0; i < 5; i++) await get('/frames/', 'Bearer frodo-bearer')
    expect(portal.hits.profile).toBe(hits)
  })

  test('is kept as a hash and encrypted, as is the api token that came with it', async () => {
    await get('/profile/', 'Bearer frodo-bearer')
    const rows = await archive.services
      .writer`select p.*, u.* from profiles p join users u on u.id = p.user_id where u.username = 'frodo'`
    expect(JSON.stringify(rows)).not.toMatch(/frodo-(bearer|api-token)/)
    expect(rows[0]).toMatchObject({
      api_token: null,
      api_token_sealed: expect.stringMatching(/^v1\./),
      bearer_sealed: expect.stringMatching(/^v1\./),
    })
  })

  test.each(OUTAGES)(
    'of a known user goes on working while the portal %s, with the proposals last seen',
    async (_, away) => {
      await get('/profile/', 'Bearer frodo-bearer')
      later(2 * 3600)
      await away()
      const restarted = await beside(archive, portal.env)
      for (const request of [process, restarted].map((p) => p.request)) {
        const headers = { authorization: 'Bearer frodo-bearer' }
        expect(await told(await request('/profile/', { headers }))).toMatchObject({
          body: { username: 'frodo', profile: { proposals: ['alpha'] } },
        })
        expect((await request(`/frames/${own.id}/`, { headers })).status).toBe(200)
      }
    },
  )

  test.each(OUTAGES)(
    'that nobody knows is a 503 on every request while the portal %s, reads of public data included',
    async (_, away) => {
      await away()
      for (const [path, method] of [
        ['/frames/', 'GET'],
        [`/frames/${open.id}/`, 'GET'],
        [`/frames/${own.id}/headers/`, 'GET'],
        ['/frames/999999/', 'GET'],
        ['/frames/aggregate/', 'GET'],
        ['/profile/', 'GET'],
        ['/', 'GET'],
        ['/docs/', 'GET'],
        ['/frames/zip/', 'POST'],
        ['/frames/', 'POST'],
        [`/frames/${own.id}/`, 'DELETE'],
        ['/revoke_token/', 'POST'],
      ] as const) {
        const response = await process.request(path, { method, headers: { authorization: 'Bearer not-known-here' } })
        expect([path, response.headers.get('retry-after'), await told(response)]).toEqual([path, '30', UNAVAILABLE])
      }
    },
  )

  test('that the portal refused is refused unseen for some seconds', async () => {
    const bearer = 'Bearer looping'
    await get('/frames/', bearer)
    const hits = portal.hits.profile
    for (let i = 0; i < 50; i++) expect((await get('/frames/', bearer)).status).toBe(401)
    expect(portal.hits.profile).toBe(hits)
    later(20)
    expect([(await get('/frames/', bearer)).status, portal.hits.profile]).toEqual([401, hits + 1])
  })

  test('that is made up is held off by address before the portal is asked; one that was vouched for goes on', async () => {
    const from = (address: string, authorization: string) =>
      process.request('/profile/', { headers: { authorization, 'x-forwarded-for': address } })
    await from('192.0.2.9', 'Bearer frodo-bearer')
    later(400)
    const hits = portal.hits.profile
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => from('192.0.2.1', `Bearer made-up-${i}`)))
    const statuses = answers.map((answer) => answer.status)
    expect([...new Set(statuses)].sort()).toEqual([401, 429])
    // thirty, and the one whose turn it is after the first wait
    expect(portal.hits.profile - hits).toBe(31)
    const late = answers.find((answer) => answer.status === 429)!
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await from('192.0.2.1', 'Bearer frodo-bearer')).status).toBe(200)
    expect((await from('192.0.2.2', 'Bearer made-up')).status).toBe(401)
    expect((await process.request('/profile/', { headers: { 'x-forwarded-for': '192.0.2.1' } })).status).toBe(200)
    later(901)
    expect((await from('192.0.2.1', 'Bearer made-up')).status).toBe(401)
  })
})
