import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { hashPassword } from '../../src/auth/passwords.ts'
import { addSuperuser, byName } from '../../src/queries/users.ts'
import { type TestArchive, testArchive } from '../support/archive.ts'
import { beside } from '../support/beside.ts'
import { FAR, newFrame, type Posted, post } from '../support/frames.ts'
import { account, type Mood, SERVER_KEY, startPortal, type TestPortal } from '../support/portal.ts'

let archive: TestArchive
let portal: TestPortal
let own: Posted
let open: Posted

beforeAll(async () => {
  portal = await startPortal([
    account('frodo', 'theone', ['alpha']),
    account('samwise', 'potatoes', ['beta']),
    account('gandalf', 'youshallnotpass', [], { staff: true, superuser: true }),
    account('gollum', 'precious', []),
  ])
  archive = await testArchive(portal.env)
  await addSuperuser(archive.services.writer, 'elrond', await hashPassword('rivendell'), '')
  own = await post(archive, newFrame('own', { proposal_id: 'alpha', public_date: FAR }))
  open = await post(archive, newFrame('open'))
})
afterAll(async () => {
  await archive?.close()
  await portal?.stop()
})

/** Another process of the archive: it remembers nothing of the portal. Each test has one, and a portal that answers. */
let process: Awaited<ReturnType<typeof beside>>
beforeEach(async () => {
  portal.mood = 'answers'
  await portal.stop()
  await portal.start()
  // first, for a process reads the clock that was there when it began
  vi.useFakeTimers({ toFake: ['Date'] })
  process = await beside(archive, portal.env)
})
afterEach(() => {
  vi.useRealTimers()
})
const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)

const login = (username: string, password: string) =>
  process.request('/api-token-auth/', { json: { username, password } })
const get = (path: string, authorization: string) => process.request(path, { headers: { authorization } })
const told = async (response: Response) => ({
  status: response.status,
  body: response.status === 204 ? null : await response.json(),
})
const REFUSED = { status: 400, body: { non_field_errors: ['Unable to log in with provided credentials.'] } }
const UNAVAILABLE = { status: 503, body: { detail: 'The Observation Portal cannot be reached. Try again shortly.' } }

/** The ways in which a portal can be away. */
const OUTAGES: [string, () => Promise<void> | void][] = [
  ['refuses connections', () => portal.stop()],
  ...(['fails', 'nonsense', 'slow'] as const).map((mood: Mood): [string, () => void] => [
    `is there but ${mood}`,
    () => {
      portal.mood = mood
    },
  ]),
]

describe('logging in', () => {
  test("with the portal's password makes the user and gives the archive's token, the same each time", async () => {
    const first = await told(await login('frodo', 'theone'))
    expect(first).toEqual({ status: 200, body: { token: expect.stringMatching(/^[0-9a-f]{40}$/) } })
    expect(await told(await login('frodo', 'theone'))).toEqual(first)
    const profile = await process.request('/profile/', { token: first.body.token })
    expect(await profile.json()).toEqual({ username: 'frodo', profile: { proposals: ['alpha'] }, is_staff: false })
  })

  test("takes over the rights that the portal gives, and keeps no password of the portal's", async () => {
    await login('gandalf', 'youshallnotpass')
    const user = await byName(archive.services.writer, 'gandalf')
    expect(user).toMatchObject({ is_staff: true, is_superuser: true, is_active: true, password: '!' })
  })

  test('with a local password asks no portal', async () => {
    const hits = { ...portal.hits }
    expect((await login('elrond', 'rivendell')).status).toBe(200)
    expect(portal.hits).toEqual(hits)
  })

  test.each([
    ['frodo', 'wrong'],
    ['nobody', 'theone'],
    ['elrond', 'wrong'],
    ['Frodo', 'theone'],
    ['fro\u{1f680}', 'theone'],
    ["' or 1=1 --", 'theone'],
  ])('as %s with the password %s is refused', async (username, password) => {
    expect(await told(await login(username, password))).toEqual(REFUSED)
  })

  test('as an inactive user is refused, by local password and by portal', async () => {
    const { writer } = archive.services
    await login('gollum', 'precious')
    await writer`update users set is_active = false where username in ('gollum', 'elrond')`
    const fresh = await beside(archive, portal.env)
    for (const [username, password] of [
      ['gollum', 'precious'],
      ['elrond', 'rivendell'],
    ])
      expect(await told(await fresh.request('/api-token-auth/', { json: { username, password } }))).toEqual(REFUSED)
    expect(await told(await fresh.request('/frames/', { token: 'gollum-api-token' }))).toEqual({
      status: 401,
      body: { detail: 'User inactive or deleted.' },
    })
    await writer`update users set is_active = true where username in ('gollum', 'elrond')`
  })

  test.each(OUTAGES)(
    'while the portal %s is a 503 that says when to come back; a local password still works',
    async (_, away) => {
      await away()
      const response = await login('frodo', 'theone')
      expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
      expect(await told(response)).toEqual(UNAVAILABLE)
      expect((await login('elrond', 'rivendell')).status).toBe(200)
    },
  )
})

