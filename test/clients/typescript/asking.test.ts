import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { dataOf, openArchive } from '../../../clients/typescript/index.ts'
import { type ClientArchive, clientArchive, errorOf, PASSWORD } from '../../support/client_archive.ts'
import { newFrame, newVersion, post } from '../../support/frames.ts'
import type { Fate } from '../../support/http_relay.ts'

let archive: ClientArchive
beforeAll(async () => {
  archive = await clientArchive()
  for (let i = 0; i < 7; i++) await post(archive, newFrame(`page-${i}`))
})
afterAll(() => archive?.close())
afterEach(() => archive.relay.decide(() => 'pass'))

/** Fails what is asked first, in order; all that follows goes through. */
function first(...fates: Fate[]): void {
  archive.relay.seen.length = 0
  archive.relay.decide(() => fates.shift() ?? 'pass')
}
const seen = () => archive.relay.seen.map(({ what }) => what.replace(/\?.*/, ''))
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const gathered: T[] = []
  for await (const item of items) gathered.push(item)
  return gathered
}
const names = async (items: AsyncIterable<{ basename: string }>) => (await all(items)).map(({ basename }) => basename)

const PAGED = [6, 5, 4, 3, 2, 1, 0].map((i) => `page-${i}`)

describe('lists', () => {
  test.each([
    ['an object', { basename: 'page-', limit: 3 }],
    ['URLSearchParams', new URLSearchParams({ basename: 'page-', limit: '3' })],
    ['the text of a query', '?basename=page-&limit=3'],
    ['an address', 'https://elsewhere.example/frames/?basename=page-&limit=3#top'],
  ])('all pages of %s come by cursor, each frame once', async (_, query) => {
    archive.relay.seen.length = 0
    expect(await names(archive.client().frames(query))).toEqual(PAGED)
    const asked = archive.relay.seen.map(({ what }) => what)
    expect(asked).toHaveLength(3)
    expect(asked[0]).toContain('pagination_style=cursor')
    expect(asked[1]).toContain('cursor=')
  })

  test('pages by number stay so, and an edited limit is kept', async () => {
    archive.relay.seen.length = 0
    expect(await names(archive.client().frames({ basename: 'page-', offset: 2, limit: 2 }))).toEqual(PAGED.slice(2))
    expect(archive.relay.seen[1]!.what).toContain('offset=4')
  })

  test('the address in `next` leads nowhere else', async () => {
    // what a proxy does that does not pass the host on
    const foreign = openArchive(archive.url, {
      fetch: async (input, init) => {
        const headers = new Headers(init?.headers)
        headers.set('x-forwarded-host', 'inner.example')
        return fetch(input, { ...init, headers })
      },
    })
    expect(await names(foreign.frames({ basename: 'page-', limit: 3 }))).toEqual(PAGED)
  })

  test('the next page is asked for when it is needed, and a list of values is repeated', async () => {
    archive.relay.seen.length = 0
    for await (const { basename } of archive
      .client()
      .frames({ include_configuration_type: ['EXPOSE', 'DARK'], limit: 1 })) {
      expect(basename).toBe('page-6')
      break
    }
    expect(archive.relay.seen).toHaveLength(1)
    expect(archive.relay.seen[0]!.what).toContain('include_configuration_type=EXPOSE&include_configuration_type=DARK')
  })

  test('other lists', async () => {
    const [version] = await all(archive.client().list('/versions/', { md5: newVersion('page-3').md5 }))
    expect(version).toMatchObject({ extension: '.fits.fz' })
  })
})

