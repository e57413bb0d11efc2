import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { deriveKeys } from '../../../src/auth/keys.ts'
import { hashPassword } from '../../../src/auth/passwords.ts'
import { rotateKeys } from '../../../src/auth/rotation.ts'
import { convertPlainTokens, tokenOf } from '../../../src/auth/tokens.ts'
import { inTransaction } from '../../../src/database/races.ts'
import { findUserByName } from '../../../src/queries/users/find.ts'
import { addSuperuser, saveUser } from '../../../src/queries/users/save.ts'
import { beside, type TestArchive, testArchive } from '../../support/archive.ts'
import { SERVER_KEY } from '../../support/portal.ts'

const ENV = { OAUTH_SERVER_KEY: SERVER_KEY }
let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive(ENV)
})
afterAll(() => archive?.close())
afterEach(() => {
  vi.useRealTimers()
})

/** A user of the database, neither staff nor superuser, and the archive's token of that user. */
async function newUser(
  username: string,
  rights: { is_staff?: boolean; is_superuser?: boolean } = {},
): Promise<{ id: number; token: string }> {
  const { writer, keys } = archive.services
  const id = await saveUser(writer, {
    username,
    first_name: null,
    last_name: null,
    email: null,
    is_staff: rights.is_staff ?? false,
    is_superuser: rights.is_superuser ?? false,
  })
  return { id, token: await tokenOf(writer, keys, id) }
}
const whoIs = async (token: string, process: Pick<TestArchive, 'request'> = archive) => {
  const response = await process.request('/profile/', { token })
  return response.status === 200 ? ((await response.json()) as { username: string }).username : response.status
}
const told = async (response: Response) => ({ status: response.status, body: await response.json() })
const INVALID = { status: 401, body: { detail: 'Invalid token.' } }

const update = (json: unknown, key: string | null = SERVER_KEY, process: Pick<TestArchive, 'request'> = archive) =>
  process.request('/authprofile/addupdateuser/', {
    json,
    headers: key === null ? {} : { authorization: `Server ${key}` },
  })

describe("the archive's own tokens", () => {
  test('are answered to the password, kept as a hash and encrypted, and the same each time', async () => {
    const { writer } = archive.services
    const id = (await addSuperuser(writer, 'elrond', await hashPassword('rivendell'), ''))!
    const login = () => archive.request('/api-token-auth/', { json: { username: 'elrond', password: 'rivendell' } })
    const { token } = (await (await login()).json()) as { token: string }
    expect(token).toMatch(/^[0-9a-f]{40}$/)
    expect(await (await login()).json()).toEqual({ token })
    expect(await whoIs(token)).toBe('elrond')
    const [row] = await writer`select * from tokens where user_id = ${id}`
    expect(JSON.stringify(row)).not.toContain(token)
    expect(row).toMatchObject({ key: null, key_sealed: expect.stringMatching(/^v1\./) })
  })

  test.each([
    ['application/x-www-form-urlencoded', new URLSearchParams({ username: 'legolas', password: 'mirkwood' })],
    ['multipart/form-data', formOf({ username: 'legolas', password: 'mirkwood' })],
  ])('are answered to a form: %s', async (_, body) => {
    await addSuperuser(archive.services.writer, 'legolas', await hashPassword('mirkwood'), '')
    expect(await told(await archive.request('/api-token-auth/', { method: 'POST', body }))).toMatchObject({
      status: 200,
      body: { token: expect.any(String) },
    })
  })

  test('say in the recorded words what is missing', async () => {
    expect(await told(await archive.request('/api-token-auth/', { json: { username: '' } }))).toEqual({
      status: 400,
      body: { username: ['This field may not be blank.'], password: ['This field is required.'] },
    })
  })

  test('are gone at once when revoked; the log-in gives another', async () => {
    const { token, id } = await newUser('pippin')
    expect(await whoIs(token)).toBe('pippin')
    expect(await told(await archive.request('/revoke_token/', { method: 'POST', token }))).toEqual({
      status: 200,
      body: { message: 'API token revoked.' },
    })
    expect(await told(await archive.request('/profile/', { token }))).toEqual(INVALID)
    const next = await tokenOf(archive.services.writer, archive.services.keys, id)
    expect(next).not.toBe(token)
    expect(await whoIs(next)).toBe('pippin')
  })

  test('are no use once the user is inactive', async () => {
    const { token, id } = await newUser('denethor')
    await archive.services.writer`update users set is_active = false where id = ${id}`
    expect(await told(await archive.request('/frames/', { token }))).toEqual({
      status: 401,
      body: { detail: 'User inactive or deleted.' },
    })
  })

  test.each(['Token', 'token', 'TOKEN'])('are read whatever the case of the scheme: %s', async (scheme) => {
    expect(
      (await archive.request('/versions/', { headers: { authorization: `${scheme}   ${archive.root}` } })).status,
    ).toBe(200)
  })

  test.each(['x', 'ü', `${'a'.repeat(5000)}`, '%00', "' or true --"])(
    'that are none are refused: %s',
    async (token) => {
      const response = await archive.request('/frames/', {
        headers: { authorization: `Token ${encodeURIComponent(token)}` },
      })
      expect(response.headers.get('www-authenticate')).toBe('Token')
      expect(await told(response)).toEqual(INVALID)
    },
  )

  test('a refused one is refused for public data too: it may be a mistake that somebody should hear of', async () => {
    for (const path of ['/frames/', '/frames/aggregate/', '/thumbnails/', '/profile/'])
      expect(await told(await archive.request(path, { token: 'wrong' }))).toEqual(INVALID)
  })
})