describe('a bearer token', () => {
  test('of a user the archive has never seen makes that user', async () => {
    expect(await byName(archive.services.writer, 'samwise')).toBeUndefined()
    expect(await told(await get('/profile/', 'Bearer samwise-bearer'))).toEqual({
      status: 200,
      body: { username: 'samwise', profile: { proposals: ['beta'] }, is_staff: false },
    })
    expect(await byName(archive.services.writer, 'samwise')).toMatchObject({ is_superuser: false, password: '!' })
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
    'that nobody knows gets public data while the portal %s, and a 503 where it would be refused',
    async (_, away) => {
      await away()
      const bearer = 'Bearer not-known-here'
      const list = await get('/frames/', bearer)
      expect(((await list.json()) as { results: { basename: string }[] }).results.map((row) => row.basename)).toEqual([
        'open',
      ])
      for (const path of [
        `/frames/${open.id}/`,
        `/frames/${open.id}/headers/`,
        '/frames/aggregate/',
        '/thumbnails/',
        '/profile/',
        '/',
      ])
        expect([path, (await get(path, bearer)).status]).toEqual([path, 200])
      for (const path of [
        `/frames/${own.id}/`,
        `/frames/${own.id}/headers/`,
        `/frames/${own.id}/related/`,
        '/frames/999999/',
        '/versions/',
        '/thumbnails/999999/',
      ]) {
        const response = await get(path, bearer)
        expect([path, response.headers.get('retry-after'), await told(response)]).toEqual([
          path,
          expect.any(String),
          UNAVAILABLE,
        ])
      }
      for (const [path, method] of [
        ['/frames/', 'POST'],
        [`/frames/${own.id}/`, 'PATCH'],
        [`/frames/${own.id}/`, 'DELETE'],
        ['/revoke_token/', 'POST'],
      ] as const)
        expect([path, await told(await process.request(path, { method, headers: { authorization: bearer } }))]).toEqual(
          [path, UNAVAILABLE],
        )
    },
  )
})

describe('while the portal is away', () => {
  test('nobody waits for it twice: after a failure it is left alone for some seconds', async () => {
    portal.mood = 'slow'
    const started = performance.now()
    await get('/frames/', 'Bearer not-known-here')
    const waited = performance.now() - started
    const hits = portal.hits.profile
    for (let i = 0; i < 5; i++) await get('/frames/', 'Bearer not-known-here')
    expect(performance.now() - started).toBeLessThan(waited + 2000)
    expect([waited < 5000, portal.hits.profile]).toEqual([true, hits])
    portal.mood = 'answers'
    later(10)
    expect((await get('/profile/', 'Bearer frodo-bearer')).status).toBe(200)
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

describe('proposals', () => {
  const proposals = async (authorization = 'Token frodo-api-token') => {
    const { body } = await told(await get('/profile/', authorization))
    return body.profile.proposals as string[]
  }
  const frodo = () => portal.accounts.find((a) => a.username === 'frodo')!.profile
  afterEach(() => {
    frodo().proposals = [{ id: 'alpha' }]
  })
  beforeAll(async () => {
    await archive.request('/authprofile/addupdateuser/', {
      json: frodo(),
      headers: { authorization: `Server ${SERVER_KEY}` },
    })
  })

  test('are asked for once an hour', async () => {
    expect(await proposals()).toEqual(['alpha'])
    const hits = portal.hits.profile
    frodo().proposals = [{ id: 'gamma' }]
    later(3500)
    expect([await proposals(), portal.hits.profile]).toEqual([['alpha'], hits])
    later(200)
    expect([await proposals(), portal.hits.profile]).toEqual([['gamma'], hits + 1])
  })

  test('that were taken away hide the frames with the next asking', async () => {
    expect((await get(`/frames/${own.id}/`, 'Token frodo-api-token')).status).toBe(200)
    frodo().proposals = []
    later(3700)
    expect((await get(`/frames/${own.id}/`, 'Token frodo-api-token')).status).toBe(404)
  })

  test('outlive an outage of days, and are asked for again once it is over', async () => {
    await proposals()
    portal.mood = 'fails'
    for (let day = 0; day < 3; day++) {
      later(86_400)
      expect(await proposals()).toEqual(['alpha'])
    }
    frodo().proposals = [{ id: 'alpha' }, { id: 'delta' }]
    portal.mood = 'answers'
    later(120)
    expect(await proposals()).toEqual(['alpha', 'delta'])
  })

  test('may come as bare ids', async () => {
    Object.assign(frodo(), { proposals: ['alpha', 'epsilon'] })
    expect(await proposals()).toEqual(['alpha', 'epsilon'])
  })
})

describe('an archive that was told of no portal', () => {
  test('refuses bearer tokens and unknown users, and never answers 503 for it', async () => {
    const alone = await beside(archive, {})
    expect(await told(await alone.request('/frames/', { headers: { authorization: 'Bearer x' } }))).toEqual({
      status: 401,
      body: { detail: 'No Such User' },
    })
    expect(
      await told(await alone.request('/api-token-auth/', { json: { username: 'nobody', password: 'x' } })),
    ).toEqual(REFUSED)
    expect(
      (await alone.request('/api-token-auth/', { json: { username: 'elrond', password: 'rivendell' } })).status,
    ).toBe(200)
  })
})
