import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ANY_FRAME } from '../../../src/caller.ts'
import { aggregateFrames } from '../../../src/queries/frames/aggregate.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { newFrame, post } from '../../support/frames.ts'
import { account, startPortal, type TestPortal } from '../../support/portal.ts'
import { isPublic, isSeen, type ModelCaller, type ModelFrame, makeWorld, seed } from '../../support/world.ts'

let archive: TestArchive
let portal: TestPortal
let world: ModelFrame[]
let callers: ModelCaller[]
beforeAll(async () => {
  const users = [account('frodo', 'theone', ['alpha'])]
  portal = await startPortal(users)
  archive = await testArchive(portal.env)
  await archive.request('/authprofile/addupdateuser/', {
    json: users[0]!.profile,
    headers: { authorization: `Server ${portal.env.OAUTH_SERVER_KEY}` },
  })
  world = await makeWorld(archive, 80, seed)
  callers = [
    { name: 'root', token: archive.root, proposals: [], superuser: true },
    { name: 'frodo', token: 'frodo-api-token', proposals: ['alpha'], superuser: false },
    { name: 'anonymous', proposals: [], superuser: false },
  ]
})
afterAll(async () => {
  await archive?.close()
  await portal?.stop()
})

const LISTS = {
  sites: 'site_id',
  telescopes: 'telescope_id',
  filters: 'primary_optical_element',
  instruments: 'instrument_id',
  obstypes: 'configuration_type',
  proposals: 'proposal_id',
} as const
const setsOf = (frames: readonly ModelFrame[]) =>
  Object.fromEntries(
    Object.entries(LISTS).map(([name, field]) => [
      name,
      [...new Set(frames.map((f) => f[field]))].filter((v) => v !== '').toSorted(),
    ]),
  )
const ask = (query: Record<string, string>, caller: { token?: string } = {}, init: RequestInit = {}) =>
  archive.request(`/frames/aggregate/?${new URLSearchParams(query)}`, { token: caller.token, ...init })
async function sets(query: Record<string, string>, caller: ModelCaller) {
  const response = await ask(query, caller)
  const { generated_at, ...lists } = (await response.json()) as Record<string, string[]>
  expect([response.status, generated_at]).toEqual([200, expect.stringMatching(/^\d{4}-.*Z$/)])
  return Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, values.toSorted()]))
}

describe(`an aggregate holds what a plain model holds (seed ${seed})`, () => {
  test('without parameters: of all that the caller sees', async () => {
    for (const caller of callers) expect(await sets({}, caller)).toEqual(setsOf(world.filter((f) => isSeen(caller, f))))
  })

  test('of a range of time, with filters: its ends cut to the minute, the later one excluded', async () => {
    const minutes = fc.constantFrom(
      '2015-12-31T23:59',
      '2016-01-01T00:00',
      '2016-01-01T00:01',
      '2016-01-02T03:04',
      '2016-01-02T03:05',
      '2016-06-15T00:00',
      '2016-12-30T00:00',
    )
    const seconds = fc.constantFrom('', ':00', ':59', ':30.5')
    const filter = fc.option(fc.tuple(fc.constantFrom(...Object.values(LISTS)), fc.constantFrom(...world)), {
      nil: null,
    })
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(minutes, seconds, minutes, seconds),
        filter,
        fc.constantFrom(undefined, 'true', 'false'),
        fc.constantFrom(...callers),
        async ([from, fs, to, ts], picked, isToo, caller) => {
          const [field, value] = picked ? [picked[0], picked[1][picked[0]]] : [null, '']
          fc.pre(value !== '' || field === null)
          const query = {
            start: from + fs,
            end: to + ts,
            ...(isToo && { public: isToo }),
            ...(field && { [field]: value }),
          }
          const kept = world.filter((f) => {
            const minute = f.observation_date.slice(0, 16)
            const own =
              isToo === 'true' || (!isPublic(f) && (caller.superuser || caller.proposals.includes(f.proposal_id)))
            return isSeen(caller, f) && own && minute >= from && minute < to && (field === null || f[field] === value)
          })
          expect(await sets(query, caller)).toEqual(setsOf(kept))
        },
      ),
      { numRuns: 120, seed },
    )
  })
})

test('the minute of its start is in, whole; the minute of its end is not', async () => {
  const at = {
    e01: '03:59:59.999999',
    e02: '04:00:00',
    e03: '04:00:59.999999',
    e04: '05:00:59.999999',
    e05: '05:01:00',
    e06: '05:01:59',
  }
  for (const [site_id, time] of Object.entries(at))
    await post(archive, newFrame(`edge-${site_id}`, { site_id, observation_date: `2001-01-01T${time}` }))
  const { sites } = await sets(
    { start: '2001-01-01T04:00:45', end: '2001-01-01T05:01:30', public: 'true' },
    callers[2]!,
  )
  expect(sites).toEqual(['e02', 'e03', 'e04'])
  for (const site_id of Object.keys(at))
    await archive.services
      .writer`delete from versions v using frames f where f.id = v.frame_id and f.site_id = ${site_id}`
})

