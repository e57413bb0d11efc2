import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MigrationError, migrate } from '../../../src/database/migrations/migrate.ts'
import type { Pool } from '../../../src/database/open.ts'
import { poolAt } from '../../support/pool.ts'
import {
  catalogue,
  FRAME,
  failure,
  files,
  frameValues,
  NAMES,
  type References,
  startReferences,
} from '../../support/reference.ts'

let pg: References
beforeAll(async () => {
  pg = await startReferences()
}, 60_000)
afterAll(() => pg.stop())

describe.each(['seed', 'v2', 'identity'])('the reference database %s', (which) => {
  const names = NAMES.filter(([old]) => which !== 'seed' || old !== 'frames_thumbnail')

  test('is adopted with every row, id, token and password as it was and no table rewritten', async () => {
    await pg.onCopy(which, async (sql, database) => {
      const before = await pg.contents(database, names)
      const filesBefore = await files(
        sql,
        names.map(([old]) => old),
      )
      expect(filesBefore).toHaveLength(names.length)
      const { kind, applied } = await migrate(sql)
      expect(kind).toBe('adopted')
      expect(applied).toEqual([
        'adopt/reference',
        '000002_extend',
        'adopt/beside',
        '000003_indexes_concurrently',
        '000004_downloads',
        '000005_stored_files',
        '000005_stored_files_concurrently',
        '000006_identity',
        '000007_sky',
        '000008_rollups',
        '000009_search',
        '000009_search_concurrently',
        '000010_lists_concurrently',
        '000011_remembered',
        '000012_contains',
        '000012_contains_concurrently',
        '000013_filed_elsewhere',
        '000014_outbox',
        '000014_outbox_concurrently',
        '000014_outbox_frames',
        '000015_verification',
        '000016_sky_pieces',
      ])
      expect(await pg.contents(database, names)).toBe(before)
      expect(
        await files(
          sql,
          names.map(([, ours]) => ours),
        ),
      ).toEqual(filesBefore)
      for (const [old, ours] of names) {
        const [counted] = await sql`
          select (select count(*)::int from ${sql(old)}) as old, (select count(*)::int from ${sql(ours)}) as ours`
        expect(counted!.ours).toBe(counted!.old)
      }
      const kinds = await sql`select relkind from pg_class where relname = any(${names.map(([old]) => old)})`
      expect([...kinds]).toEqual(names.map(() => ({ relkind: 'v' })))
    })
  })

  test('is left alone by a second run', async () => {
    await pg.onCopy(which, async (sql) => {
      await migrate(sql)
      const before = await catalogue(sql)
      expect(await migrate(sql)).toEqual({ kind: 'current', applied: [] })
      expect(await catalogue(sql)).toEqual(before)
    })
  })

  test('has the columns of a fresh one and every index that a fresh one has, by whatever name', async () => {
    const shape = (sql: Pool) => sql<{ of: string; what: string }[]>`
      select 'column' as of, attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull as what
      from pg_attribute where attrelid::regclass::text = any(${NAMES.map(([, ours]) => ours)}) and attnum > 0
      union all
      select 'index', indrelid::regclass || case when indisunique then ' unique ' else ' ' end
        || substring(pg_get_indexdef(indexrelid) from 'USING .*')
      from pg_index where indrelid::regclass::text = any(${NAMES.map(([, ours]) => ours)}) and indisvalid`
    const fresh = poolAt(await pg.createDatabase(undefined, 'template'), { max: 1 })
    const wanted = (await shape(fresh)).map((row) => `${row.of} ${row.what}`)
    await fresh.end()
    await pg.onCopy(which, async (sql) => {
      await migrate(sql)
      const rows = await shape(sql)
      expect(rows.map((row) => `${row.of} ${row.what}`)).toEqual(expect.arrayContaining(wanted))
      const columns = (list: string[]) => list.filter((line) => line.startsWith('column')).sort()
      expect(columns(rows.map((row) => `${row.of} ${row.what}`))).toEqual(columns(wanted))
    })
  })

  test('goes on taking what the old server writes, and its tables show it', async () => {
    await pg.onCopy(which, async (sql) => {
      await migrate(sql)
      const [{ id }] = (await sql.unsafe(
        `insert into frames_frame ${FRAME} values ${frameValues('new-1')} returning id`,
      )) as unknown as [{ id: number }]
      expect(id).toBe(which === 'seed' ? 52 : 53)
      await sql.unsafe(`insert into frames_frame ${FRAME} values ${frameValues('new-1')} on conflict do nothing`)
      const [upserted] = await sql.unsafe(`
        insert into frames_frame ${FRAME} values ${frameValues('new-1')}
        on conflict (basename) do update set target_name = excluded.target_name || '!' returning id, target_name`)
      expect(upserted).toEqual({ id, target_name: 'M 31!' })
      await sql.unsafe(
        `insert into frames_frame ${FRAME.replace('(', '(id, ')} values ${frameValues('new-2').replace('(', '(5000, ')}`,
      )
      await sql`select id from frames_frame where id = ${id} for update`
      await sql`update frames_frame set site_id = 'coj' where basename like 'new-%'`
      expect([
        ...(await sql`select id, site_id, target_name from frames where basename like 'new-%' order by id`),
      ]).toEqual([
        { id, site_id: 'coj', target_name: 'M 31!' },
        { id: 5000, site_id: 'coj', target_name: 'M 31' },
      ])

      const [version] = await sql`
        insert into frames_version (key, md5, extension, created, frame_id) values ('k1', 'm1', '.fits', now(), ${id})
        returning id, frame_id`
      await sql`
        insert into frames_version (key, md5, extension, created, frame_id) values ('k2', 'm1', '.fits', now(), ${id})
        on conflict (md5) do update set key = excluded.key`
      await sql`update frames_version set extension = '.fits.fz' where md5 = 'm1'`
      expect([...(await sql`select id, key, extension, frame_id, size from versions where md5 = 'm1'`)]).toEqual([
        { id: version!.id, key: 'k2', extension: '.fits.fz', frame_id: id, size: null },
      ])

      await sql`insert into frames_headers (data, frame_id) values ('{"A": 1}', ${id})`
      await sql`
        insert into frames_headers (data, frame_id) values ('{"A": 2}', ${id})
        on conflict (frame_id) do update set data = excluded.data`
      expect([...(await sql`select data from headers where frame_id = ${id}`)]).toEqual([{ data: { A: 2 } }])

      await sql`
        insert into frames_frame_related_frames (from_frame_id, to_frame_id) values (${id}, 1), (1, ${id}), (${id}, 1)
        on conflict do nothing`
      expect([...(await sql`select from_frame_id from related_frames where to_frame_id = ${id}`)]).toEqual([
        { from_frame_id: 1 },
      ])

      if (which !== 'seed') {
        await sql`
          insert into frames_thumbnail (size, basename, extension, key, frame_id) values ('small', 'thumb', '.jpg', 'k', ${id})`
        await sql`
          insert into frames_thumbnail (size, basename, extension, key, frame_id) values ('large', 'thumb', '.jpg', 'k', ${id})
          on conflict (basename) do update set size = excluded.size`
        expect([...(await sql`select size from thumbnails where basename = 'thumb'`)]).toEqual([{ size: 'large' }])
        await sql`delete from frames_thumbnail where frame_id = ${id}`
        expect([...(await sql`select from thumbnails where basename = 'thumb'`)]).toEqual([])
      }

      const [{ estimate }] =
        (await sql`select count_estimate('select * from frames_frame where id > 0') as estimate`) as unknown as [
          { estimate: number },
        ]
      expect(estimate).toBeGreaterThan(0)

      // A frame goes as the old server deletes it: what refers to it first or last, the constraints look at the commit.
      await sql.begin(async (one) => {
        await one`delete from frames_frame where id = ${id}`
        await one`delete from frames_version where frame_id = ${id}`
        await one`delete from frames_headers where frame_id = ${id}`
        await one`delete from frames_frame_related_frames where ${id} in (from_frame_id, to_frame_id)`
      })
      expect([...(await sql`select from frames where id = ${id}`)]).toEqual([])
      const orphan = sql`insert into frames_version (key, md5, extension, created, frame_id) values ('o', 'o', '', now(), 424242)`
      expect(await failure(orphan)).toMatchObject({ code: '23503' })
    })
  })

  test('goes on taking the old server its users, tokens and portal tokens', async () => {
    await pg.onCopy(which, async (sql) => {
      await migrate(sql)
      const [{ id }] = (await sql`
        insert into auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
        values ('', false, 'pippin', '', '', '', false, true, now()) returning id`) as unknown as [{ id: number }]
      await sql`insert into authtoken_token (key, user_id, created) values ('pippin-key', ${id}, now())`
      await sql`
        insert into authtoken_token (key, user_id, created) values ('pippin-key', ${id}, now())
        on conflict (key) do update set created = excluded.created`
      await sql`insert into auth_profile_authprofile (staff_view, api_token, user_id) values (false, 'one', ${id}) returning id`
      await sql`
        insert into auth_profile_authprofile (staff_view, api_token, user_id) values (true, 'two', ${id})
        on conflict (user_id) do update set api_token = excluded.api_token`
      await sql`update auth_user set email = 'pippin@example.org' where id = ${id}`
      const rows = await sql`
        select u.email, t.key, p.api_token from users u join tokens t on t.user_id = u.id join profiles p on p.user_id = u.id
        where u.id = ${id}`
      expect([...rows]).toEqual([{ email: 'pippin@example.org', key: 'pippin-key', api_token: 'two' }])
      await sql`insert into authentication_profile (access_token, refresh_token, user_id) values ('a', 'r', ${id})`
      await sql`delete from authentication_profile where user_id = ${id}`
      await sql`delete from authtoken_token where key = 'pippin-key'`
      await sql`delete from auth_profile_authprofile where user_id = ${id}`
      await sql`delete from auth_user where id = ${id}`
      const left = await sql`
        select (select count(*)::int from users where id = ${id}) + (select count(*)::int from tokens where user_id = ${id})
          + (select count(*)::int from profiles where user_id = ${id}) as left`
      expect([...left]).toEqual([{ left: 0 }])
    })
  })
})

