import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { ANY_FRAME } from '../../../src/caller.ts'
import { migrate, repairRollups } from '../../../src/database/migrations/migrate.ts'
import type { Pool } from '../../../src/database/open.ts'
import { scripts } from '../../../src/generated/sql.ts'
import { type Aggregates, aggregatesAsText } from '../../../src/queries/frames/aggregate.ts'
import { createRemembering } from '../../../src/queries/rollups/remembering.ts'
import { poolAt } from '../../support/pool.ts'
import { binaries } from '../../support/postgres.ts'
import { platestack } from '../../support/program.ts'
import {
  FRAME,
  failure,
  frameValues,
  oldServersRole,
  pause,
  type References,
  startReferences,
} from '../../support/reference.ts'
import { recountFacets } from '../../support/rollup_questions.ts'
import { foldAll, foldedAndRecounted, right } from '../../support/rollups.ts'

const run = promisify(execFile)

let pg: References
beforeAll(async () => {
  pg = await startReferences()
}, 60_000)
afterAll(() => pg.stop())

const listed = async (sql: Pool) => (await sql<{ n: number }[]>`select count(*)::int as n from rollup_listed`)[0]!.n
const states = async (sql: Pool) => (await sql<{ n: number }[]>`select count(*)::int as n from rollup_state`)[0]!.n

/** Frames with a version each, as the old server writes them. */
async function addByOld(old: Pool, count: number, from = 0): Promise<void> {
  await old.unsafe(`
    with made as (
      insert into frames_frame ${FRAME} select ${frameValues('#').slice(1, -1).replace("'#'", "'old-' || n")}
      from generate_series(${from + 1}, ${from + count}) n returning id, basename)
    insert into frames_version (key, md5, extension, created, frame_id) select basename, md5(basename), '.fits', now(), id from made`)
}

describe('platestack rollups', () => {
  test('says that all is right, what differs after a restore without triggers, and counts anew', async () => {
    await pg.onCopy('v2', async (sql, database) => {
      await migrate(sql)
      await foldAll(sql)
      const before = await listed(sql)
      const env = { DATABASE_URL: pg.url(database) }
      expect(await platestack(['rollups'], env)).toEqual({
        code: 0,
        stdout: `${before} frames are counted. A recount of all frames gives the same.\n`,
        stderr: '',
      })
      await sql.begin(async (tx) => {
        await tx`set local session_replication_role = replica`
        await tx.unsafe(`insert into frames ${FRAME} values ${frameValues('restored')}`)
        await tx`insert into versions (key, md5, extension, frame_id) select 'r', md5('r'), '.fits', id from frames where basename = 'restored'`
        await tx`update frames set site_id = 'xyz' where id in (select frame_id from rollup_frames order by 1 limit 2)`
        await tx`update rollup_counts set frames = frames + 1 where ctid in (select ctid from rollup_counts limit 1)`
      })
      const { code, stdout } = await platestack(['rollups', '--check'], env)
      expect([code, stdout]).toEqual([
        1,
        expect.stringMatching(
          /^3 frames are not counted as they are now: .*\n\d counts are not those of the frames .*\nplatestack rollups --rebuild counts all frames anew\.\n$/,
        ),
      ])
      expect(await platestack(['rollups', '--rebuild'], env)).toEqual({
        code: 0,
        stdout: `${before + 1} frames are counted.\n`,
        stderr: '',
      })
      expect(await platestack(['rollups'], env)).toMatchObject({ code: 0 })
      expect(await foldedAndRecounted(sql)).toEqual(right(before + 1))
    })
  })

  test('says that triggers are off, and that the counts are not built', async () => {
    await pg.onCopy('v2', async (sql, database) => {
      await migrate(sql)
      const env = { DATABASE_URL: pg.url(database) }
      await sql`alter table frames disable trigger rollup_update`
      await sql`drop trigger rollup_delete on versions`
      await sql`delete from rollup_state`
      const { code, stdout } = await platestack(['rollups'], env)
      expect([code, stdout]).toEqual([
        1,
        expect.stringMatching(
          /^The counts are not built: .*\n.*--rebuild.*\nTriggers are off or missing, .*: rollup_update of frames, rollup_delete of versions\./,
        ),
      ])
    })
  })

  test('refuses a database that is not migrated, with nothing changed', async () => {
    const url = await pg.createDatabase()
    for (const how of ['--check', '--rebuild'])
      expect(await platestack(['rollups', how], { DATABASE_URL: url })).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/is not migrated .*: run platestack migrate\n$/),
      })
  })
})

