import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../../../src/caller.ts'
import { listFrames, type Search } from '../../../src/queries/frames/list.ts'
import { DEFAULT_ORDERING, type Ordering } from '../../../src/queries/frames/ordering.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'

// Searches by what rollups do not know: count and page of one look at the matches, or, beyond a bound, an estimate.

let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive()
  const { writer } = archive.services
  await writer.unsafe(`insert into frames (basename, target_name, site_id, telescope_id, instrument_id, primary_optical_element,
      configuration_type, reduction_level, proposal_id, observation_date, observation_day, public_date)
    select 'frame-' || i, case when i % 2 = 0 then 'M 31' else 'M 33' end, 'ogg', '1m0a', 'fa01', 'rp', 'EXPOSE', 0, 'alpha',
      timestamptz '2016-01-01' + i * interval '1 hour', '2016-01-01', case when i % 4 < 2 then timestamptz '2016-01-01' end
    from generate_series(1, 400) i`)
  await writer.unsafe(`insert into versions (key, md5, extension, frame_id)
    select md5('k' || basename), md5('m' || basename), '.fits', id from frames`)
})
afterAll(() => archive?.close())

const ANYBODY: Caller = { kind: 'anonymous' }
const MEMBER: Caller = {
  kind: 'user',
  id: 1,
  username: 'frodo',
  isStaff: false,
  isSuperuser: false,
  proposals: ['alpha'],
}
/** With something besides: parts of names alone are counted by the rollups. */
const M31 = [
  { name: 'target_name', parameter: 'target_name', value: 'm 31' },
  { name: 'id__gt', parameter: 'id__gt', value: 0 },
]
const BY_NAME: Ordering = [{ field: 'basename', descending: false }]

const list = (caller: Caller, how: { ordering?: Ordering; offset?: number; exactly?: boolean; most?: number } = {}) => {
  const { ordering = DEFAULT_ORDERING, offset = 0, exactly, most } = how
  const search: Search = { filters: M31, ordering, science: [], limit: 10, parts: { related: true, thumbnails: false } }
  return listFrames(archive.services.search, caller, search, { offset, exactly, most })
}
const numbers = ({ rows }: { rows: { basename: string }[] }) => rows.map(({ basename }) => Number(basename.slice(6)))
const even = (from: number, step: number) => Array.from({ length: 10 }, (_, i) => from + i * step)

test('few matches are counted exactly, and their page is made of them', async () => {
  for (const most of [200, 20_000]) {
    const found = await list(MEMBER, { most })
    expect([found.count, found.estimated, numbers(found)]).toEqual([200, false, even(400, -2)])
  }
  const hidden = await list(ANYBODY)
  expect([hidden.count, hidden.estimated, numbers(hidden)]).toEqual([100, false, even(400, -4)])
})

test('of more than the bound the count is an estimate, and the page the same', async () => {
  for (const [caller, right] of [
    [MEMBER, 200],
    [ANYBODY, 100],
  ] as const)
    for (const how of [{}, { offset: 30 }, { ordering: BY_NAME }]) {
      const about = await list(caller, { ...how, most: 20 })
      const exact = await list(caller, how)
      expect([exact.count, exact.estimated, about.estimated]).toEqual([right, false, true])
      expect(about.count).toBeGreaterThan(right / 2)
      expect(about.count).toBeLessThan(right * 2)
      expect(numbers(about)).toEqual(numbers(exact))
    }
})

test('force_count counts them all', async () => {
  const found = await list(MEMBER, { exactly: true, most: 20 })
  expect([found.count, found.estimated]).toEqual([200, false])
})

test('a page past the end has the count', async () => {
  const found = await list(MEMBER, { offset: 1000 })
  expect([found.count, found.rows]).toEqual([200, []])
})

test('there is a next page for as long as pages are full, whatever the estimate', async () => {
  const body = async (query: string) => (await archive.request(`/frames/?${query}`)).json()
  const whole = await body('target_name=M+31&limit=50&offset=50')
  expect([whole.count, whole.count_estimated, whole.next]).toEqual([100, false, null])
})