test('users that the portal did not make are marked as local, whatever the old server keeps of their passwords', async () => {
  const HASH = 'pbkdf2_sha256$216000$salt$0000000000000000000000000000000000000000000='
  await pg.onCopy('seed', async (sql) => {
    const add = (username: string, password: string, superuser = false) => sql`
      insert into auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
      values (${password}, ${superuser}, ${username}, '', '', '', false, true, now())`
    const local = async () =>
      (await sql`select username from users where is_local order by username collate "C"`).map((row) => row.username)
    // who has logged in there by the portal's password has it kept
    await sql`update auth_user set password = ${HASH} where username in ('frodo', 'gandalf')`
    await add('bilbo', HASH)
    await sql`
      insert into authentication_profile (access_token, refresh_token, user_id)
      select 'a', 'r', id from auth_user where username = 'bilbo'`
    await add('ingester', HASH)
    await add('nobody', '')
    await migrate(sql)
    expect(await local()).toEqual(['elrond', 'ingester'])
    // beside us: by createsuperuser, and by a log-in at the portal
    await add('shelob', HASH, true)
    await add('merry', '')
    await sql`update auth_user set password = ${HASH} where username = 'merry'`
    expect(await local()).toEqual(['elrond', 'ingester', 'shelob'])
  })
})

