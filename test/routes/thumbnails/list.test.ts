import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ANONYMOUS, ANY_FRAME, type Caller } from '../../../src/caller.ts'
import type { Paging } from '../../../src/queries/counted_page.ts'
import { listThumbnails, type ThumbnailFilter } from '../../../src/queries/thumbnails/list.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'

// 9000 thumbnails, three of a frame: a quarter of the frames is secret, half is of the proposal
// "half", 30 are of "rare", the last 900 of "late"; ids that no thumbnail has lie between.
let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive()
  const { writer } = archive.services
  await writer`
    insert into frames (basename, observation_date, proposal_id, public_date, instrument_id, target_name, reduction_level, site_id,
      telescope_id, primary_optical_element, configuration_type, observation_id)
    select 'f' || g, '2016-01-01', case when g > 2700 then 'late' when g % 100 = 0 then 'rare' when g % 2 = 0 then 'half' else 'other' end,
      case when g % 4 > 0 then '2017-01-01'::timestamptz end, 'kb70', '', 0, 'cpt', '1m0a', 'rp', 'EXPOSE', g / 10
    from generate_series(1, 3000) g`
  await writer`
    insert into thumbnails (id, size, basename, extension, key, frame_id)
    select 4 * f.id + s.place, s.size, f.basename || s.size, '.jpg', f.id, f.id
    from frames f cross join (values (0, 'small'), (1, 'medium'), (2, 'large')) s (place, size)`
  await writer`update thumbnails set size = 'tiny' where frame_id = (select min(frame_id) from thumbnails) and size = 'small'`
})
afterAll(() => archive?.close())

const member: Caller = { kind: 'user', id: 9, username: 'm', isStaff: false, isSuperuser: false, proposals: ['rare'] }
const CALLERS: [string, Caller][] = [
  ['anonymous', ANONYMOUS],
  ['a member', member],
  ['a superuser', ANY_FRAME],
]
const FILTERS: Partial<Record<ThumbnailFilter['name'], unknown>>[] = [
  {},
  { size: 'small' },
  { size: 'tiny' },
  { size: 'huge' },
  { proposal_id: 'half' },
  { proposal_id: 'rare' },
  { proposal_id: 'late' },
  { proposal_id: 'nobody' },
  { proposal_id: 'half', size: 'large' },
  { observation_id: 100 },
  { frame_basename: 'f8' },
]
const given = (filters: (typeof FILTERS)[number]) =>
  Object.entries(filters).map(([name, value]) => ({ name: name as ThumbnailFilter['name'], value }))

/** What a caller may see of all that is there, in its order: told without the archive's SQL. */
const expected = async (caller: Caller, filters: (typeof FILTERS)[number]): Promise<number[]> => {
  const rows = await archive.services.writer<
    { id: number; size: string; basename: string; proposal_id: string; observation_id: number; open: boolean }[]
  >`
    select t.id, t.size, f.basename, f.proposal_id, f.observation_id, f.public_date is not null as open
    from thumbnails t join frames f on f.id = t.frame_id order by t.id`
  return rows
    .filter((row) => caller === ANY_FRAME || row.open || (caller === member && row.proposal_id === 'rare'))
    .filter((row) =>
      Object.entries(filters).every(
        ([name, value]) => row[(name === 'frame_basename' ? 'basename' : name) as 'size'] === value,
      ),
    )
    .map(({ id }) => id)
}
const list = async (caller: Caller, filters: (typeof FILTERS)[number], paging: Paging) => {
  const { rows, ...rest } = await listThumbnails(archive.services.reader, caller, {
    ...paging,
    filters: given(filters),
  })
  return { ...rest, ids: rows.map((row) => row.thumbnail_id) }
}

describe.each(CALLERS)('the thumbnails of %s', (_, caller) => {
  test.each(FILTERS)(
    '%j: few are counted exactly, many within a factor of two, pages are the same',
    async (filters) => {
      const all = await expected(caller, filters)
      for (const most of [10_000, 500, 20]) {
        for (const offset of [0, 7, all.length - 10, all.length, all.length + 50].filter((n) => n >= 0)) {
          const page = await list(caller, filters, { limit: 10, offset, most })
          expect({ ids: page.ids, more: page.more }).toEqual({
            ids: all.slice(offset, offset + 10),
            more: offset + 10 < all.length,
          })
          if (all.length <= most || !page.estimated) expect([page.count, page.estimated]).toEqual([all.length, false])
          expect(page.count).toBeGreaterThanOrEqual(all.length / 2)
          expect(page.count).toBeLessThanOrEqual(all.length * 2)
        }
        expect(await list(caller, filters, { limit: 1, offset: 0, most, exactly: true })).toMatchObject({
          count: all.length,
          estimated: false,
        })
      }
    },
  )

  test('of more than are counted, an estimate says that it is one', async () => {
    for (const filters of [{}, { size: 'small' }]) {
      expect((await list(caller, filters, { limit: 10, offset: 0, most: 500 })).estimated).toBe(true)
      expect((await list(caller, filters, { limit: 10, offset: 0 })).estimated).toBe(false)
    }
  })
})

test('what is hidden changes no estimate', async () => {
  const before = await list(ANONYMOUS, {}, { limit: 10, offset: 0, most: 500 })
  expect(before.estimated).toBe(true)
  // the hidden thumbnails but the last id, which others count up as well
  await archive.services.writer`
    delete from thumbnails t using frames f where f.id = t.frame_id and f.public_date is null and f.basename <> 'f3000'`
  expect(await list(ANONYMOUS, {}, { limit: 10, offset: 0, most: 500 })).toEqual(before)
})

test('a list without thumbnails', async () => {
  await archive.services.writer`delete from thumbnails`
  for (const [, caller] of CALLERS)
    expect(await list(caller, {}, { limit: 10, offset: 0, most: 5 })).toEqual({
      count: 0,
      estimated: false,
      ids: [],
      more: false,
    })
})
