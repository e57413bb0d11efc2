import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../../src/app.ts'
import { deriveKeys } from '../../../src/auth/keys.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { newFrame, post } from '../../support/frames.ts'
import { queryOf, someFilters } from '../../support/model_filters.ts'
import { isSeen, type ModelCaller, type ModelFrame, makeWorld, seed } from '../../support/world.ts'

let archive: TestArchive
let world: ModelFrame[]
let callers: ModelCaller[]
const MAX_LIMIT = 50

beforeAll(async () => {
  archive = await testArchive({ PAGINATION_DEFAULT_LIMIT: '20', PAGINATION_MAX_LIMIT: String(MAX_LIMIT) })
  world = await makeWorld(archive, 120, seed)
  callers = [
    { name: 'root', token: archive.root, proposals: [], superuser: true },
    { name: 'anonymous', proposals: [], superuser: false },
  ]
})
afterAll(() => archive?.close())

const FIELDS = [
  'id',
  'basename',
  'observation_date',
  'primary_optical_element',
  'configuration_type',
  'proposal_id',
  'instrument_id',
  'target_name',
  'reduction_level',
  'exposure_time',
] as const
type Key = { field: (typeof FIELDS)[number]; descending: boolean }

const points = (text: string): number[] => [...text].map((letter) => letter.codePointAt(0)!)
function compareText(a: string, b: string): number {
  const [left, right] = [points(a), points(b)]
  for (let i = 0; i < Math.min(left.length, right.length); i++) if (left[i] !== right[i]) return left[i]! - right[i]!
  return left.length - right.length
}
/** Text by code point; no exposure time is more than any. */
function compare(a: ModelFrame, b: ModelFrame, { field, descending }: Key): number {
  const [left, right] = [a[field] ?? Number.POSITIVE_INFINITY, b[field] ?? Number.POSITIVE_INFINITY]
  const order =
    typeof left === 'string'
      ? compareText(left, right as string)
      : left === right
        ? 0
        : left < (right as number)
          ? -1
          : 1
  return descending ? -order : order
}
const sorted = (frames: readonly ModelFrame[], keys: readonly Key[]): ModelFrame[] => {
  const all = [
    ...(keys.length ? keys : [{ field: 'observation_date', descending: true } as const]),
    { field: 'id', descending: true } as const,
  ]
  return frames.toSorted((a, b) => all.reduce((order, key) => order || compare(a, b, key), 0))
}

const orderings = fc
  .tuple(
    fc.shuffledSubarray([...FIELDS], { maxLength: 3 }),
    fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    fc.constantFrom('', ',', ',site_id', ',--id', ', nonsense'),
  )
  .map(([fields, descending, noise]) => {
    const keys = fields.map((field, i): Key => ({ field, descending: descending[i]! }))
    return { keys, text: keys.map((k) => (k.descending ? '-' : '') + k.field).join(',') + noise }
  })

interface Page {
  count?: number
  next: string | null
  previous: string | null
  results: { id: number; basename: string }[]
}
const ORIGIN = 'http://localhost'
async function page(pathOrUrl: string, caller: ModelCaller): Promise<Page> {
  const response = await archive.request(pathOrUrl.replace(ORIGIN, ''), { token: caller.token })
  expect(response.status).toBe(200)
  return (await response.json()) as Page
}
const ids = (rows: { id: number }[]): number[] => rows.map((row) => row.id)
const searches = () =>
  fc.record({
    filters: someFilters(world),
    ordering: orderings,
    caller: fc.constantFrom(...callers),
    limit: fc.integer({ min: 1, max: 30 }),
  })
type Search = typeof searches extends () => fc.Arbitrary<infer S> ? S : never
const modelled = ({ filters, ordering, caller }: Search): ModelFrame[] =>
  sorted(
    world.filter((f) => isSeen(caller, f) && filters.every((filter) => filter.keeps(f, caller))),
    ordering.keys,
  )
/** Searches that keep something, for walks; all of the world now and then. */
const withResults = () =>
  fc
    .oneof(
      searches(),
      searches().map((s): Search => ({ ...s, filters: [] })),
    )
    .filter((search) => modelled(search).length > 0)