describe('refused, with nothing changed', () => {
  const cases: [what: string, change: string, reason: RegExp][] = [
    ['a reference without one of its tables', 'drop table frames_headers', /- table frames_headers is missing/],
    [
      'a reference of an older shape',
      'alter table frames_frame rename column observation_date to "DATE_OBS"; alter table frames_frame drop column area',
      /- frames_frame has no column area, observation_date/,
    ],
    [
      'columns of another type',
      'alter table frames_headers alter data type text using data::text',
      /- frames_headers\.data is a text, not a jsonb/,
    ],
    [
      'a column no insert may leave out',
      "alter table auth_user add phone text not null default ''; alter table auth_user alter phone drop default",
      /- auth_user\.phone is unknown here/,
    ],
    ['a table of a name that is to be taken', 'create table settings (id int)', /- settings is in the way/],
    [
      'a view of a name that is to be taken',
      'create view users as select 1',
      /- users is in the way: auth_user would take that name/,
    ],
    [
      'a reference table that is a view already',
      'alter table frames_thumbnail rename to t; create view frames_thumbnail as select * from t',
      /- frames_thumbnail is not an ordinary table/,
    ],
    [
      'keys that refer to the tokens',
      'create table uses (key varchar(40) references authtoken_token (key))',
      /- foreign keys of uses refer to authtoken_token/,
    ],
  ]
  test.each(cases)('%s', async (_what, change, reason) => {
    await pg.onCopy('v2', async (sql, database) => {
      await pg.psql(database, { sql: change })
      const before = [
        await catalogue(sql),
        await pg.contents(
          database,
          NAMES.filter(([old]) => old === 'frames_frame'),
        ),
      ]
      const error = await failure(migrate(sql))
      expect(error).toBeInstanceOf(MigrationError)
      expect(error!.message).toMatch(/nothing was changed/)
      expect(error!.message).toMatch(reason)
      expect([
        await catalogue(sql),
        await pg.contents(
          database,
          NAMES.filter(([old]) => old === 'frames_frame'),
        ),
      ]).toEqual(before)
    })
  })

  test('a role that does not own the tables', async () => {
    await pg.onCopy('v2', async (_sql, database) => {
      const role = `${database}_guest`
      await pg.psql(database, { sql: `create role ${role} login; grant create on schema public to ${role}` })
      const guest = poolAt(Object.assign(new URL(pg.url(database)), { username: role }).href, { max: 1 })
      const error = await failure(migrate(guest))
      await guest.end()
      expect(error).toBeInstanceOf(MigrationError)
      expect(error!.message).toMatch(/- frames_frame belongs to role postgres: migrate as that role, or as a superuser/)
      await pg.psql(database, { sql: `drop owned by ${role}; drop role ${role}` })
    })
  })
})