function formOf(fields: Record<string, string>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  return form
}

describe('the server call of the portal', () => {
  test('creates a user whose portal token works at once, and updates it: what is not given stays', async () => {
    const profile = {
      username: 'bilbo',
      first_name: 'Bilbo',
      email: 'b@example.org',
      is_staff: true,
      tokens: { api_token: 'bilbo-api-token' },
    }
    expect(await told(await update(profile))).toEqual({ status: 200, body: { message: 'User account updated' } })
    expect(await whoIs('bilbo-api-token')).toBe('bilbo')
    await update({ username: 'bilbo', last_name: 'Baggins' })
    const [row] = await archive.services.writer`select * from users where username = 'bilbo'`
    expect(row).toMatchObject({
      first_name: 'Bilbo',
      last_name: 'Baggins',
      email: 'b@example.org',
      is_staff: true,
      is_superuser: false,
      password: '!',
    })
    expect(await whoIs('bilbo-api-token')).toBe('bilbo')
  })

  test('gives and takes rights at once', async () => {
    await update({ username: 'boromir', tokens: { api_token: 'boromir-token' } })
    const versions = async () => (await archive.request('/versions/', { token: 'boromir-token' })).status
    expect(await versions()).toBe(403)
    await update({ username: 'boromir', is_staff: true })
    expect(await versions()).toBe(200)
    await update({ username: 'boromir', is_staff: false })
    expect(await versions()).toBe(403)
  })

  test('replaces the portal token at once: the one before is refused', async () => {
    await update({ username: 'merry', tokens: { api_token: 'first' } })
    expect(await whoIs('first')).toBe('merry')
    await update({ username: 'merry', tokens: { api_token: 'second' } })
    expect([await whoIs('first'), await whoIs('second')]).toEqual([401, 'merry'])
  })

  test('keeps the portal token as a hash and encrypted', async () => {
    await update({ username: 'eowyn', tokens: { api_token: 'eowyn-api-token' } })
    const rows = await archive.services
      .writer`select p.* from profiles p join users u on u.id = p.user_id where u.username = 'eowyn'`
    expect(JSON.stringify(rows)).not.toContain('eowyn-api-token')
  })

  test.each([
    ['wrong', 'nonsense'],
    ['empty', ''],
    ['the start of it', SERVER_KEY.slice(0, -1)],
    ['more than it', `${SERVER_KEY}x`],
    ['in another case', SERVER_KEY.toUpperCase()],
    ['followed by another word', `${SERVER_KEY} x`],
  ])('with a key that is %s is refused, and changes nothing', async (_, key) => {
    expect(await told(await update({ username: 'sauron', is_superuser: true }, key))).toEqual({
      status: 401,
      body: { detail: 'Invalid server key.' },
    })
    expect(await findUserByName(archive.services.writer, 'sauron')).toBeUndefined()
  })

  test('without a key is refused', async () => {
    expect((await update({ username: 'sauron' }, null)).status).toBe(401)
    expect(
      (await archive.request('/authprofile/addupdateuser/', { json: { username: 'sauron' }, token: archive.root }))
        .status,
    ).toBe(401)
  })

  test.each(['', 'undefined', 'null', SERVER_KEY])(
    'is refused whatever the key where none is configured: "%s"',
    async (key) => {
      const process = await beside(archive, {})
      expect((await update({ username: 'sauron', is_superuser: true }, key, process)).status).toBe(401)
    },
  )
})

