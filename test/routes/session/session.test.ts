import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { hashPassword } from '../../../src/auth/passwords.ts'
import { findUserByName } from '../../../src/queries/users/find.ts'
import { addSuperuser, saveUser } from '../../../src/queries/users/save.ts'
import { beside, type TestArchive, testArchive } from '../../support/archive.ts'

const PASSWORD = 'speak friend & enter'
const ORIGIN = 'http://localhost'

let archive: TestArchive
let hash: string
let frodo: number
beforeAll(async () => {
  archive = await testArchive()
  hash = await hashPassword(PASSWORD)
  frodo = await saveUser(archive.services.writer, {
    username: 'frodo',
    first_name: null,
    last_name: null,
    email: null,
    is_staff: null,
    is_superuser: null,
  })
})
afterAll(() => archive.close())
beforeEach(async () => {
  await archive.services
    .writer`update users set password = ${hash}, is_active = true, is_superuser = false where id = ${frodo}`
  await archive.services.cache.delete(`user:${frodo}`)
})

const logIn = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
  archive.request('/api-auth/login/', {
    method: 'POST',
    headers: { host: 'localhost', origin: ORIGIN, ...headers },
    body: new URLSearchParams(fields),
  })

const cookieOf = (response: Response): string => response.headers.get('set-cookie')!.split(';')[0]!

async function signedIn(): Promise<string> {
  const response = await logIn({ username: 'frodo', password: PASSWORD })
  expect(response.status).toBe(303)
  return cookieOf(response)
}

const whoIs = async (cookie: string, headers: Record<string, string> = {}): Promise<string> => {
  const response = await archive.request('/profile/', { headers: { cookie, ...headers } })
  expect(response.status).toBe(200)
  return ((await response.json()) as { username: string }).username
}

test('logging in gives a cookie of two weeks that scripts cannot read and other sites cannot post, and goes on', async () => {
  const response = await logIn({ username: 'frodo', password: PASSWORD, next: '/redoc/?a=1#operation/framesList' })
  expect([response.status, response.headers.get('location')]).toEqual([303, '/redoc/?a=1#operation/framesList'])
  expect(response.headers.get('set-cookie')).toMatch(
    new RegExp(`^sessionid=${frodo}\\.\\d+\\.[\\w-]{32}; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax$`),
  )
  expect(await whoIs(cookieOf(response))).toBe('frodo')
})

test('over https the cookie is Secure', async () => {
  const response = await logIn(
    { username: 'frodo', password: PASSWORD },
    { 'x-forwarded-proto': 'https', origin: 'https://localhost' },
  )
  expect(response.headers.get('set-cookie')).toMatch(/; Secure$/)
})

test('a wrong password shows the form again with the name in it, and no cookie', async () => {
  const sent: Record<string, string>[] = [
    { username: '<frodo>', password: 'wrong' },
    { username: '<frodo>' },
    { username: '<frodo>', password: PASSWORD },
  ]
  for (const fields of sent) {
    const response = await logIn({ ...fields, next: '/redoc/' })
    const text = await response.text()
    expect([response.status, response.headers.get('set-cookie')]).toEqual([400, null])
    expect(text).toContain('This user name and password are not those of a user.')
    expect(text).toContain('value="&lt;frodo&gt;"')
    expect(text).toContain('name="next" value="/redoc/"')
    expect(text).not.toContain(PASSWORD)
  }
})

test('while the portal is down, who is not known here is told to come back', async () => {
  const other = await testArchive({
    OAUTH_TOKEN_URL: 'http://127.0.0.1:9/token/',
    OAUTH_PROFILE_URL: 'http://127.0.0.1:9/profile/',
  })
  try {
    const response = await other.request('/api-auth/login/', {
      method: 'POST',
      body: new URLSearchParams({ username: 'sam', password: 'x' }),
    })
    expect([response.status, response.headers.get('content-type')]).toEqual([503, 'text/html; charset=UTF-8'])
    expect(await response.text()).toContain('The Observation Portal cannot be reached. Try again shortly.')
  } finally {
    await other.close()
  }
})

