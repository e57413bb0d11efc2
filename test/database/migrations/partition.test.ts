import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate, retireReference } from '../../../src/database/migrations/migrate.ts'
import { partitionFrames } from '../../../src/database/migrations/partition.ts'
import type { Pool } from '../../../src/database/open.ts'
import { foldRollups } from '../../../src/queries/rollups/fold.ts'
import { poolAt } from '../../support/pool.ts'
import { platestack } from '../../support/program.ts'
import {
  FRAME,
  failure,
  frameValues,
  NAMES,
  oldServersRole,
  type References,
  startReferences,
} from '../../support/reference.ts'
import { foldedAndRecounted, right } from '../../support/rollups.ts'

let pg: References
beforeAll(async () => {
  pg = await startReferences()
}, 60_000)
afterAll(() => pg.stop())

const OURS = NAMES.filter(([, ours]) => !['users', 'tokens', 'profiles'].includes(ours)).map(
  ([, ours, order]) => [ours, ours, order] as (typeof NAMES)[number],
)
const names = (sql: Pool) =>
  sql<
    { name: string }[]
  >`select inhrelid::regclass::text as name from pg_inherits where inhparent = 'frames'::regclass order by 1`.then(
    (rows) => rows.map(({ name }) => name),
  )
const NOW = new Date('2016-06-01')

/** Work with a database of frames that are partitioned: adopted, its old server retired, or made anew. */
const onPartitioned = (
  of: 'v2' | 'template0',
  work: (sql: Pool, database: string) => Promise<void>,
  by: 'year' | 'month' = 'year',
) =>
  pg.onCopy(of, async (sql, database) => {
    await migrate(sql)
    if (of === 'v2') await retirePlainTokens(sql)
    await partitionFrames(sql, { by, now: NOW })
    await work(sql, database)
  })

/** Ends the time beside the old server, whose tokens no test here needs. */
async function retirePlainTokens(sql: Pool): Promise<void> {
  await sql`delete from tokens`
  await sql`update profiles set api_token = null`
  expect(await retireReference(sql)).toBe(true)
}

