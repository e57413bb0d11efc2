import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ANONYMOUS, ANY_FRAME, type Caller } from '../../src/caller.ts'
import { repairRollups } from '../../src/database/migrations/migrate.ts'
import type { Pool, Sql } from '../../src/database/open.ts'
import { listFrames } from '../../src/queries/frames/list.ts'
import { DEFAULT_ORDERING, type Ordering, parseOrdering } from '../../src/queries/frames/ordering.ts'
import { filledDatabase, rowsRead } from '../support/rows_read.ts'

// What searches by parts of names, and pages far from the newest, read, as PostgreSQL itself counts
// it: entries of indexes and rows of whole tables, whatever the plan and however fast the machine.

const FRAMES = 30_000
const DAY = 100
const PAGE = 50
/** Different targets. */
const NAMES = 1801
/** The frames of a page with their versions, whatever they are found by. */
const SHOWN = 4 * PAGE

/**
 * A tenth of the frames is secret. 'common' is the target of each second frame, 'old' of 3000 frames
 * before all others, and each 'rare N' of 15 frames.
 */
const FILL = `
insert into frames (basename, observation_date, observation_day, proposal_id, instrument_id, target_name, reduction_level, site_id,
  telescope_id, primary_optical_element, configuration_type, public_date)
select 'cpt1m010-kb70-' || to_char(d.day, 'YYYYMMDD') || '-' || lpad((g % 9999)::text, 4, '0') || '-E00', d.day + g % ${DAY} * interval '10 minutes',
  d.day, 'PROPOSAL-' || g % 7, 'kb70', case when g <= 3000 then 'Old' when g % 2 = 0 then 'Common' else 'Rare ' || g % 1799 end, 0, 'cpt', '1m0a',
  'rp', 'EXPOSE', case when g % 10 > 0 then '2017-01-01'::timestamptz end
from generate_series(1, ${FRAMES}) g
cross join lateral (select timestamptz '2016-01-01 00:00Z' + g / ${DAY} * interval '1 day' as day) d;
insert into versions (frame_id, key, md5, extension) select id, 'k' || id, 'm' || id, '.fits' from frames;
vacuum analyze frames, versions`

let sql: Pool
let close: () => Promise<void>
beforeAll(async () => {
  ;({ sql, close } = await filledDatabase(FILL))
  await sql`delete from rollup_queue`
  await repairRollups(sql)
  await sql.unsafe('vacuum analyze')
})
afterAll(() => close?.())

const ROLLUPS = ['rollup_frames', 'rollup_counts', 'rollup_targets', 'rollup_target_counts']
const readSoFar = (tx: Sql) => rowsRead(tx, ['frames', 'versions', ...ROLLUPS])

/** A page, how many match, and how many rows were read for it. */
const list = (caller: Caller, filters: Record<string, string>, offset = 0, ordering: Ordering = DEFAULT_ORDERING) =>
  sql.begin(async (tx) => {
    await tx`set local max_parallel_workers_per_gather = 0`
    const before = await readSoFar(tx)
    const search = {
      filters: Object.entries(filters).map(([name, value]) => ({ name, parameter: name, value })),
      ordering,
      science: [],
      limit: PAGE,
      parts: { related: false, thumbnails: false },
    }
    const { count, estimated, rows } = await listFrames(tx, caller, search, { offset })
    return { count, estimated, ids: rows.map(({ id }) => id), read: (await readSoFar(tx)) - before }
  })

/** The same, by reading every name. */
async function recount(caller: Caller, column: string, part: string, offset = 0) {
  const found = await sql<{ id: number }[]>`
    select id from frames
    where (${caller === ANY_FRAME} or public_date < now()) and strpos(lower(${sql(column)}), lower(${part})) > 0
    order by observation_date desc, id desc`
  return { count: found.length, estimated: false, ids: found.map(({ id }) => id).slice(offset, offset + PAGE) }
}

describe("a part of a target's name", () => {
  test.each([
    ['COMMON', 0],
    ['ommo', 1000],
    ['old', 0],
    ['old', 2000],
    ['rare 17', 0],
    ['rare 1798', 0],
    ['nothing', 0],
  ])('%s from %d on: numbers are added up, and of each name the newest are read', async (part, offset) => {
    const [{ names }] = (await sql`
      select count(distinct target_name)::int as names from frames where strpos(lower(target_name), lower(${part})) > 0`) as unknown as [
      { names: number },
    ]
    for (const caller of [ANONYMOUS, ANY_FRAME]) {
      const { read, ...found } = await list(caller, { target_name: part }, offset)
      expect(found).toEqual(await recount(caller, 'target_name', part, offset))
      // all names, a number for each proposal, and of each name the newest, past those that are hidden
      const newest = Math.min((offset + PAGE) * names * 1.25, found.count * 1.25)
      expect(read).toBeLessThanOrEqual(NAMES + 9 * names + newest + SHOWN)
    }
  })

  test('in another order the matches are looked for', async () => {
    const found = await list(ANONYMOUS, { target_name: 'rare 17' }, 0, parseOrdering('basename') as Ordering)
    expect(found.count).toBe((await recount(ANONYMOUS, 'target_name', 'rare 17')).count)
  })
})

describe('a part of a name', () => {
  test.each(['-20160220-', 'KB70-20160220-50', '-20160220-5049-e', '-20160220-20160221-'])(
    '%s: the frames of that day are read',
    async (part) => {
      const { read, ...found } = await list(ANONYMOUS, { basename: part })
      expect(found).toEqual(await recount(ANONYMOUS, 'basename', part))
      // their entries, they, and whether each has a version
      expect(read).toBeLessThanOrEqual(3 * DAY + SHOWN)
    },
  )

  test.each(['20160220-50', '-20160220', '-2016022', '-5049-', '-201602200-'])('%s: no whole day', async (part) => {
    const { read: _, ...found } = await list(ANONYMOUS, { basename: part })
    expect(found).toEqual(await recount(ANONYMOUS, 'basename', part))
  })
})

test.each([2000, 12_345, 25_000])('a page from %d on reads some days, once each', async (offset) => {
  for (const caller of [ANONYMOUS, ANY_FRAME]) {
    const { read, ids } = await list(caller, {}, offset)
    expect(ids).toEqual((await recount(caller, 'basename', '', offset)).ids)
    // counts of some thirty spans, three times; the day where it begins, to find that and to count
    expect(read).toBeLessThanOrEqual(250 + 3 * DAY + SHOWN)
  }
})
