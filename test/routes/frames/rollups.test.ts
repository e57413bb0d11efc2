import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Caller } from '../../../src/caller.ts'
import { repairRollups } from '../../../src/database/migrations/migrate.ts'
import { query, row, rows, type Sql } from '../../../src/database/sql.ts'
import { filterConditions } from '../../../src/queries/frames/filters.ts'
import { DEFAULT_ORDERING, orderBy } from '../../../src/queries/frames/ordering.ts'
import { visibleTo } from '../../../src/queries/frames/visibility.ts'
import { checkRollups } from '../../../src/queries/rollups/check.ts'
import { asking, countByRollups } from '../../../src/queries/rollups/count.ts'
import { type FacetRow, facetsByRollups } from '../../../src/queries/rollups/facets.ts'
import { foldRollups } from '../../../src/queries/rollups/fold.ts'
import { newestByRollups } from '../../../src/queries/rollups/pages.ts'
import { askRollups, EVERYTHING } from '../../../src/queries/rollups/question.ts'
import { pageByTargets } from '../../../src/queries/rollups/targets.ts'
import { testDatabase } from '../../support/archive.ts'
import { poolAt } from '../../support/pool.ts'
import { CALLERS, type Choose, change, chooser, PARTS, SCIENCE } from '../../support/random_frames.ts'
import { type Asked, anything, plainConditions, recountFacets } from '../../support/rollup_questions.ts'
import { foldAll } from '../../support/rollups.ts'
import { seed } from '../../support/world.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database?.close())

/** Counts and facets by the rollups, and by reading all frames: of one snapshot. */
async function bothWays(sql: Sql, asked: Asked) {
  const { caller, filters, whose } = asked
  const question = asking(sql, caller, askRollups(filters, whose)!, SCIENCE)
  const by = await row<{ n: number }>(sql`select (${countByRollups(question)})::float8 as n`)
  const facets = (await facetsByRollups(question))!.rows
  const plain = await row<{ count: string }>(query(sql, 'frames/list.count', plainConditions(sql, asked)))
  const read = await recountFacets(sql, asked)
  const text = (found: readonly FacetRow[]) =>
    found.map(({ facet, value, frames }) => `${facet} ${value} ${frames}`).toSorted()
  return {
    found: { count: by!.n, facets: text(facets) },
    right: { count: Number(plain!.count), facets: text(read) },
  }
}

/** A page's ids, and how many frames match: placed and gathered by the rollups, and by reading all. */
async function pageBothWays(sql: Sql, { caller, filters, whose }: Asked, offset: number) {
  const asked = asking(sql, caller, askRollups(filters, whose)!, SCIENCE)
  const slots = {
    visible: visibleTo(sql, caller),
    filters: filterConditions(sql, caller, filters, SCIENCE),
    ordering: orderBy(sql, DEFAULT_ORDERING, 'forward'),
    limit: 7,
    offset,
  }
  const count = countByRollups(asked)
  const page = newestByRollups(asked, slots, 3)
  const found = await rows<{ id: number | null }>(
    query(sql, 'frames/list.page', { columns: sql`f.id`, count, ...page, ordering: slots.ordering, beside: sql`` }),
  )
  const right = await rows<{ id: number }>(sql`
    select f.id from frames f
    where f.observation_date is not null and exists (select from versions v where v.frame_id = f.id) and ${slots.visible} ${slots.filters}
    order by f.observation_date desc, f.id desc limit 7 offset ${offset}`)
  return { found: found.map(({ id }) => id).filter((id) => id !== null), right: right.map(({ id }) => id) }
}

/** The count and a page of a part of target names: by the rollups, and by reading all. */
async function targetBothWays(sql: Sql, caller: Caller, text: string, offset: number, most?: number) {
  const filters = [{ name: 'target_name', parameter: 'target_name', value: text }]
  const slots = {
    visible: visibleTo(sql, caller),
    filters: filterConditions(sql, caller, filters, SCIENCE),
    ordering: orderBy(sql, DEFAULT_ORDERING, 'forward'),
    limit: 7,
    offset,
  }
  const { count, ...page } = pageByTargets(asking(sql, caller, EVERYTHING, SCIENCE), text, slots, most)
  const found = await rows<{ id: number | null; count: number }>(
    query(sql, 'frames/list.page', {
      columns: sql`f.id`,
      count: query(sql, 'frames/list.count_by_rollups', { rollups: count }),
      ...page,
      ordering: slots.ordering,
    }),
  )
  const plain = await row<{ count: string }>(query(sql, 'frames/list.count', slots))
  const right = await rows<{ id: number }>(sql`
    select f.id from frames f
    where f.observation_date is not null and exists (select from versions v where v.frame_id = f.id) and ${slots.visible} ${slots.filters}
    order by f.observation_date desc, f.id desc limit 7 offset ${offset}`)
  return {
    found: { count: found[0]!.count, ids: found.map(({ id }) => id).filter((id) => id !== null) },
    right: { count: Number(plain!.count), ids: right.map(({ id }) => id) },
  }
}

