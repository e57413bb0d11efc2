import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { hashPassword } from '../../src/auth/passwords.ts'
import { findUserByName } from '../../src/queries/users/find.ts'
import { addSuperuser } from '../../src/queries/users/save.ts'
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
  Object.assign(portal, { mood: 'answers', moodFor: null })
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
    const user = await findUserByName(archive.services.writer, 'gandalf')
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

describe('a portal account with the name of a local one', () => {
  const SHADOW = account('elrond', 'shadow', ['alpha'], { staff: true })
  beforeAll(async () => {
    portal.accounts.push(SHADOW, account('admin', 'shadow', [], { staff: true, superuser: true }))
    // as an embedded archive makes it: without a password
    await addSuperuser(archive.services.writer, 'admin', '!', '')
  })
  const rows = async () =>
    JSON.stringify(
      await archive.services.writer`select * from users u left join profiles p on p.user_id = u.id
      where username in ('elrond', 'admin') order by username`,
    )

  test.each(['elrond', 'admin'])(
    'is refused on every way in, with a line in the log, and changes nothing: %s',
    async (name) => {
      const before = await rows()
      const logged = archive.logged.length
      expect(await told(await get('/profile/', `Bearer ${name}-bearer`))).toEqual({
        status: 401,
        body: { detail: 'No Such User' },
      })
      expect(await told(await login(name, 'shadow'))).toEqual(REFUSED)
      const form = await process.request('/api-auth/login/', {
        method: 'POST',
        body: new URLSearchParams({ username: name, password: 'shadow' }),
      })
      expect([form.status, form.headers.get('set-cookie')]).toEqual([400, null])
      const update = await process.request('/authprofile/addupdateuser/', {
        json: { username: name, is_superuser: false, tokens: { api_token: `${name}-api-token` } },
        headers: { authorization: `Server ${SERVER_KEY}` },
      })
      expect(await told(update)).toEqual({
        status: 400,
        body: { username: ['An account of this name was made in the archive itself.'] },
      })
      expect((await get('/profile/', `Token ${name}-api-token`)).status).toBe(401)
      expect(await rows()).toBe(before)
      expect(
        archive.logged.slice(logged).filter((line) => line.message.startsWith('a portal account is refused')),
      ).toEqual(Array(4).fill(expect.objectContaining({ level: 'warning', fields: { username: name } })))
    },
  )

  test('the local one goes on by its own password', async () => {
    expect((await login('elrond', 'rivendell')).status).toBe(200)
  })

  test('a user of the portal for whom the old server kept the password is none', async () => {
    const { writer } = archive.services
    portal.accounts.push(account('pippin', 'mushrooms', []))
    await get('/profile/', 'Bearer pippin-bearer')
    await writer`update users set password = ${await hashPassword('old mushrooms')} where username = 'pippin'`
    expect((await login('pippin', 'mushrooms')).status).toBe(200)
    // and one whom the old server's createsuperuser makes, beside us, is local, also when that server takes a token for it
    await writer`insert into users (username, password) values ('shelob', ${await hashPassword('cirith')})`
    portal.accounts.push(account('shelob', 'shadow', []))
    expect([(await login('shelob', 'shadow')).status, (await login('shelob', 'cirith')).status]).toEqual([400, 200])
    await writer`insert into profiles (user_id, staff_view, api_token)
      select id, false, 'shelob-api-token' from users where username = 'shelob'`
    expect((await get('/profile/', 'Token shelob-api-token')).status).toBe(401)
  })
})

describe('failed log-ins', () => {
  const from = (address: string, username: string, password: string) =>
    process.request('/api-token-auth/', { json: { username, password }, headers: { 'x-forwarded-for': address } })
  const waitOf = async (response: Response): Promise<number> => {
    expect(response.status).toBe(429)
    expect(await response.json()).toEqual({
      detail: `Request was throttled. Expected available in ${response.headers.get('retry-after')} seconds.`,
    })
    return Number(response.headers.get('retry-after'))
  }

  test('wait longer and longer, whoever the name is; the right password works when the wait is over', async () => {
    for (const name of ['elrond', 'nobody-at-all']) {
      const waits: number[] = []
      for (let i = 0; i < 5; i++) expect((await from('192.0.2.1', name, 'wrong')).status).toBe(400)
      for (let i = 0; i < 4; i++) {
        expect((await from('192.0.2.1', name, 'wrong')).status).toBe(400)
        waits.push(await waitOf(await from('192.0.2.1', name, 'rivendell')))
        later(waits.at(-1)! + 1)
      }
      expect(waits).toEqual([2, 4, 8, 16])
    }
    expect((await from('192.0.2.1', 'elrond', 'rivendell')).status).toBe(200)
    expect(archive.logged).toContainEqual({
      level: 'warning',
      message: 'a log-in failed',
      fields: { username: 'elrond', address: '192.0.2.1' },
    })
    expect(archive.logged).toContainEqual({
      level: 'warning',
      message: 'too many failures: further tries have to wait',
      fields: { what: 'log-ins as "elrond" from 192.0.2.1', seconds: 2 },
    })
  })

  test('that come all at once are held back as well', async () => {
    const hits = portal.hits.token
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => from('192.0.2.1', 'frodo', `guess ${i}`)))
    expect(answers.filter((answer) => answer.status === 400)).toHaveLength(6)
    expect(portal.hits.token - hits).toBe(6)
  })

  test('an outage of the portal counts as no failure', async () => {
    await portal.stop()
    for (let i = 0; i < 6; i++) expect((await from('192.0.2.1', 'frodo', 'theone')).status).toBe(503)
    await portal.start()
    later(10)
    expect((await from('192.0.2.1', 'frodo', 'theone')).status).toBe(200)
  })

  test('show the form again in a browser, with the time to wait', async () => {
    const post = () =>
      process.request('/api-auth/login/', {
        method: 'POST',
        body: new URLSearchParams({ username: 'elrond', password: 'wrong' }),
      })
    for (let i = 0; i < 6; i++) expect((await post()).status).toBe(400)
    const response = await post()
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '2'])
    expect(await response.text()).toContain('Expected available in 2 seconds.')
  })
})

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