test('a dump restored with --disable-triggers over a migrated database is right once it is counted anew', async () => {
  await pg.onCopy('v2', async (sql, database) => {
    await migrate(sql)
    await foldAll(sql)
    const folder = mkdtempSync(join(tmpdir(), 'platestack-dump-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'dump')
    const tables = ['frames', 'versions'].flatMap((table) => ['-t', table])
    await run(join(binaries(), 'pg_dump'), ['-Fc', '--data-only', ...tables, '-f', file, '-d', pg.url(database)])
    const before = await listed(sql)
    await pg.onCopy('v2', async (other, restored) => {
      await migrate(other)
      await other`truncate frames cascade`
      expect(await foldedAndRecounted(other)).toEqual(right(0))
      await run(join(binaries(), 'pg_restore'), ['--data-only', '--disable-triggers', '-d', pg.url(restored), file])
      expect(await listed(other)).toBe(before)
      expect((await foldedAndRecounted(other)).wrong.frames).toBe(before)
      await repairRollups(other)
      expect(await foldedAndRecounted(other)).toEqual(right(before))
    })
  })
})

describe('the old server beside this one', () => {
  test('keeps the counts right through its views, with a role that may use nothing else', async () => {
    await pg.onCopy('v2', async (sql, database) => {
      const role = await oldServersRole(pg, database)
      await migrate(sql)
      await foldAll(sql)
      const first = await listed(sql)
      const old = poolAt(Object.assign(new URL(pg.url(database)), { username: role }).href)
      expect(await failure(old`select from rollup_queue`)).toMatchObject({ code: '42501' })
      expect(await failure(old`insert into rollup_queue values (1)`)).toMatchObject({ code: '42501' })

      await addByOld(old, 12)
      expect(await foldedAndRecounted(sql)).toEqual(right(first + 12))
      const changes: Record<string, string> = {
        site_id: "'ogg'",
        telescope_id: "'2m0a'",
        instrument_id: "'fa99'",
        primary_optical_element: "'zs'",
        configuration_type: "'BIAS'",
        reduction_level: '91',
        proposal_id: "'another'",
        observation_date: "observation_date - interval '400 days'",
        observation_day: 'observation_day - 400',
        public_date: "now() + interval '1 year'",
      }
      for (const [column, value] of Object.entries(changes)) {
        await old.unsafe(`update frames_frame set ${column} = ${value} where basename in ('old-1', 'old-2')`)
        const [seen] = await sql<{ queued: number }[]>`select count(distinct frame_id)::int as queued from rollup_queue`
        expect({ column, ...seen }).toEqual({ column, queued: 2 })
        expect({ column, ...(await foldedAndRecounted(sql)) }).toEqual({ column, ...right(first + 12) })
      }
      // what its update_or_create does: the row is locked, then written in full
      await old.begin(async (tx) => {
        const [frame] = await tx`select id from frames_frame where basename = 'old-3' for update`
        await tx`update frames_frame set site_id = 'tfn', proposal_id = 'upserted', modified = now() where id = ${frame!.id}`
      })
      expect(await foldedAndRecounted(sql)).toEqual(right(first + 12))
      await old`update frames_version set frame_id = (select id from frames_frame where basename = 'old-5') where key = 'old-4'`
      expect(await foldedAndRecounted(sql)).toEqual(right(first + 11))
      await old`delete from frames_version where key in ('old-6', 'old-7')`
      expect(await foldedAndRecounted(sql)).toEqual(right(first + 9))
      await old`delete from frames_frame where basename in ('old-6', 'old-7')`
      await failure(
        old.begin(async (tx) => {
          await tx`delete from frames_version where key = 'old-8'`
          throw new Error('rolled back')
        }),
      )
      expect(await foldedAndRecounted(sql)).toEqual(right(first + 9))
      await old.end()
      await pg.psql(database, { sql: `drop owned by ${role} cascade; drop role ${role}` })
    })
  })

  test('leaves no remembered facets that are not those of a recount', async () => {
    await pg.onCopy('v2', async (sql, database) => {
      const role = await oldServersRole(pg, database)
      await migrate(sql)
      await foldAll(sql)
      const old = poolAt(Object.assign(new URL(pg.url(database)), { username: role }).href)
      const process = createRemembering()
      const asked = { caller: ANY_FRAME, filters: [], whose: 'visible' as const }
      const scope = { ...asked, science: [], timeoutMs: 0 }
      const write = ({ facets }: Aggregates) => ({ text: JSON.stringify([...facets.sites]), etag: '' })
      const expectRecount = async () => {
        const { text } = await aggregatesAsText(process, sql, ANY_FRAME, scope, {
          form: 'sites',
          write,
          together: 'together',
        })
        const right = (await recountFacets(sql, asked)).filter(({ facet }) => facet === 'sites')
        expect(JSON.parse(text)).toEqual(right.map(({ value, frames }) => [value, frames]))
      }
      await expectRecount()
      for (const statement of [
        "update frames_frame set site_id = 'new' where basename in ('old-1', 'old-2')",
        "delete from frames_version where key = 'old-3'",
        "delete from frames_frame where basename = 'old-3'",
      ]) {
        await addByOld(old, statement.startsWith('update') ? 4 : 0)
        await expectRecount()
        await old.unsafe(statement)
        await expectRecount()
        await foldAll(sql)
        await expectRecount()
      }
      await old.end()
      await pg.psql(database, { sql: `drop owned by ${role} cascade; drop role ${role}` })
    })
  })

  test('TRUNCATE leaves nothing counted', async () => {
    await pg.onCopy('v2', async (sql) => {
      await migrate(sql)
      expect(await listed(sql)).toBeGreaterThan(10)
      await sql`truncate frames cascade`
      expect(await foldedAndRecounted(sql)).toEqual(right(0))
    })
  })
})

test('folds note the spans that they change under ever higher numbers, and so does a build anew', async () => {
  await pg.onCopy('v2', async (sql) => {
    await migrate(sql)
    const state = async () =>
      (
        await sql<{ built: number; folded: number; spans: number }[]>`
        select built::float8 as built, folded::float8 as folded, (select count(*)::int from rollup_changes) as spans
        from rollup_state`
      )[0]!
    const before = await state()
    expect(before).toMatchObject({ built: expect.any(Number), spans: 0 })
    const first = await listed(sql)
    await addByOld(sql, 2)
    expect(await foldedAndRecounted(sql)).toEqual(right(first + 2))
    const after = await state()
    expect([after.built, after.folded > before.folded, after.spans > 1]).toEqual([before.built, true, true])
    await repairRollups(sql)
    expect((await state()).built).toBeGreaterThan(after.folded)
  })
})

describe('building', () => {
  test('cut off in the middle leaves no rollups, and the next migrate finishes; what was written meanwhile is counted', async () => {
    await pg.onCopy('v2', async (sql, database) => {
      await migrate(sql)
      await foldAll(sql)
      const first = await listed(sql)
      const schema = await pg.schema(database)
      // whoever holds the rollups' tables holds up the last step
      const reader = poolAt(pg.url(database))
      let release = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      const reading = reader.begin(async (tx) => {
        await tx`select from rollup_counts limit 1`
        await held
      })
      const running = failure(repairRollups(sql))
      const builder = `from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        and (query like 'lock table rollup_frames%' or query like 'select pg_sleep%')`
      let pid = ''
      for (let tries = 0; tries < 200 && !pid; tries++) {
        pid = (await pg.psql(database, { sql: `select pid ${builder} limit 1` })).trim()
        await pause(20)
      }
      // searches and writers go on
      const other = poolAt(pg.url(database))
      expect([...(await other`select from rollup_state`)]).toEqual([])
      await addByOld(other, 3)
      expect((await pg.psql(database, { sql: `select pg_terminate_backend(${pid})` })).trim()).toBe('t')
      expect(await running).toMatchObject({ code: expect.stringMatching(/57P01|CONNECTION_/) })
      release()
      await reading
      await Promise.all([reader.end(), other.end()])
      expect(await states(sql)).toBe(0)
      expect(await pg.schema(database)).toBe(schema)
      expect(await migrate(sql)).toEqual({ kind: 'current', applied: [] })
      expect(await states(sql)).toBe(1)
      expect(await foldedAndRecounted(sql)).toEqual(right(first + 3))
      expect(await pg.schema(database)).toBe(schema)
    })
  })

  test('is done anew where they were built before targets were in them', async () => {
    const sql = poolAt(await pg.createDatabase(), { max: 1 })
    onTestFinished(() => sql.end())
    await sql.unsafe(
      'create table platestack_migrations (name text primary key, applied timestamptz not null default now())',
    )
    const before = Object.keys(scripts).filter((name) => /^migrations\/(?!00001[2-9])/.test(name))
    for (const script of before.toSorted()) {
      // an index concurrently is a statement of its own
      for (const part of script.endsWith('_concurrently') ? scripts[script]!.split(/;\n/) : [scripts[script]!])
        await sql.unsafe(part)
      await sql`insert into platestack_migrations (name) values (${script.slice('migrations/'.length)})`
    }
    await sql`insert into rollup_state (public_until, first_day, last_day) values (now(), 98303, 0)`
    await sql.unsafe(`insert into frames ${FRAME} values ${frameValues('earlier')}`)
    await sql`insert into versions (key, md5, extension, frame_id) select 'e', md5('e'), '.fits', id from frames`
    await foldAll(sql)
    expect((await migrate(sql)).applied).toContain('000012_contains')
    expect(await foldedAndRecounted(sql)).toEqual(right(1))
    expect([...(await sql`select target_name from rollup_folded`)]).toEqual([
      ...(await sql`select target_name from frames`),
    ])
  })

  test('keeps owner and rights of the tables', async () => {
    await pg.onCopy('v2', async (sql, database) => {
      const [owner, reader] = [`${database}_owner`, `${database}_reader`]
      await migrate(sql)
      await pg.psql(database, {
        sql: `create role ${owner}; create role ${reader};
          ${['frames', 'counts', 'kinds', 'proposals', 'targets', 'target_counts', 'folded'].map((name) => `alter table rollup_${name} owner to ${owner};`).join('\n')}
          grant select on rollup_frames, rollup_counts, rollup_folded to ${reader}, public`,
      })
      const acl = () =>
        sql`select relname, pg_get_userbyid(relowner) as owner, array(select unnest(relacl)::text order by 1) as rights from pg_class
          where relname in ('rollup_frames', 'rollup_counts', 'rollup_folded') order by 1`.then((rows) => [...rows])
      const before = await acl()
      await repairRollups(sql)
      expect(await acl()).toEqual(before)
      await pg.psql(database, {
        sql: `drop owned by ${owner}, ${reader} cascade; drop role ${owner}; drop role ${reader}`,
      })
    })
  })
})
