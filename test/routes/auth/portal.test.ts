import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hashPassword } from '../../../src/auth/passwords.ts'
import { findUserByName } from '../../../src/queries/users/find.ts'
import { addSuperuser } from '../../../src/queries/users/save.ts'
import { beside } from '../../support/archive.ts'
import { account, SERVER_KEY } from '../../support/portal.ts'
import {
  archive,
  get,
  later,
  login,
  OUTAGES,
  own,
  portal,
  process,
  REFUSED,
  told,
  UNAVAILABLE,
  usePortalArchive,
} from '../../support/portal_archive.ts'

usePortalArchive()

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
