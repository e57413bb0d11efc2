import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ANONYMOUS, ANY_FRAME, type Caller } from '../../src/caller.ts'
import type { Pool, Sql } from '../../src/database/open.ts'
import type { CountedPage, Paging } from '../../src/queries/counted_page.ts'
import { listThumbnails, type ThumbnailFilter } from '../../src/queries/thumbnails/list.ts'
import { listVersions } from '../../src/queries/versions/list.ts'
import { filledDatabase, rowsRead } from '../support/rows_read.ts'

// What a page of versions or of thumbnails reads, as PostgreSQL itself counts it: entries of indexes
// and rows of whole tables, whatever the plan and however fast the machine.

const FRAMES = 30_000
const PAGE = 50
/** So many are counted exactly. */
const MOST = 500
/** Ends of indexes, which the planner looks up. */
const PLANNING = 30
/** A sample of 1000 thumbnails, each with its frame. */
const SAMPLE = 4 * 1000

/** Two thumbnails of a frame; a tenth of the frames is secret; a proposal of all, one of few, one that only the last frames are of. */
const FILL = `
insert into frames (basename, observation_date, proposal_id, instrument_id, target_name, reduction_level, site_id,
  telescope_id, primary_optical_element, configuration_type, public_date, observation_id)
select 'f' || g, '2016-01-01'::timestamptz + g * interval '7 minutes',
  case when g > 26000 then 'late' when g % 500 = 1 then 'rare' else 'all' end, 'kb70', '', 0, 'cpt', '1m0a', 'rp', 'EXPOSE',
  case when g % 10 > 0 then '2017-01-01'::timestamptz end, g / 10
from generate_series(1, ${FRAMES}) g;
insert into versions (frame_id, key, md5, extension, created)
select id, 'k' || id, 'm' || id, '.fits', '2016-01-01'::timestamptz + id * interval '1 minute' from frames;
insert into thumbnails (size, basename, extension, key, frame_id)
select s.size, f.basename || s.size, '.jpg', f.id, f.id
from frames f cross join (values ('small'), ('large')) s (size) order by f.id;
update thumbnails set size = 'medium' where id % 6000 = 1;
vacuum analyze frames, versions, thumbnails`

let sql: Pool
let close: () => Promise<void>
beforeAll(async () => {
  ;({ sql, close } = await filledDatabase(FILL))
})
afterAll(() => close?.())

const readSoFar = (tx: Sql) => rowsRead(tx, ['frames', 'versions', 'thumbnails'])
const reading = (list: (tx: Sql) => Promise<CountedPage<unknown>>) =>
  sql.begin(async (tx) => {
    // what parallel workers read is counted elsewhere
    await tx`set local max_parallel_workers_per_gather = 0`
    const before = await readSoFar(tx)
    const { count, estimated, rows } = await list(tx)
    return { count, estimated, found: rows.length, read: (await readSoFar(tx)) - before }
  })
const page = (over: Partial<Paging> = {}): Paging => ({ limit: PAGE, offset: 0, most: MOST, ...over })

describe('a page of versions', () => {
  /** A version, its frame, and whether the frame has later ones. */
  const EACH = 4

  test.each([0, 5000, 20_000])('reads its own rows, and entries of an index for the %d before it', async (offset) => {
    const { estimated, found, read } = await reading((tx) =>
      listVersions(tx, ANY_FRAME, { ...page({ offset }), md5: undefined }),
    )
    expect([estimated, found]).toEqual([true, PAGE])
    expect(read).toBeLessThanOrEqual(offset + MOST + 1 + EACH * (PAGE + 1) + PLANNING)
  })

  test('that has an MD5 reads that one', async () => {
    const { read, ...rest } = await reading((tx) => listVersions(tx, ANY_FRAME, { ...page(), md5: 'm77' }))
    expect(rest).toEqual({ count: 1, estimated: false, found: 1 })
    expect(read).toBeLessThanOrEqual(PLANNING)
  })
})

describe('a page of thumbnails', () => {
  const list = (
    caller: Caller,
    filters: Partial<Record<ThumbnailFilter['name'], unknown>>,
    over: Partial<Paging> = {},
  ) =>
    reading((tx) =>
      listThumbnails(tx, caller, {
        ...page(over),
        filters: Object.entries(filters).map(([name, value]) => ({ name: name as ThumbnailFilter['name'], value })),
      }),
    )

  test.each([
    [{}, 0],
    [{}, 3000],
    [{ size: 'small' }, 0],
    [{ proposal_id: 'all' }, 0],
    [{ proposal_id: 'all', size: 'large' }, 100],
  ])('of many, %j from %d on, reads a sample and what the page passes over', async (filters, offset) => {
    for (const caller of [ANONYMOUS, ANY_FRAME]) {
      const { estimated, found, read } = await list(caller, filters, { offset })
      expect([estimated, found]).toEqual([true, PAGE])
      // of each that matches there are at most 2.3 to be looked at, each a thumbnail and its frame
      expect(read).toBeLessThanOrEqual(SAMPLE + 6 * (offset + PAGE + 1))
    }
  })

  test.each([
    [{ proposal_id: 'rare' }, 104],
    [{ size: 'medium' }, 10],
    [{ observation_id: 100 }, 18],
    [{ frame_basename: 'f77' }, 2],
  ])('of few, %j, reads what matches', async (filters, matches) => {
    const { found, read } = await list(ANONYMOUS, filters)
    expect(found).toBe(Math.min(matches, PAGE))
    expect(read).toBeLessThanOrEqual(SAMPLE + 6 * (matches + PAGE + 10))
  })

  test('of many that all come late reads what matches, or each table once, and does not walk there', async () => {
    const { read, ...rest } = await list(ANONYMOUS, { proposal_id: 'late' })
    expect(rest).toEqual({ count: 7200, estimated: false, found: PAGE })
    expect(read).toBeLessThanOrEqual(SAMPLE + 3 * FRAMES)
  })
})