describe(`pages show what a plain model shows (seed ${seed})`, () => {
  test('by offset: any slice, with the count of all', async () => {
    await fc.assert(
      fc.asyncProperty(searches(), fc.integer({ min: 0, max: 130 }), async (search, offset) => {
        const { filters, ordering, limit, caller } = search
        const all = modelled(search)
        const got = await page(`/frames/?${queryOf(filters, { ordering: ordering.text, limit, offset })}`, caller)
        expect(ids(got.results)).toEqual(ids(all.slice(offset, offset + limit)))
        expect([got.count, got.next !== null, got.previous !== null]).toEqual([
          all.length,
          offset + limit < all.length,
          offset > 0,
        ])
      }),
      { numRuns: 150, seed },
    )
  })

  test('by offset: next and previous lead through all of it and back', async () => {
    await fc.assert(
      fc.asyncProperty(withResults(), async (search) => {
        const { filters, ordering, limit, caller } = search
        const forward = await walk(`/frames/?${queryOf(filters, { ordering: ordering.text, limit })}`, 'next', caller)
        expect(forward.flatMap((p) => ids(p.results))).toEqual(ids(modelled(search)))
        const back = await walk(forward.at(-1)!.previous ?? '', 'previous', caller)
        expect(back.reverse().map((p) => ids(p.results))).toEqual(forward.slice(0, -1).map((p) => ids(p.results)))
      }),
      { numRuns: 20, seed },
    )
  })

  test('by cursor: each frame once, forward and back', async () => {
    await fc.assert(
      fc.asyncProperty(withResults(), async (search) => {
        const { filters, ordering, limit, caller } = search
        const forward = await walk(
          `/frames/?${queryOf(filters, { ordering: ordering.text, limit, pagination_style: 'cursor' })}`,
          'next',
          caller,
        )
        expect(forward.flatMap((p) => ids(p.results))).toEqual(ids(modelled(search)))
        expect(forward.map((p) => p.results.length)).toEqual(
          forward.map((_, i) => Math.min(limit, modelled(search).length - i * limit)),
        )
        expect(forward[0]!.previous).toBeNull()
        const back = await walk(forward.at(-1)!.previous ?? '', 'previous', caller)
        expect(back.reverse().map((p) => ids(p.results))).toEqual(forward.slice(0, -1).map((p) => ids(p.results)))
        // and forward again from the page that was reached going back
        if (back[0])
          expect((await walk(back[0].next!, 'next', caller)).flatMap((p) => ids(p.results))).toEqual(
            ids(modelled(search)).slice(limit),
          )
      }),
      { numRuns: 60, seed },
    )
  })

  test.each(FIELDS.flatMap((field) => [field, `-${field}`]))(
    'by cursor, ordered by %s alone: equal keys are told apart',
    async (ordering) => {
      const keys: Key[] = [{ field: ordering.replace('-', '') as Key['field'], descending: ordering.startsWith('-') }]
      const forward = await walk(`/frames/?limit=7&pagination_style=cursor&ordering=${ordering}`, 'next', callers[0]!)
      expect(forward.flatMap((p) => ids(p.results))).toEqual(ids(sorted(world, keys)))
    },
  )
})

async function walk(first: string, along: 'next' | 'previous', caller: ModelCaller): Promise<Page[]> {
  const pages: Page[] = []
  for (let url: string | null = first || null; url !== null; ) {
    const got: Page = await page(url, caller)
    pages.push(got)
    expect(pages.length).toBeLessThanOrEqual(world.length + 1)
    url = got[along]
  }
  return pages
}