const insert = (sql: Pool, basename: string, date: string | null, id?: number) =>
  sql.unsafe(
    `insert into frames ${FRAME.replace('(', id === undefined ? '(' : '(id, ')}
     values ${frameValues(basename)
       .replace('(', id === undefined ? '(' : `(${id}, `)
       .replace('now(),\n', `${date === null ? 'null' : `'${date}'`},\n`)} returning id`,
  )

describe('platestack partition', () => {
  test('keeps every row, and the archive finds, counts and migrates as before', async () => {
    await pg.onCopy('v2', async (sql, database) => {
      const env = { DATABASE_URL: pg.url(database), SECRET_KEY: 'a key' }
      expect((await platestack(['migrate', '--retire-reference'], env)).code).toBe(0)
      const before = await pg.contents(database, OURS)
      const first = await platestack(['partition'], env)
      expect(first.stderr).toMatch(/^partition 2016-01-01 up to 2017-01-01: \d+ frames$/m)
      expect(first.stderr).toMatch(/index 1 of \d+: frames_id\n/)
      expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^The frames are partitioned now: \d+, /) })
      expect(await pg.contents(database, OURS)).toBe(before)

      const [counts] = await sql<{ frames: number; listed: number }[]>`
        select (select count(*) from frames)::int as frames, (select count(*) from rollup_listed)::int as listed`
      expect(await sql`select id, basename from frame_names except select id, basename from frames`).toEqual([])
      expect(await sql`select count(*)::int as n from frame_names`).toEqual([{ n: counts!.frames }])
      expect(await foldedAndRecounted(sql)).toEqual(right(counts!.listed))
      expect(await platestack(['rollups'], env)).toMatchObject({ code: 0, stderr: '' })
      expect(await platestack(['rollups', '--rebuild'], env)).toMatchObject({ code: 0 })

      const schema = await pg.schema(database)
      expect(await platestack(['migrate'], env)).toEqual({
        code: 0,
        stdout: '',
        stderr: 'the database is up to date\n',
      })
      const again = await platestack(['partition'], env)
      expect(again).toMatchObject({
        code: 0,
        stderr: '',
        stdout: first.stdout.replace('are partitioned now', 'have all their partitions'),
      })
      expect(await pg.schema(database)).toBe(schema)
    })
  })

  test('makes ids of 64 bits wherever they are, fresh or adopted, with defaults, references and sequences', async () => {
    const types = (sql: Pool) => sql`
      select a.attrelid::regclass::text || '.' || a.attname as name from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and a.atttypid = 'int4'::regtype
        and (a.attname in ('frame_id', 'from_frame_id', 'to_frame_id') or a.attname = 'id'
          and c.relname in ('frames', 'versions', 'headers', 'related_frames', 'thumbnails', 'frame_names'))`
    for (const of of ['v2', 'template0'] as const)
      await onPartitioned(of, async (sql) => {
        expect(await types(sql)).toEqual([])
        expect(
          await sql`
          select conrelid::regclass::text as of, confrelid::regclass::text as refers, condeferred and convalidated as "as before"
          from pg_constraint where contype = 'f' and confrelid in ('frames'::regclass, 'frame_names'::regclass) order by 1`,
        ).toEqual(
          ['headers', 'related_frames', 'related_frames', 'thumbnails', 'versions'].map((one) => ({
            of: one,
            refers: 'frame_names',
            'as before': true,
          })),
        )
        const [ids] = await sql<{ highest: number }[]>`select coalesce(max(id), 0)::float8 as highest from frames`
        await insert(sql, 'next', '2016-01-01')
        expect(await sql`select id from frames where basename = 'next'`).toEqual([{ id: ids!.highest + 1 }])
        expect(
          await sql`select count(*)::int as n from pg_sequences where data_type::text = 'integer' and sequencename ~ 'frame|version|headers|thumb'`,
        ).toEqual([{ n: 0 }])
      })
  })

  test('finds a sequence that is behind, as migrate does of any table', async () => {
    await onPartitioned('v2', async (sql) => {
      await sql`select setval('frame_ids', 1)`
      const lines: string[] = []
      await migrate(sql, { log: (line) => lines.push(line) })
      expect(lines).toEqual([
        expect.stringMatching(/^sequence frame_ids was behind frame_names\.id: its next number is \d+$/),
      ])
    })
  })

  test('by month; later by year; and moves what came before its partition', async () => {
    await onPartitioned(
      'template0',
      async (sql) => {
        expect(await names(sql)).toContain('frames_2016_06')
        expect((await names(sql)).length).toBe(3 * 12 - 5 + 1)
        await insert(sql, 'early', '2019-05-05')
        await insert(sql, 'earlier', '2021-05-05')
        await insert(sql, 'bare', null)
        const lines: string[] = []
        const log = (line: string) => void lines.push(line)
        const { kind } = await partitionFrames(sql, { by: 'year', now: new Date('2017-02-02'), log })
        expect({ kind, lines }).toEqual({
          kind: 'extended',
          lines: ['new partition: 2019-01-01 up to 2020-01-01, with 1 frame that was in the default one'],
        })
        expect(await sql`select tableoid::regclass::text as part, basename from frames order by basename`).toEqual([
          { part: 'frames_default', basename: 'bare' },
          { part: 'frames_default', basename: 'earlier' },
          { part: 'frames_2019', basename: 'early' },
        ])
        expect((await partitionFrames(sql, { now: new Date('2017-02-02') })).kind).toBe('current')
        await insert(sql, 'of its partition', '2019-12-31')
        expect((await failure(insert(sql, 'early', '2016-07-07')))?.message).toMatch(/early is there already/)
      },
      'month',
    )
  })

  test('leaves the planner to expect rows in a partition that is empty yet, at first and later', async () => {
    await onPartitioned('v2', async (sql) => {
      const analysed = () => sql`
        select inhrelid::regclass::text as part from pg_inherits join pg_class c on c.oid = inhrelid
        where inhparent = 'frames'::regclass and c.reltuples >= 0 order by 1`
      const filled = [{ part: 'frames_2016' }, { part: 'frames_default' }]
      expect(await analysed()).toEqual(filled)
      const [before] = await sql<{ n: number }[]>`select count(*)::int as n from frames`
      await partitionFrames(sql, { now: NOW })
      await partitionFrames(sql, { now: new Date('2018-01-01') })
      expect(await analysed()).toEqual(filled)
      expect(await sql`select count(*)::int as n from frames`).toEqual([before])
    })
  })

  test('leaves a frame whose date is far off the others in the default partition', async () => {
    await pg.onCopy('template0', async (sql) => {
      await migrate(sql)
      await sql.unsafe(
        `insert into frames ${FRAME} select ${frameValues('#').slice(1, -1).replace("'#'", "'f-' || n").replace('now(),\n', "'2014-05-05',\n")} from generate_series(1, 2000) n`,
      )
      await sql.unsafe(`update frames set observation_date = '0999-01-01' where basename = 'f-7'`)
      await sql.unsafe(`update frames set observation_date = '3015-01-01' where basename = 'f-8'`)
      await partitionFrames(sql, { now: NOW })
      expect(await names(sql)).toEqual(
        ['2014', '2015', '2016', '2017', '2018', 'default'].map((one) => `frames_${one}`),
      )
      expect(await sql`select basename from frames_default order by 1`).toEqual([
        { basename: 'f-7' },
        { basename: 'f-8' },
      ])
    })
  })

  test('gives whoever had rights to frames the same to partitioned ones', async () => {
    await pg.onCopy('template0', async (sql, database) => {
      await migrate(sql)
      const role = await oldServersRole(pg, database)
      await sql.unsafe(`grant select (basename) on frames to public`)
      await partitionFrames(sql, { now: NOW })
      await sql.begin(async (tx) => {
        await tx.unsafe(`set local role "${role}"`)
        await tx.unsafe(`insert into frames ${FRAME} values ${frameValues('theirs')}`)
        await tx`insert into versions (key, md5, extension, frame_id) select 'k', 'm', '.fits', id from frames where basename = 'theirs'`
        await tx`update frames set observation_date = '2016-01-01' where basename = 'theirs'`
        await tx`select count(*) from rollup_listed`
      })
      const [may] = await sql<
        { allowed: boolean }[]
      >`select has_column_privilege('public', 'frames', 'basename', 'select') as allowed`
      expect(may!.allowed).toBe(true)
      expect(await sql`select tableoid::regclass::text as part from frames`).toEqual([{ part: 'frames_2016' }])
    })
  })
})

