import { afterEach, expect, describe as group, test, vi } from 'vitest'
import { Fatal, Unavailable } from '../../../src/ingest/deliver/faults.ts'
import { proposalTags } from '../../../src/ingest/deliver/tags.ts'
import { describe } from '../../../src/ingest/describe/describe.ts'
import { BadFile } from '../../../src/ingest/describe/description.ts'
import { fitsOf } from '../../support/fits_file.ts'
import { fileOf, rulesOf } from '../../support/ingest_files.ts'

const PORTAL = { baseUrl: 'http://portal.test', apiToken: 'sesame' }

/** A portal that answers as told, and what it was asked. */
function portal(answer: (proposal: string) => Response | Promise<Response>) {
  const asked: { url: string; authorization: string | null }[] = []
  const fetch: typeof globalThis.fetch = async (url, init) => {
    asked.push({ url: String(url), authorization: new Headers(init?.headers).get('authorization') })
    return answer(decodeURIComponent(String(url).split('/').at(-1)!))
  }
  return { asked, fetch }
}

const tagged = (tags: unknown) => Response.json({ id: 'x', tags })
const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

afterEach(() => {
  vi.useRealTimers()
})

group("a proposal's tags", () => {
  test('are asked of the portal with the token, once in five minutes, by all who want them at the same time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { asked, fetch } = portal(() => tagged(['private', 5, 'x']))
    const tags = proposalTags(PORTAL, fetch)
    expect(await Promise.all([tags('a/b c'), tags('a/b c'), tags('a/b c')])).toEqual(
      Array.from({ length: 3 }, () => ['private', 'x']),
    )
    expect(asked).toEqual([{ url: 'http://portal.test/api/proposals/a%2Fb%20c', authorization: 'Token sesame' }])
    vi.setSystemTime(Date.now() + 310_000)
    await tags('a/b c')
    expect(asked.length).toBe(2)
  })

  test('are none without a portal, without a token, without a proposal, and of a proposal that it does not know', async () => {
    const { asked, fetch } = portal(() => new Response('{}', { status: 404 }))
    expect(await proposalTags(null, fetch)('p')).toEqual([])
    expect(await proposalTags({ ...PORTAL, apiToken: null }, fetch)('p')).toEqual([])
    expect(await proposalTags(PORTAL, fetch)('')).toEqual([])
    expect(asked).toEqual([])
    expect(await proposalTags(PORTAL, fetch)('p')).toEqual([])
  })

  test.each([
    ['an error of its own', () => new Response('', { status: 503, headers: { 'retry-after': '30' } }), 30, /503/],
    ['something else than JSON', () => new Response('<html>'), null, /something else/],
    ['something else than a proposal', () => Response.json([]), null, /something else/],
    ['nothing', () => Promise.reject(new TypeError('fetch failed')), null, /OBSERVATION_PORTAL_BASE_URL/],
  ])(
    'are not known when the portal answers %s: that may pass, and is not kept',
    async (_, answer, retryAfterS, words) => {
      vi.useFakeTimers({ toFake: ['Date'] })
      let works = false
      const tags = proposalTags(PORTAL, portal(() => (works ? tagged(['public']) : answer())).fetch)
      const error = await failure(tags('p'))
      expect(error).toBeInstanceOf(Unavailable)
      expect((error as Unavailable).retryAfterS).toBe(retryAfterS)
      expect((error as Unavailable).message).toMatch(words)
      works = true
      // for a moment nobody else waits for it
      expect(await failure(tags('q'))).toBe(error)
      vi.setSystemTime(Date.now() + 6000)
      expect(await tags('p')).toEqual(['public'])
    },
  )

  test('are not asked for again when the portal refuses the token, or what it is asked', async () => {
    let status = 401
    const tags = proposalTags(PORTAL, portal(() => new Response('', { status })).fetch)
    expect(await failure(tags('p'))).toMatchObject({
      message: expect.stringMatching(/401.*OBSERVATION_PORTAL_API_TOKEN/),
    })
    expect(await failure(tags('p'))).toBeInstanceOf(Fatal)
    status = 400
    expect(await failure(tags('p'))).toBeInstanceOf(BadFile)
    status = 404
    // of another proposal that says nothing
    expect(await tags('q')).toEqual([])
  })

  test('decide on the public date before anything else', async () => {
    const date = async (tags: string[], values = {}) => {
      const { record } = await describe(
        fileOf('a.fits', fitsOf({ 'DATE-OBS': '2015-12-21T01:00:00', ...values })),
        undefined,
        rulesOf(),
        proposalTags(PORTAL, portal(() => tagged(tags)).fetch),
      )
      return record.public_date
    }
    expect(await date(['internal', 'public'], { OBSTYPE: 'BIAS' })).toBe('3014-04-23T01:00:00')
    expect(await date(['public'], { PROPID: 'LCOEngineering' })).toBe('2015-12-21T01:00:00')
    expect(await date(['other'])).toBe('2016-12-20T01:00:00')
    expect(await date(['private'], { L1PUBDAT: '2017-01-01T00:00:00' })).toBe('2017-01-01T00:00:00')
  })

  test('that are not known keep a file out', async () => {
    const tags = proposalTags(PORTAL, portal(() => new Response('', { status: 500 })).fetch)
    const described = describe(fileOf('a.fits', fitsOf()), undefined, rulesOf(), tags)
    await expect(described).rejects.toThrow(Unavailable)
  })
})