describe('operations', () => {
  test('are typed, and their answers are data', async () => {
    const profile = await dataOf(archive.client().api.GET('/profile/'))
    expect(profile.username).toBe('root')
    const { id } = (await all(archive.client().frames({ basename_exact: 'page-2' })))[0]!
    expect((await archive.client().frame(id)).basename).toBe('page-2')
  })

  test('refusals are errors with the status and the archive’s words', async () => {
    const error = await errorOf(archive.client().api.GET('/frames/{id}/', { params: { path: { id: 999_999 } } }))
    expect(error).toMatchObject({
      status: 404,
      detail: 'Not found.',
      reasons: [{ field: null, message: 'Not found.' }],
    })
    expect(error.message).toBe('GET /frames/999999/: the archive answers 404: Not found.')
  })

  test('the path of a file has its slashes, and no signature is in a message', async () => {
    const path = 'cpt/kb70/no where/x.fits'
    const error = await errorOf(
      archive.client().api.GET('/files/{path}', { params: { path: { path }, query: { signature: 'geheim' } } }),
    )
    expect(error).toMatchObject({ status: 404 })
    expect(error.message).toContain('/files/cpt/kb70/no%20where/x.fits')
    expect(error.message).not.toContain('geheim')
  })

  test('what answers is no archive', async () => {
    first({ status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Welcome to nginx!</h1>' })
    expect((await errorOf(archive.client().frame(1))).message).toMatch(/what answers is no archive/)
  })
})

describe('ingest', () => {
  // as a program writes it
  const record = (name: string, over = {}) => newFrame(name, over) as never

  test('a record, and what is wrong with it by field', async () => {
    expect(await archive.client().ingest(record('single'))).toMatchObject({ basename: 'single' })
    const error = await errorOf(
      archive.client().ingest(record('wrong', { observation_day: 'soon', version_set: [{ key: 'k' }] })),
    )
    expect(error.status).toBe(400)
    expect(error.reasons.map(({ field }) => field)).toEqual(
      expect.arrayContaining(['observation_day', 'version_set.md5', 'version_set.extension']),
    )
    expect(error.message).toMatch(/observation_day: /)
  })

  test('is not sent again when nobody knows what became of it', async () => {
    first('cut_after')
    expect(await errorOf(archive.client().ingest(record('unsure')))).toMatchObject({ status: null })
    expect(seen()).toEqual(['POST /frames/'])
  })

  test('many: an outcome of each, in order, numbered through', async () => {
    const records = Array.from({ length: 450 }, (_, i) =>
      record(`many-${i}`, i === 201 ? { exposure_time: 'long' } : {}),
    )
    const outcomes = await all(archive.client().ingestMany(records))
    expect(outcomes.map(({ line }) => line)).toEqual(records.map((_, i) => i + 1))
    expect(outcomes.filter(({ outcome }) => outcome === 'created')).toHaveLength(449)
    expect(outcomes[201]).toMatchObject({ outcome: 'refused', status: 400 })
  })

  test('many are sent again where the answer was lost: what is there is no error', async () => {
    first('cut_after')
    const outcomes = await all(archive.client().ingestMany([record('again-0'), record('again-1')]))
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['already_there', 'already_there'])
    expect(seen()).toEqual(['POST /frames/bulk/', 'POST /frames/bulk/'])
  })

  test('many are halved where a proxy refuses as much', async () => {
    first({ status: 413 }, { status: 413 })
    const records = Array.from({ length: 5 }, (_, i) => record(`half-${i}`))
    const outcomes = await all(archive.client().ingestMany(records))
    expect(outcomes.map(({ line, outcome }) => [line, outcome])).toEqual(records.map((_, i) => [i + 1, 'created']))
    expect(seen()).toHaveLength(5)
  })
})

describe('an archive that is busy or away', () => {
  const busy = (after: string): Fate => ({ status: 503, headers: { 'retry-after': after } })
  const asked = () => archive.relay.seen.map(({ at }) => at)

  test('is asked again when it says', async () => {
    first({ status: 429, headers: { 'retry-after': '2' } }, busy('1'))
    await dataOf(archive.client().api.GET('/profile/'))
    const [one, two, three] = asked() as [number, number, number]
    // a timer may be early by a millisecond
    expect(two - one).toBeGreaterThanOrEqual(1990)
    expect(three - two).toBeGreaterThanOrEqual(990)
  })

  test('may say it by a date', async () => {
    // a date has whole seconds
    const until = Math.ceil(Date.now() / 1000) * 1000 + 1000
    first(busy(new Date(until).toUTCString()))
    await dataOf(archive.client().api.GET('/profile/'))
    expect(asked()[1]).toBeGreaterThanOrEqual(until - 10)
  })

  test('is asked after growing pauses where it does not', async () => {
    first({ status: 503 }, 'cut', { status: 502 })
    await dataOf(archive.client().api.GET('/profile/'))
    const [one, two, three, four] = asked() as [number, number, number, number]
    expect(two - one).toBeGreaterThanOrEqual(240)
    expect(three - two).toBeGreaterThanOrEqual(490)
    expect(four - three).toBeGreaterThanOrEqual(990)
  })

  test('is not waited for longer than patience lasts', async () => {
    first(busy('11'))
    const impatient = archive.client({ token: archive.root, patience: 10 })
    const error = await errorOf(dataOf(impatient.api.GET('/profile/')))
    expect(error).toMatchObject({ status: 503, retryAfter: 11 })
    expect(asked()).toHaveLength(1)
  })

  test('a write that was refused is sent again, one that broke is not', async () => {
    const body = newFrame('again-busy') as never
    first({ status: 503, headers: { 'retry-after': '1' } })
    await archive.client().ingest(body)
    expect(seen()).toEqual(['POST /frames/', 'POST /frames/'])
    first({ status: 502 })
    expect(await errorOf(archive.client().ingest(newFrame('gateway') as never))).toMatchObject({ status: 502 })
  })

  test('waiting ends with its signal', async () => {
    first(busy('9'))
    const stop = new AbortController()
    const profile = archive.client().api.GET('/profile/', { signal: stop.signal })
    await expect.poll(() => archive.relay.seen.length, { timeout: 20_000 }).toBe(1)
    stop.abort(new Error('enough'))
    await expect(profile).rejects.toThrow('enough')
  })
})

describe('who asks', () => {
  test('logs in with the first request, and again when the token is revoked', async () => {
    const frodo = archive.client({ login: { username: 'frodo', password: PASSWORD } })
    archive.relay.seen.length = 0
    const [one, two] = await Promise.all([dataOf(frodo.api.GET('/profile/')), dataOf(frodo.api.GET('/profile/'))])
    expect([one.username, two.username]).toEqual(['frodo', 'frodo'])
    await frodo.api.POST('/revoke_token/')
    expect((await dataOf(frodo.api.GET('/profile/'))).username).toBe('frodo')
    expect(seen().filter((what) => what === 'POST /api-token-auth/')).toHaveLength(2)
  })

  test('a wrong password is an error, and no secret is in it', async () => {
    const error = await errorOf(archive.client({ login: { username: 'frodo', password: 'geheim' } }).frame(1))
    expect(error.status).toBe(400)
    expect(error.message).toBe(
      'POST /api-token-auth/: the archive answers 400: Unable to log in with provided credentials.',
    )
  })

  test.each([
    ['a token', () => openArchive(archive.url, { token: 'geheim\n geheim' })],
    ['an address with a password', () => openArchive('http://frodo:geheim@127.0.0.1/')],
    ['an address of something else', () => openArchive('ftp://geheim/')],
    [
      'a token and a login',
      () => openArchive(archive.url, { token: 'geheim', login: { username: 'a', password: 'b' } }),
    ],
  ])('%s that cannot be one is told, and no secret with it', (_, open) => {
    expect(open).toThrow(TypeError)
    expect(open).not.toThrow(/geheim/)
  })

  /** A server of another origin, and the headers of what it was asked. */
  async function elsewhere(body: string): Promise<{ url: string; asked: IncomingHttpHeaders[] }> {
    const asked: IncomingHttpHeaders[] = []
    const server = createServer((request, answer) => {
      asked.push(request.headers)
      answer.end(body)
    })
    onTestFinished(() => void server.close())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
  }

  test('is told to the archive alone: not where an operation redirects to', async () => {
    const other = await elsewhere('{}')
    first({ status: 302, headers: { location: `${other.url}/frames/1/` } })
    const error = await errorOf(archive.client().frame(1))
    expect(error.message).toMatch(new RegExp(`redirects to ${other.url}: give the archive's own address`))
    first({ status: 307, headers: { location: '/frames/' } })
    expect(await errorOf(archive.client().ingest(newFrame('moved') as never))).toMatchObject({ status: 307 })
    expect(other.asked).toEqual([])
  })

  test('nor where a file is, or is redirected to', async () => {
    const other = await elsewhere('SIMPLE')
    const frame = { id: 1, basename: 'x' }
    const version = {
      id: 1,
      key: 'k',
      md5: '59a31da1c0d8f0b7fd7a5c7a0a5c0f54',
      extension: '.fits',
      created: '2016-01-01T00:00:00Z',
    }
    const open = (url: string) =>
      archive
        .client()
        .open({ frame: { ...frame, version_set: [{ ...version, url }] } })
        .getReader()
        .read()
    await open(`${other.url}/x.fits`)
    first({ status: 302, headers: { location: `${other.url}/x.fits` } })
    await open(`${archive.url}/files/x.fits`)
    expect(other.asked.map(({ authorization }) => authorization)).toEqual([undefined, undefined])
    expect(archive.relay.seen[0]!.headers.authorization).toBe(`Token ${archive.root}`)
  })
})