test('a session that has folded before goes on folding', async () => {
  await pg.onCopy('template0', async (sql, database) => {
    await migrate(sql)
    const archive = poolAt(pg.url(database), { max: 1 })
    const add = (name: string) =>
      archive.begin(async (tx) => {
        await tx.unsafe(`insert into frames ${FRAME} values ${frameValues(name)}`)
        await tx`insert into versions (key, md5, extension, frame_id)
          select md5('k' || basename), md5('m' || basename), '.fits', id from frames where basename = ${name}`
      })
    await add('before')
    await foldRollups(archive, 100)
    await partitionFrames(sql)
    await add('after')
    expect(await foldRollups(archive, 100)).toBeGreaterThan(0)
    await archive.end()
    expect(await foldedAndRecounted(sql)).toEqual(right(2))
  })
})

describe('what is in the way is said, with nothing changed:', () => {
  const refused = async (sql: Pool, database: string, reason: RegExp) => {
    const before = await pg.schema(database)
    expect((await failure(partitionFrames(sql)))?.message).toMatch(reason)
    expect(await pg.schema(database)).toBe(before)
  }

  test('a database that is not migrated, and the views of the old server', async () => {
    await pg.onCopy('v2', async (sql, database) => {
      await refused(sql, database, /is not migrated \(000001_tables, .*\): migrate first/)
      await migrate(sql)
      await refused(sql, database, /still has its views \(.*frames_frame.*\).*--retire-reference\. Nothing was changed/)
    })
  })

  test.each([
    ['a view', 'create view mine as select basename from frames', /views read the tables: mine/],
    ['a reference', 'create table mine (frame integer references frames (id))', /foreign keys to frames.*: mine/],
    ['a unique index', 'create unique index mine on frames (md5(basename))', /unique indexes of frames: mine/],
    [
      'a trigger',
      'create trigger mine before insert on frames for each row execute function keep_pieces()',
      /triggers that are not the archive's: mine/,
    ],
    ['a publication', 'create publication mine for table frames', /are published \(mine\)/],
    ['a rule', 'create rule mine as on delete to frames do also select 1', /have rules \(mine\)/],
    ['statistics', 'create statistics mine on site_id, telescope_id from frames', /extended statistics \(mine\)/],
    ['a storage parameter', 'alter table frames set (fillfactor = 90)', /storage parameters \(fillfactor=90\)/],
    [
      'a function of a row',
      'create function mine(f frames) returns int language sql as $$ select 1 $$',
      /rows of frames are known elsewhere: function mine\(frames\)/,
    ],
    ['a policy', 'create policy mine on frames using (true)', /policies of row security \(mine\)/],
    [
      'a table of that name',
      'create table frames_2027 (a int)',
      /cannot be partitioned: relation "frames_2027" already exists/,
    ],
  ])('%s', async (_what, statement, reason) => {
    await pg.onCopy('template0', async (sql, database) => {
      await migrate(sql)
      await sql.unsafe(statement)
      await refused(sql, database, reason)
    })
  })

  test('the tables of another role', async () => {
    await pg.onCopy('template0', async (sql, database) => {
      await migrate(sql)
      const role = await oldServersRole(pg, database)
      await sql.unsafe(`grant create on schema public to "${role}"`)
      const url = Object.assign(new URL(pg.url(database)), { username: role }).href
      const { code, stderr } = await platestack(['partition'], { DATABASE_URL: url, SECRET_KEY: 'a key' })
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(
          /cannot be partitioned: role \S+ does not own frames, headers, .*Nothing was changed/,
        ),
      })
    })
  })

  test('locks that others hold', async () => {
    await pg.onCopy('template0', async (sql) => {
      await migrate(sql)
      const other = await sql.reserve()
      await other.unsafe('begin; select from frames')
      expect((await failure(partitionFrames(sql, { patience: 1 })))?.message).toMatch(
        /did not get its locks within 1 s/,
      )
      await other.unsafe('commit')
      other.release()
      expect((await partitionFrames(sql, { patience: 1, now: NOW })).kind).toBe('partitioned')
    })
  })

  test('an option that there is not, and the embedded database', async () => {
    expect(await platestack(['partition', '--by', 'day'], {})).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--by is year or month/),
    })
    expect(await platestack(['partition'], { PLATESTACK_DATA_DIR: '/nonexistent' })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/the embedded database is not partitioned/),
    })
  })
})