describe('cursors', () => {
  const first = () => page('/frames/?pagination_style=cursor&limit=5&ordering=target_name', callers[0]!)
  const cursorOf = (url: string) => new URL(url).searchParams.get('cursor')!

  test('a page that something was put before meanwhile is not shifted', async () => {
    const start = await first()
    const expected = sorted(world, [{ field: 'target_name', descending: false }])
    const { id } = await post(archive, newFrame('came-between', { target_name: '' }))
    const next = await page(start.next!, callers[0]!)
    expect(ids(next.results)).toEqual(ids(expected.slice(5, 10)))
    expect((await archive.request(`/frames/${id}/`, { method: 'DELETE', token: archive.root })).status).toBe(204)
  })

  test('a cursor that the archive did not make is refused', async () => {
    const cursor = cursorOf((await first()).next!)
    const forged = [
      `${cursor}A`,
      cursor.slice(1),
      `${cursor.slice(0, 40)}${cursor[40] === 'A' ? 'B' : 'A'}${cursor.slice(41)}`,
      'nonsense',
      '%00',
      'x'.repeat(5000),
      '☄',
      btoa('["id","forward",[1]]'),
    ]
    for (const bad of forged) {
      const response = await archive.request(
        `/frames/?pagination_style=cursor&limit=5&ordering=target_name&cursor=${encodeURIComponent(bad)}`,
        { token: archive.root },
      )
      expect([bad, response.status, await response.json()]).toEqual([bad, 404, { detail: 'Invalid cursor' }])
    }
  })

  test('a cursor of another ordering is refused', async () => {
    const response = await archive.request(
      `/frames/?pagination_style=cursor&limit=5&ordering=basename&cursor=${cursorOf((await first()).next!)}`,
    )
    expect([response.status, await response.json()]).toEqual([404, { detail: 'Invalid cursor' }])
  })

  test('a cursor made under another SECRET_KEY is refused', async () => {
    const services = { ...archive.services, keys: await deriveKeys('another key') }
    const response = await createApp().request((await first()).next!.replace(ORIGIN, ''), {}, services)
    expect(response.status).toBe(404)
  })

  test('a cursor shows to nobody more than they may see', async () => {
    const next = (await first()).next!
    const rows = (await page(next, callers[1]!)).results
    const seen = ids(world.filter((f) => isSeen(callers[1]!, f)))
    expect(rows.length).toBeGreaterThan(0)
    expect(ids(rows).filter((id) => !seen.includes(id))).toEqual([])
  })
})

describe('limits', () => {
  test.each([
    ['', 20],
    ['limit=10000', MAX_LIMIT],
    ['limit=0', 20],
    ['limit=-3', 20],
    ['limit=ten', 20],
    ['limit=99999999999999999999999', MAX_LIMIT],
    ['limit=7&limit=3', 3],
  ])('%s gives a page of %i', async (query, size) => {
    expect((await page(`/frames/?${query}`, callers[0]!)).results.length).toBe(size)
    expect((await page(`/frames/?pagination_style=cursor&${query}`, callers[0]!)).results.length).toBe(size)
  })

  test.each(['offset=99999999999999999999', 'offset=9007199254740993', 'offset=120'])(
    '%s is past the end: no results, the count all the same',
    async (query) => {
      const got = await page(`/frames/?${query}`, callers[0]!)
      expect([got.count, got.results, got.next]).toEqual([120, [], null])
    },
  )
})

describe('orderings', () => {
  const answer = async (ordering: string) => {
    const response = await archive.request(`/frames/?limit=20&ordering=${ordering}`, { token: callers[0]!.token })
    const body = (await response.json()) as Page
    return response.status === 200 ? ids(body.results) : body
  }
  test('what is repeated or comes after a field that no two frames share has no say', async () => {
    expect(await answer('id,id,-id,target_name')).toEqual(await answer('id'))
    expect(
      await answer('-basename,target_name,exposure_time,site_id,instrument_id,proposal_id,reduction_level'),
    ).toEqual(await answer('-basename'))
    expect(await answer('target_name,-target_name,target_name,id')).toEqual(await answer('target_name,id'))
  })
  test('of four fields are taken, of five refused', async () => {
    const four = 'proposal_id,instrument_id,-reduction_level,configuration_type'
    expect(await answer(`${four},nonsense,-proposal_id`)).toHaveLength(20)
    expect(await answer(`${four},target_name`)).toEqual({ ordering: ['Order by at most 4 fields.'] })
  })
})