test.each([
  ['/frames/?site_id=coj', '/frames/?site_id=coj'],
  ['https://evil.example/', '/docs/'],
  ['//evil.example/', '/docs/'],
  ['/\\evil.example/', '/docs/'],
  ['/\t/evil.example/', '/docs/'],
  ['/.//evil.example/', '/docs/'],
  ['/..//evil.example', '/docs/'],
  ['javascript:alert(1)', '/docs/'],
  ['/a\r\nset-cookie: x=1', '/aset-cookie:%20x=1'],
  ['frames/', '/docs/'],
  ['', '/docs/'],
])('after ?next=%j one goes to %s', async (next, path) => {
  const response = await logIn({ username: 'frodo', password: PASSWORD, next })
  expect([response.status, response.headers.get('location')]).toEqual([303, path])
  const form = await (
    await archive.request(`/api-auth/login/?next=${encodeURIComponent(next)}`, { headers: { host: 'localhost' } })
  ).text()
  expect(form).toContain(`name="next" value="${path.replaceAll('&', '&amp;')}"`)
})

test('who is signed in already is not asked again', async () => {
  const response = await archive.request('/api-auth/login/?next=/redoc/', {
    headers: { cookie: await signedIn(), host: 'localhost' },
  })
  expect([response.status, response.headers.get('location')]).toEqual([303, '/redoc/'])
})

test('the cookie is worthless once the password changes', async () => {
  const cookie = await signedIn()
  expect(await whoIs(cookie)).toBe('frodo')
  await archive.services.writer`update users set password = ${await hashPassword('another')} where id = ${frodo}`
  expect(await whoIs(cookie)).toBe('')
})

test('the cookie is worthless once its user is inactive or gone', async () => {
  const cookie = await signedIn()
  expect(await whoIs(cookie)).toBe('frodo')
  await archive.services.writer`update users set is_active = false where id = ${frodo}`
  expect(await whoIs(cookie)).toBe('')
  const { services } = archive
  const gimli = await addSuperuser(services.writer, 'gimli', hash, '')
  const his = cookieOf(await logIn({ username: 'gimli', password: PASSWORD }))
  expect(await whoIs(his)).toBe('gimli')
  await services.writer`delete from users where id = ${gimli!}`
  expect(await whoIs(his)).toBe('')
})

test('the cookie ends after two weeks', async () => {
  const cookie = await signedIn()
  const now = Date.now()
  try {
    vi.useFakeTimers({ toFake: ['Date'], now: now + 14 * 86_400_000 - 60_000 })
    expect(await whoIs(cookie)).toBe('frodo')
    vi.setSystemTime(now + 14 * 86_400_000 + 1000)
    expect(await whoIs(cookie)).toBe('')
  } finally {
    vi.useRealTimers()
  }
})

test('a cookie that is altered or is none of ours is as good as none', async () => {
  const cookie = await signedIn()
  const [id, expires, signature] = cookie.slice('sessionid='.length).split('.') as [string, string, string]
  const root = (await findUserByName(archive.services.writer, 'root'))!.id
  for (const value of [
    `${root}.${expires}.${signature}`,
    `${id}.${Number(expires) + 1}.${signature}`,
    `${id}.${expires}.${signature.slice(0, -1)}${signature.endsWith('A') ? 'B' : 'A'}`,
    `${id}.${expires}.`,
    '99999999999.9999999999.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    '4000000000.9999999999.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'h3xcjf8bnd7oz4b9h2w8f0c8h3xcjf8b',
    '',
    '%00',
  ])
    expect([value, await whoIs(`sessionid=${value}`)]).toEqual([value, ''])
  expect(await whoIs(`csrftoken=x; ${cookie} ; other=y`)).toBe('frodo')
})

test('an Authorization header counts before the cookie', async () => {
  const cookie = await signedIn()
  expect(await whoIs(cookie, { authorization: `Token ${archive.root}` })).toBe('root')
  const response = await archive.request('/profile/', { headers: { cookie, authorization: 'Token unknown' } })
  expect(response.status).toBe(401)
})