describe('names and ids of partitioned frames', () => {
  test('are unique across partitions, and follow what becomes of a frame', async () => {
    await onPartitioned('template0', async (sql) => {
      const code = async (work: Promise<unknown>) => ((await failure(work)) as { code?: string } | undefined)?.code
      await insert(sql, 'a', '2016-05-05', 70)
      await insert(sql, 'b', null, 71)
      expect(await code(insert(sql, 'a', '2017-05-05'))).toBe('23505')
      expect(await code(insert(sql, 'c', '2017-05-05', 70))).toBe('23505')
      expect(await code(insert(sql, 'c', '2016-05-05', 70))).toBe('23505')
      expect(await code(insert(sql, 'c', null, 70))).toBe('23505')
      expect(await insert(sql, 'a', null)).toEqual([])
      expect(await code(sql`update frames set basename = 'a' where basename = 'b'`)).toBe('23505')
      await sql`update frames set basename = 'b2', observation_date = '2017-01-01' where basename = 'b'`
      await sql`update frames set basename = 'a2' where basename = 'a'`
      await insert(sql, 'a', '2017-05-05', 72)
      await sql`delete from frames where basename = 'a2'`
      await insert(sql, 'a2', '2018-05-05', 70)
      const all = [
        { id: 70, basename: 'a2' },
        { id: 71, basename: 'b2' },
        { id: 72, basename: 'a' },
      ]
      expect(await sql`select id, basename from frame_names order by id`).toEqual(all)
      expect(await sql`select id, basename from frames order by id`).toEqual(all)
      await sql`truncate frames`
      expect(await sql`select from frame_names`).toEqual([])
    })
  })

  test('of a frame that has versions stay', async () => {
    await onPartitioned('v2', async (sql) => {
      expect(((await failure(sql`delete from frames`)) as { code?: string }).code).toBe('23503')
      expect(((await failure(sql`truncate frames`)) as { code?: string }).code).toBe('23503')
    })
  })
})

describe('migrate on partitioned frames', () => {
  test('builds an index that is missing on every partition, also after it was interrupted', async () => {
    await onPartitioned('template0', async (sql) => {
      const state = () => sql`
        select i.indisvalid as valid, count(*)::int as n from pg_index i join pg_class c on c.oid = i.indexrelid
        where pg_get_indexdef(i.indexrelid) like '%(basename gin_trgm_ops)' group by 1 order by 1`
      const whole = await state()
      expect(whole).toEqual([{ valid: true, n: (await names(sql)).length + 1 }])
      await sql`drop index frames_basename_contains`
      const lines: string[] = []
      await migrate(sql, { log: (line) => lines.push(line) })
      expect(await state()).toEqual(whole)
      expect(lines).toContain('building index frames_2016_basename_contains on frames_2016')

      await sql`drop index frames_basename_contains`
      await sql.unsafe('create index frames_basename_contains on only frames using gin (basename gin_trgm_ops)')
      await sql.unsafe('create index frames_2016_basename_contains on frames_2016 using gin (basename gin_trgm_ops)')
      await sql.unsafe('create index some_name on frames_2017 using gin (basename gin_trgm_ops)')
      await migrate(sql)
      expect(await state()).toEqual(whole)
    })
  })
})