describe('with counts', () => {
  const counted = (frames: readonly ModelFrame[]) =>
    Object.fromEntries(
      Object.entries(LISTS).map(([name, field]) => {
        const values = frames.map((f) => f[field]).filter((v) => v !== '')
        return [name, Object.fromEntries([...new Set(values)].map((v) => [v, values.filter((w) => w === v).length]))]
      }),
    )
  const counts = async (query: Record<string, string>, caller: ModelCaller) => {
    const response = await ask({ counts: 'true', public: 'true', ...query }, caller)
    const body = await response.json()
    expect([query, response.status, response.status === 200 ? null : body]).toEqual([query, 200, null])
    return body.counts
  }

  test('each value has its number of frames, of a range of any length', async () => {
    const range = { start: '1990-01-01T00:00:00', end: '2030-01-01T00:00:00' }
    for (const caller of callers) {
      const seen = world.filter((f) => isSeen(caller, f))
      expect(await counts({}, caller)).toEqual(counted(seen))
      expect(await counts(range, caller)).toEqual(counted(seen))
      const without = (await (await ask({ public: 'true' }, caller)).json()) as Record<string, unknown>
      expect(Object.keys(without)).not.toContain('counts')
    }
    expect((await ask({ ...range, public: 'true' })).status).toBe(400)
  })

  test('of the filters of a search, those that are not counted beforehand too', async () => {
    for (const caller of callers) {
      const seen = world.filter((f) => isSeen(caller, f))
      const { basename, reduction_level } = seen[0]!
      expect(await counts({ basename_exact: basename }, caller)).toEqual(
        counted(seen.filter((f) => f.basename === basename)),
      )
      expect(await counts({ reduction_level: String(reduction_level), site_id__in: 'ogg,coj' }, caller)).toEqual(
        counted(seen.filter((f) => f.reduction_level === reduction_level && ['ogg', 'coj'].includes(f.site_id))),
      )
    }
  })

  test('what is wrong is named', async () => {
    const wrong = async (query: Record<string, string>) => {
      const response = await ask(query)
      return [response.status, Object.keys(await response.json())]
    }
    expect(await wrong({ counts: 'maybe' })).toEqual([400, ['counts']])
    expect(await wrong({ cone: '1,2', dayobs: 'x' })).toEqual([400, ['dayobs', 'cone']])
    expect((await ask({ counts: 'true', start: '2016-01-01T00:00:00' })).status).toBe(400)
  })

  test('of more matches than are looked at, some are, and the answer says so', async () => {
    const scope = {
      filters: [{ name: 'exposure_time', parameter: 'exposure_time', value: -1 }],
      whose: 'visible' as const,
      science: [],
      timeoutMs: 0,
    }
    const all = await aggregateFrames(archive.services.search, ANY_FRAME, scope)
    const some = await aggregateFrames(archive.services.search, ANY_FRAME, scope, 3)
    const frames = ({ facets }: typeof all) => [...facets.instruments.values()].reduce((a, b) => a + b, 0)
    expect([all.isPartial, some.isPartial]).toEqual([false, true])
    expect(frames(some)).toBeLessThanOrEqual(4)
    expect(frames(all)).toBeGreaterThan(4)
  })
})

describe('an aggregate can be kept for a minute', () => {
  test('by anyone when it is of the public, by the caller alone when not', async () => {
    const vary = 'Cookie, Authorization'
    const headers = async (token?: string) => {
      const response = await ask({}, { token })
      return ['cache-control', 'vary'].map((name) => response.headers.get(name))
    }
    expect([await headers(), await headers(archive.root)]).toEqual([
      ['max-age=60', vary],
      ['private, max-age=60', vary],
    ])
  })

  test('and is not sent again while it is the same', async () => {
    const etag = (await ask({})).headers.get('etag')!
    for (const given of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const response = await ask({}, {}, { headers: { 'if-none-match': given } })
      expect([response.status, response.headers.get('etag'), await response.text()]).toEqual([304, etag, ''])
    }
    await post(archive, newFrame('new', { site_id: 'new' }))
    const changed = await ask({}, {}, { headers: { 'if-none-match': etag } })
    expect([changed.status, changed.headers.get('etag') === etag]).toEqual([200, false])
  })
})

describe('an aggregate is refused', () => {
  const YEAR = { start: '2016-01-01T00:00', end: '2016-12-31T00:00' }
  test.each([
    [{ start: '2016-01-01T00:00' }, 'both start & end must be specified'],
    [{ end: '2016-01-01T00:00' }, 'both start & end must be specified'],
    [
      { start: '2016-01-01T00:00', end: '2017-01-01T00:00' },
      'time range must be less than or equal to a year (365 days)',
    ],
    [{ ...YEAR, public: 'maybe' }, { public: ['Must be a valid boolean.'] }],
    [{ ...YEAR, query_timeout: '20001' }, { query_timeout: ['Ensure this value is less than or equal to 20000.'] }],
    [{ ...YEAR, query_timeout: '-1' }, { query_timeout: ['Ensure this value is greater than or equal to 0.'] }],
    [{ ...YEAR, query_timeout: 'x' }, { query_timeout: ['A valid integer is required.'] }],
  ])('%o', async (query, body) => {
    const response = await ask(query as unknown as Record<string, string>)
    expect([response.status, await response.json()]).toEqual([400, body])
  })

  test('with NUL bytes, years before Christ or none of the calendar', async () => {
    const queries: Record<string, string>[] = [
      { site_id: 'a\0b' },
      { start: '-0001-01-01T00:00', end: '2016-01-01T00:00' },
      { start: '2016-02-30T00:00', end: '2016-03-01T00:00' },
      { start: 'NaN', end: 'Infinity' },
    ]
    for (const query of queries) expect((await ask(query)).status).toBe(400)
  })

  test('with places that PostGIS does not take', async () => {
    for (const intersects of ['LINESTRING(0 0,180 0)', 'POINT(+12 +30)', 'POINT(0 91)'])
      expect([intersects, (await ask({ intersects, public: 'true' })).status]).toEqual([intersects, 400])
  })

  test('an end before its start holds nothing', async () => {
    expect(await sets({ start: '2016-06-01T00:00', end: '2016-01-01T00:00', public: 'true' }, callers[0]!)).toEqual(
      setsOf([]),
    )
  })
})