describe('another SECRET_KEY', () => {
  const NEW_KEY = 'another key of the tests'

  test('is refused with words, and nothing changes', async () => {
    const { token, id } = await newUser('gimli')
    const { writer, keys } = archive.services
    const kept = async () => [await writer`select * from tokens order by user_id`, await writer`select * from settings`]
    const before = await kept()
    await expect(beside(archive, { ...ENV, SECRET_KEY: NEW_KEY })).rejects.toThrow(
      'SECRET_KEY is not the key under which this database keeps its tokens. Nothing was changed.',
    )
    expect(await kept()).toEqual(before)
    expect([await whoIs(token), await tokenOf(writer, keys, id)]).toEqual(['gimli', token])
  })

  test('is refused by a database without a fingerprint too, which takes that of the key that opens its tokens', async () => {
    const { writer } = archive.services
    await writer`delete from settings where name = 'secret_key_fingerprint'`
    await expect(beside(archive, { ...ENV, SECRET_KEY: NEW_KEY })).rejects.toThrow('SECRET_KEY is not the key')
    await beside(archive, ENV)
    const [row] = await writer`select value from settings where name = 'secret_key_fingerprint'`
    expect(row!.value).toMatch(/^[0-9a-f]{64}$/)
  })

  test('takes over by a rotation: all tokens stay, and who has the old key says 503 and writes nothing', async () => {
    const other = await testArchive(ENV)
    try {
      const { writer, keys } = other.services
      const id = (await findUserByName(writer, 'root'))!.id
      const cookie = `sessionid=${await sessionOf(other, 'legolas')}`
      await update({ username: 'gloin', tokens: { api_token: 'gloin-api-token' } }, SERVER_KEY, other)
      const fresh = await deriveKeys(NEW_KEY)
      // the process that goes on with the old key, and has not seen these tokens yet
      const old = await beside(other, ENV)
      expect(await inTransaction(writer, (tx) => rotateKeys(tx, keys, fresh, null))).toEqual({ renewed: 3, lost: 0 })
      const process = await beside(other, { ...ENV, SECRET_KEY: NEW_KEY })
      expect([await whoIs(other.root, process), await whoIs('gloin-api-token', process)]).toEqual(['root', 'gloin'])
      expect(await tokenOf(process.services.writer, process.services.keys, id)).toBe(other.root)
      const who = async (archive: Pick<TestArchive, 'request'>) =>
        ((await (await archive.request('/profile/', { headers: { cookie } })).json()) as { username: string }).username
      expect([await who(old), await who(process)]).toEqual(['legolas', ''])
      expect([await whoIs(other.root, old), await whoIs('gloin-api-token', old)]).toEqual([503, 503])
      const before = await writer`select * from tokens order by user_id`
      await expect(tokenOf(writer, keys, id)).rejects.toThrow('restarted with its new key')
      expect((await update({ username: 'gloin', tokens: { api_token: 'x' } }, SERVER_KEY, old)).status).toBe(503)
      expect(await writer`select * from tokens order by user_id`).toEqual(before)
      await expect(inTransaction(writer, (tx) => rotateKeys(tx, keys, fresh, null))).rejects.toThrow()
      await expect(beside(other, ENV)).rejects.toThrow('SECRET_KEY is not the key')
    } finally {
      await other.close()
    }
  })
})

/** The session cookie of a new superuser, who has a token as well. */
async function sessionOf(of: TestArchive, username: string): Promise<string> {
  const { writer, keys } = of.services
  await tokenOf(writer, keys, (await addSuperuser(writer, username, await hashPassword('mirkwood'), ''))!)
  const response = await of.request('/api-auth/login/', {
    method: 'POST',
    body: new URLSearchParams({ username, password: 'mirkwood' }),
  })
  return /^sessionid=([^;]+)/.exec(response.headers.get('set-cookie')!)![1]!
}

