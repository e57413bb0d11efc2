import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ANONYMOUS } from '../../src/caller.ts'
import type { Pool, Sql } from '../../src/database/open.ts'
import { walkFrames } from '../../src/queries/frames/list.ts'
import { type Keyset, keysOf, type Ordering, parseOrdering } from '../../src/queries/frames/ordering.ts'
import { filledDatabase, rowsRead } from '../support/rows_read.ts'

// What a search reads, as PostgreSQL itself counts it: entries of indexes and rows of whole tables,
// whatever the plan and however fast the machine.

const FRAMES = 20_000
const PAGE = 50
/** What a frame of a page takes: its own entry, whether it has a version, and its versions. */
const EACH = 3

/** Few values and many, some only among the oldest frames; half without a name of their target, many without an exposure time. */
const FILL = `
insert into frames (basename, area, observation_date, observation_day, proposal_id, instrument_id, target_name, reduction_level, site_id,
  telescope_id, exposure_time, primary_optical_element, public_date, configuration_type, observation_id, request_id, modified)
select 'cpt1m010-kb' || g % 90 || '-' || md5(g::text), st_geogfromtext(format('POLYGON((%1$s 0,%1$s 1,%2$s 1,%2$s 0,%1$s 0))', g % 170, g % 170 + 1)),
  '2016-01-01'::timestamptz + g * interval '7 minutes', '2016-01-01'::date + g / 200, 'PROPOSAL-' || g % 300,
  case when g < 2000 then 'old' else 'kb' || g % 20 end, case when g % 2 = 0 then '' else 'NGC ' || g % 997 end,
  case when g % 3 = 0 then 91 else 0 end, case when g % 1000 = 7 then 'far' else 'cpt' end, case when g % 1000 = 8 then '9m0a' else '1m0a' end,
  case when g % 3 = 0 then null when g % 1999 = 1 then 9999 else g % 60 end, 'filter' || g % 14, '2017-01-01',
  case when g < 1000 then 'SPECTRUM' when g % 10 < 7 then 'EXPOSE' else 'BIAS' end, g / 12, g / 25, '2018-01-01'::timestamptz + g * interval '1 minute'
from generate_series(1, ${FRAMES}) g;
insert into versions (frame_id, key, md5, extension) select id, 'k' || id, 'm' || id, '.fits' from frames;
insert into headers (frame_id, data) select id, jsonb_build_object('USERID', 'user' || id % 1500) from frames where id % 2 = 1;
vacuum analyze frames, versions, headers`

let sql: Pool
let close: () => Promise<void>
beforeAll(async () => {
  ;({ sql, close } = await filledDatabase(FILL))
})
afterAll(() => close?.())

const readSoFar = (tx: Sql) => rowsRead(tx, ['frames', 'versions', 'headers'])

interface Read {
  found: number[]
  read: number
}
/** A page from a cursor on, and how many rows were read for it. */
const walk = (ordering: Ordering, from: Keyset | null, filter?: { name: string; value: unknown }): Promise<Read> =>
  sql.begin(async (tx) => {
    const before = await readSoFar(tx)
    const search = {
      filters: filter ? [{ ...filter, parameter: filter.name }] : [],
      ordering,
      science: [],
      limit: PAGE,
      parts: { related: false, thumbnails: false },
    }
    const { rows } = await walkFrames(tx, ANONYMOUS, search, from)
    return { found: rows.map(({ id }) => id), read: (await readSoFar(tx)) - before }
  })

const ORDERINGS = [
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
].flatMap((field) => (field === 'id' ? [field, `-${field}`] : [field, `-${field}`, `${field},id`, `-${field},id`]))

describe('a page by cursor reads about its own rows', () => {
  test.each(ORDERINGS)('ordered by %s', async (text) => {
    const ordering = parseOrdering(text) as Ordering
    // of a page that begins in one group of equal values and ends in the next, both are looked up;
    // and one more row says whether there is another page
    const bound = 2 * EACH * (PAGE + 1)
    const first = await walk(ordering, null)
    expect([first.found.length, first.read <= bound]).toEqual([PAGE, true])
    for (const id of [3, 640, 999, 1000, 7777, 15_001, 19_990]) {
      const [row] = await sql`select * from frames where id = ${id}`
      const values = keysOf(row as never, ordering)
      for (const direction of ['forward', 'backward'] as const) {
        const { found, read } = await walk(ordering, { direction, values })
        expect({ id, direction, read: read > bound ? read : 'few', self: found.includes(id) }).toEqual({
          id,
          direction,
          read: 'few',
          self: false,
        })
      }
    }
  })

  test('ordered by several fields, it sorts the frames that are equal in the first', async () => {
    const [row] = await sql`select * from frames where id = 7777`
    for (const text of ['proposal_id,-observation_date', '-instrument_id,target_name,-exposure_time']) {
      const ordering = parseOrdering(text) as Ordering
      const [group] = await sql`
        select max(n)::int as n from (select count(*) as n from frames group by ${sql(ordering[0]!.field)}) g`
      const { found, read } = await walk(ordering, { direction: 'forward', values: keysOf(row as never, ordering) })
      expect(found.length).toBe(PAGE)
      expect(read).toBeLessThanOrEqual(2 * (2 * group!.n + ordering.length * EACH * (PAGE + 1)))
    }
  })
})

describe('a filter that leaves few frames reads few', () => {
  test.each([
    ['start', '2016-04-07T00:00:00Z'],
    ['end', '2016-01-01T01:00:00Z'],
    ['observation_date', '2016-01-01T07:00:00Z'],
    ['dayobs', '2016-02-20'],
    ['public_date', '2018-01-01T00:00:00Z'],
    ['basename', 'KB7-1'],
    ['basename_exact', 'nothing'],
    ['target_name', 'gc 99'],
    ['target_name_exact', 'NGC 500'],
    ['exposure_time', 9999],
    ['configuration_type', 'DARK'],
    ['include_configuration_type', ['DARK']],
    ['proposal_id', 'PROPOSAL-7'],
    ['instrument_id', 'none'],
    ['site_id', 'far'],
    ['telescope_id', '9m0a'],
    ['primary_optical_element', 'none'],
    ['observation_id', 100],
    ['request_id', 100],
    ['reduction_level', 5],
    ['submitter', 'user7'],
    ['id__gt', FRAMES - 10],
    ['id__lt', 10],
    ['site_id__in', ['far', 'gone']],
    ['telescope_id__in', ['9m0a']],
    ['instrument_id__in', ['none', 'nothing']],
    ['primary_optical_element__in', ['none']],
    ['proposal_id__in', ['PROPOSAL-7', 'PROPOSAL-8']],
    ['configuration_type__in', ['DARK', 'FLAT']],
    ['reduction_level__in', [5, 7]],
    ['observation_id__in', [100, 200]],
    ['request_id__in', [100, 200, null]],
    ['modified_after', '2018-01-14T21:00:00Z'],
    ['modified_before', '2018-01-01T01:00:00Z'],
  ])('%s=%j', async (name, value) => {
    const { found, read } = await walk(parseOrdering('') as Ordering, null, { name, value })
    expect(read).toBeLessThanOrEqual(300 + 2 * EACH * found.length)
  })

  test.each(['id', '-id'])('from an id on, ordered by %s: the primary key is walked', async (text) => {
    for (const [name, value] of [
      ['id__gt', 5000],
      ['id__lt', 15_000],
    ] as const) {
      const { found, read } = await walk(parseOrdering(text) as Ordering, null, { name, value })
      expect([found.length, read]).toEqual([PAGE, EACH * (PAGE + 1)])
    }
  })
})