const CROSS_SITE = { detail: 'CSRF Failed: the request comes from another site.' }

test('what writes needs proof that it comes from a page of the archive', async () => {
  await archive.services.writer`update users set is_superuser = true where id = ${frodo}`
  const cookie = await signedIn()
  const write = (headers: Record<string, string>) =>
    archive.request('/frames/1/', { method: 'DELETE', headers: { cookie, host: 'localhost', ...headers } })
  for (const headers of [
    {},
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost.evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: ORIGIN },
    { 'sec-fetch-site': 'none' },
  ] as Record<string, string>[]) {
    const response = await write(headers)
    expect([headers, response.status, await response.json()]).toEqual([headers, 403, CROSS_SITE])
  }
  for (const headers of [{ origin: ORIGIN }, { 'sec-fetch-site': 'same-origin' }] as Record<string, string>[])
    expect([headers, (await write(headers)).status]).toEqual([headers, 404])
})

test('a form of another site cannot sign anybody in or out', async () => {
  for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }] as Record<
    string,
    string
  >[]) {
    const login = await logIn({ username: 'frodo', password: PASSWORD }, headers)
    expect([login.status, await login.json(), login.headers.get('set-cookie')]).toEqual([403, CROSS_SITE, null])
    // before anything of it is read
    const unread = await archive.request('/api-auth/login/', {
      method: 'POST',
      headers: { host: 'localhost', 'content-type': 'text/plain', ...headers },
      body: 'x',
    })
    expect([unread.status, await unread.json()]).toEqual([403, CROSS_SITE])
    const logout = await archive.request('/api-auth/logout/', {
      method: 'POST',
      headers: { cookie: await signedIn(), host: 'localhost', ...headers },
    })
    expect([logout.status, await logout.json(), logout.headers.get('set-cookie')]).toEqual([403, CROSS_SITE, null])
  }
})

test("another site's ZIP form is served as if nobody were signed in", async () => {
  const form = (headers: Record<string, string>) =>
    archive.request('/frames/zip/', {
      method: 'POST',
      headers: { host: 'localhost', ...headers },
      body: new URLSearchParams({ 'frame_ids[0]': '1' }),
    })
  expect((await form({ cookie: await signedIn(), origin: 'https://front.example' })).status).toBe(404)
})

test('logging out takes the cookie away; a mere link does not', async () => {
  const cookie = await signedIn()
  const page = await archive.request('/api-auth/logout/', { headers: { cookie } })
  expect([page.status, page.headers.get('set-cookie')]).toEqual([200, null])
  expect(await page.text()).toContain('<form method="post" action="/api-auth/logout/">')
  const response = await archive.request('/api-auth/logout/', {
    method: 'POST',
    headers: { cookie, host: 'localhost', origin: ORIGIN },
  })
  expect([response.status, response.headers.get('location'), response.headers.get('set-cookie')]).toEqual([
    303,
    '/api-auth/logout/',
    'sessionid=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
  ])
})

test('logging out ends the session on the server: a copy of its cookie is dead, on every process, and the next log-in works', async () => {
  const [cookie, elsewhere] = [await signedIn(), await signedIn()]
  const other = await beside(archive, {})
  expect((await other.request('/profile/', { headers: { cookie } })).status).toBe(200)
  await archive.request('/api-auth/logout/', { method: 'POST', headers: { cookie, host: 'localhost', origin: ORIGIN } })
  for (const each of [cookie, elsewhere]) {
    expect(await whoIs(each)).toBe('')
    const profile = await other.request('/profile/', { headers: { cookie: each } })
    expect(await profile.json()).toMatchObject({ username: '' })
  }
  expect(await whoIs(await signedIn())).toBe('frodo')
})

test('the documentation says who is signed in, and links to the form otherwise', async () => {
  const anonymous = await (await archive.request('/redoc/')).text()
  expect(anonymous).toContain('<a href="/api-auth/login/?next=%2Fredoc%2F">Log in</a>')
  const known = await (await archive.request('/redoc/', { headers: { cookie: await signedIn() } })).text()
  expect(known).toContain('Signed in as <b>frodo</b>')
})