describe('plain tokens of an adopted database', () => {
  const adopt = async (username: string) => {
    const { id } = await newUser(username)
    const [key, apiToken] = [`${username}-`.padEnd(40, '0'), `${username}-portal-token`]
    const { writer } = archive.services
    await writer`update tokens set key = ${key}, key_hash = null, key_sealed = null where user_id = ${id}`
    await writer`insert into profiles (user_id, staff_view, api_token) values (${id}, false, ${apiToken})`
    return { id, key, apiToken }
  }

  test('work as they are', async () => {
    const { key, apiToken } = await adopt('theoden')
    expect([await whoIs(key), await whoIs(apiToken)]).toEqual(['theoden', 'theoden'])
  })

  test('are the ones that a log-in answers, and can be revoked', async () => {
    const { id, key } = await adopt('eomer')
    expect(await tokenOf(archive.services.writer, archive.services.keys, id)).toBe(key)
    expect(await whoIs(key)).toBe('eomer')
    await archive.request('/revoke_token/', { method: 'POST', token: key })
    expect(await whoIs(key)).toBe(401)
  })

  test('go on working once they are converted, by hash and with the plain one gone', async () => {
    const { id, key, apiToken } = await adopt('faramir')
    const { writer, keys } = archive.services
    expect(await convertPlainTokens(writer, keys)).toBeGreaterThanOrEqual(2)
    expect(await convertPlainTokens(writer, keys)).toBe(0)
    const [kept] = await writer`select key_hash, key_sealed from tokens where user_id = ${id}`
    expect(kept).toEqual({ key_hash: Buffer.from(keys.hashToken(key)), key_sealed: expect.stringMatching(/^v1\./) })
    await writer`update tokens set key = null where user_id = ${id}`
    await writer`update profiles set api_token = null where user_id = ${id}`
    const restarted = await beside(archive, ENV)
    expect([await whoIs(key, restarted), await whoIs(apiToken, restarted)]).toEqual(['faramir', 'faramir'])
    expect(await tokenOf(writer, keys, id)).toBe(key)
  })

  test('that the old server replaces are replaced here too', async () => {
    const { id, key } = await adopt('grima')
    const { writer, keys } = archive.services
    await convertPlainTokens(writer, keys)
    const replaced = 'f'.repeat(40)
    await writer`update tokens set key = ${replaced} where user_id = ${id}`
    const restarted = await beside(archive, ENV)
    expect([await whoIs(key, restarted), await whoIs(replaced, restarted)]).toEqual([401, 'grima'])
  })

  test('that are empty are nobody’s', async () => {
    const { id } = await newUser('nobody')
    await archive.services.writer`insert into profiles (user_id, staff_view, api_token) values (${id}, false, '')`
    expect((await archive.request('/profile/', { headers: { authorization: 'Token ' } })).status).toBe(401)
  })
})

describe('requests that are too many', () => {
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })

  test('are a 429 that says when to come back, by address for anonymous callers', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2030-01-01T00:00:10Z') })
    const process = await beside(archive, { THROTTLE_ANON: '3/minute' })
    for (let i = 0; i < 3; i++) expect((await process.request('/frames/', from('192.0.2.1'))).status).toBe(200)
    const response = await process.request('/frames/', from('192.0.2.1'))
    expect(response.headers.get('retry-after')).toBe('50')
    expect(await told(response)).toEqual({
      status: 429,
      body: { detail: 'Request was throttled. Expected available in 50 seconds.' },
    })
    expect((await process.request('/frames/', from('192.0.2.2'))).status).toBe(200)
    vi.setSystemTime(Date.parse('2030-01-01T00:01:00Z'))
    expect((await process.request('/frames/', from('192.0.2.1'))).status).toBe(200)
  })

  test('are counted by user for those signed in, whatever their address', async () => {
    const [{ token: one }, { token: other }] = [await newUser('arwen'), await newUser('aragorn')]
    const process = await beside(archive, { THROTTLE_ANON: '1/day', THROTTLE_USER: '2/day' })
    const statusOf = async (token: string, address: string) =>
      (await process.request('/profile/', { token, ...from(address) })).status
    expect([
      await statusOf(one, '192.0.2.1'),
      await statusOf(one, '192.0.2.2'),
      await statusOf(one, '192.0.2.3'),
    ]).toEqual([200, 200, 429])
    expect(await statusOf(other, '192.0.2.1')).toBe(200)
  })

  test('there are none of staff, of superusers, and of those who ask for its health', async () => {
    const { token: staff } = await newUser('galadriel', { is_staff: true })
    const { token: superuser } = await newUser('celeborn', { is_superuser: true })
    const process = await beside(archive, { THROTTLE_ANON: '1/day', THROTTLE_USER: '1/day' })
    for (let i = 0; i < 4; i++) {
      for (const token of [staff, superuser, archive.root])
        expect((await process.request('/frames/', { token })).status).toBe(200)
      expect((await process.request('/health/')).status).toBe(200)
    }
    expect([(await process.request('/frames/')).status, (await process.request('/frames/')).status]).toEqual([200, 429])
  })
})

describe('who may write', () => {
  const WRITES: [string, string][] = [
    ['POST', '/frames/'],
    ['PUT', '/frames/1/'],
    ['PATCH', '/frames/1/'],
    ['DELETE', '/frames/1/'],
    ['POST', '/thumbnails/'],
    ['PUT', '/thumbnails/1/'],
    ['PATCH', '/thumbnails/1/'],
    ['DELETE', '/thumbnails/1/'],
  ]
  test.each(WRITES)('%s %s: superusers alone', async (method, path) => {
    const user = (await newUser('rosie')).token
    const staff = (await newUser('halbarad', { is_staff: true })).token
    const ask = (token?: string) => archive.request(path, { method, token, json: {} }).then(told)
    expect(await ask()).toEqual({ status: 401, body: { detail: 'Authentication credentials were not provided.' } })
    for (const token of [user, staff])
      expect(await ask(token)).toEqual({
        status: 403,
        body: { detail: 'You do not have permission to perform this action.' },
      })
    expect([400, 404]).toContain((await ask(archive.root)).status)
  })
})