const SNAPSHOT = 'set transaction isolation level repeatable read'
async function compare(asked: Asked): Promise<void> {
  const { found, right } = await database.sql.begin(async (tx) => {
    await tx.unsafe(SNAPSHOT)
    return bothWays(tx, asked)
  })
  expect({ ...asked, ...found }).toEqual({ ...asked, ...right })
}

async function compareTarget({ pick }: Choose): Promise<void> {
  const asked = { caller: pick(CALLERS), text: pick(PARTS), offset: pick([0, 0, 3, 20]) }
  const { found, right } = await database.sql.begin(async (tx) => {
    await tx.unsafe(SNAPSHOT)
    return targetBothWays(tx, asked.caller, asked.text, asked.offset)
  })
  expect({ ...asked, ...found }).toEqual({ ...asked, ...right })
}

describe(`counts and facets are those of a recount (seed ${seed})`, () => {
  test('whatever changes, whether it is folded or not, and while frames become public', async () => {
    const choose = chooser(seed)
    for (let step = 0; step < 40; step++) {
      for (let i = 0; i < choose.pick([1, 3, 8]); i++) await database.sql.begin((tx) => change(tx, choose))
      if (choose.chance(0.4)) await foldRollups(database.sql, choose.pick([1, 5, 1000]))
      for (let i = 0; i < 3; i++) await compare(anything(choose))
      await compareTarget(choose)
    }
    await foldAll(database.sql)
    for (let i = 0; i < 40; i++) await compare(anything(choose))
    expect(await checkRollups(database.sql)).toEqual({ frames: 0, counts: 0 })
  })

  test('pages by them hold what pages of all frames do, wherever they begin and however few match', async () => {
    const choose = chooser(seed + 7)
    // one kind among many
    await database.sql.unsafe(`insert into frames (basename, target_name, site_id, telescope_id, instrument_id, primary_optical_element,
        configuration_type, reduction_level, proposal_id, observation_date, observation_day, public_date)
      select 'many-' || i, '', 'ogg', '1m0a', 'fa01', 'rp', 'EXPOSE', 0, 'alpha', timestamptz '2016-01-01' + i * interval '5 hours', '2016-01-01',
        case when i % 3 > 0 then timestamptz '2016-01-01' end
      from generate_series(1, 900) i`)
    await database.sql.unsafe(`insert into versions (key, md5, extension, frame_id)
      select md5('k' || basename), md5('m' || basename), '.fits', id from frames where basename like 'many-%'`)
    // beyond the days that are counted, and on the last of these
    await database.sql.unsafe(`update frames set observation_date = '2500-01-01' where basename ~ '^many-[12345]$'`)
    await database.sql.unsafe(`update frames set observation_date = '2128-01-09 05:06:07' where basename ~ '^many-1.$'`)
    // two names that have M 31 in them, whatever the frames of the test before are called
    await database.sql.unsafe(`update frames set target_name = 'M 31' where basename = 'many-21'`)
    await database.sql.unsafe(`update frames set target_name = 'm 31 halo' where basename = 'many-22'`)
    await foldAll(database.sql)
    // of a name in more than one frame of fifty, and of one in fewer
    await database.sql.unsafe(`update frames set target_name = 'few and far' where basename ~ '^many-1?11$'`)
    for (const text of ['few and far', 'm 31', ''])
      for (const offset of [0, 5]) {
        const { found, right } = await targetBothWays(database.sql, CALLERS[4]!, text, offset)
        expect({ text, offset, ...found }).toEqual({ text, offset, ...right })
      }
    expect((await targetBothWays(database.sql, CALLERS[4]!, 'm 31', 0, 1)).found).toEqual({ count: null, ids: [] })
    const everything = { caller: CALLERS[4]!, filters: [], whose: 'visible' as const }
    for (const offset of [4, 5, 6]) {
      const { found, right } = await pageBothWays(database.sql, everything, offset)
      expect([offset, ...found]).toEqual([offset, ...right])
    }
    for (let step = 0; step < 60; step++) {
      if (step % 6 === 5) await database.sql.begin((tx) => change(tx, choose))
      if (step % 15 === 7) await foldRollups(database.sql, choose.pick([100, 1000, 2000]))
      const asked = { ...anything(choose), whose: 'visible' as const }
      const offset = choose.pick([0, 1, 4, 5, 20, 200, 500, 899])
      const { found, right } = await database.sql.begin(async (tx) => {
        await tx.unsafe(SNAPSHOT)
        return pageBothWays(tx, asked, offset)
      })
      expect({ ...asked, offset, ids: found }).toEqual({ ...asked, offset, ids: right })
    }
  })

  test('after TRUNCATE', async () => {
    await database.sql.unsafe('truncate frames, versions, headers, related_frames, thumbnails')
    await compare({ caller: CALLERS[4]!, filters: [], whose: 'visible' })
    await foldAll(database.sql)
    const [left] =
      await database.sql`select (select count(*)::int from rollup_frames) as frames, coalesce(sum(frames), 0)::int as counted from rollup_counts`
    expect(left).toEqual({ frames: 0, counted: 0 })
  })

  test('after a restore that left the triggers out, once the rollups are built anew; the check says so', async () => {
    const choose = chooser(seed + 1)
    for (let i = 0; i < 30; i++) await database.sql.begin((tx) => change(tx, choose))
    // at least one that is listed, whatever was chosen
    await database.sql`
      with made as (
        insert into frames (basename, target_name, site_id, telescope_id, instrument_id, primary_optical_element, configuration_type,
          reduction_level, proposal_id, observation_date)
        values (${`listed-${seed}`}, '', 'ogg', '1m0a', 'fa01', 'rp', 'EXPOSE', 0, 'alpha', '2016-01-01') returning id)
      insert into versions (key, md5, extension, frame_id) select md5('listed'), md5('listed too'), '.fits', id from made`
    await foldAll(database.sql)
    await database.sql.unsafe(
      `alter table frames disable trigger user; update frames set site_id = 'abc'; alter table frames enable trigger user`,
    )
    expect((await checkRollups(database.sql)).frames).toBeGreaterThan(0)
    await repairRollups(database.sql)
    for (let i = 0; i < 20; i++) await compare(anything(choose))
    expect(await checkRollups(database.sql)).toEqual({ frames: 0, counts: 0 })
  })
})

// the embedded database has one connection
if (inject('postgres') !== null)
  test('with many writers, rollbacks and folds at once: every answer is right, and none waits for another for good', async () => {
    const shared = await testDatabase()
    const [{ name }] = (await shared.sql`select current_database() as name`) as unknown as [{ name: string }]
    const url = Object.assign(new URL(inject('postgres')!), { pathname: `/${name}` }).href
    const until = Date.now() + 5000
    let [compared, folds] = [0, 0]
    // on a busy machine it takes longer until enough has been seen
    const isOver = () => Date.now() >= until + (compared > 5 && folds > 5 ? 0 : 60_000)
    const writer = async (n: number) => {
      const choose = chooser(seed + n)
      const sql = poolAt(url, { max: 1 })
      let failed = 0
      while (!isOver()) {
        await sql
          .begin(async (tx) => {
            if (choose.chance(0.2)) await tx.unsafe(SNAPSHOT)
            for (let i = 0; i < choose.pick([1, 2, 4]); i++) await change(tx, choose)
            if (choose.chance(0.1)) throw new Error('rolled back')
          })
          .catch((error: { code?: string; message: string }) => {
            // writers of the same rows: serialization failures, row locks in opposite orders, a frame that is gone
            if (!['40001', '40P01', '23503'].includes(error.code ?? '') && error.message !== 'rolled back') throw error
            failed++
          })
      }
      await sql.end({ timeout: 5 })
      return failed
    }
    const folder = async () => {
      const sql = poolAt(url, { max: 1 })
      for (; !isOver(); folds++) await foldRollups(sql, 20)
      await sql.end({ timeout: 5 })
    }
    const reader = async () => {
      const choose = chooser(seed + 99)
      const sql = poolAt(url, { max: 1 })
      for (; !isOver(); compared++) {
        const asked = anything(choose)
        const { found, right } = await sql.begin(async (tx) => {
          await tx.unsafe(SNAPSHOT)
          return bothWays(tx, asked)
        })
        expect({ ...asked, ...found }).toEqual({ ...asked, ...right })
      }
      await sql.end({ timeout: 5 })
    }
    await Promise.all([reader(), folder(), folder(), ...[1, 2, 3, 4].map(writer)])
    expect(compared).toBeGreaterThan(5)
    expect(folds).toBeGreaterThan(5)
    await foldAll(shared.sql)
    expect(await checkRollups(shared.sql)).toEqual({ frames: 0, counts: 0 })
    await shared.close()
  })
