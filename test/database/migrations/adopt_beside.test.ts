import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MigrationError, migrate, retireReference } from '../../../src/database/migrations/migrate.ts'
import { poolAt } from '../../support/pool.ts'
import {
  catalogue,
  FRAME,
  failure,
  frameValues,
  NAMES,
  oldServersRole,
  type References,
  startReferences,
} from '../../support/reference.ts'

let pg: References
beforeAll(async () => {
  pg = await startReferences()
}, 60_000)
afterAll(() => pg.stop())

describe('rows of this archive beside the old server', () => {
  test('a token without its plain key is not shown, and gives way to the one the old server makes', async () => {
    await pg.onCopy('v2', async (sql) => {
      await migrate(sql)
      await sql`update tokens set key = null, key_hash = '\\x01', key_sealed = 'sealed' where user_id = 2`
      expect([...(await sql`select from authtoken_token where user_id = 2`)]).toEqual([])
      await sql`insert into authtoken_token (key, user_id, created) values ('made-by-old', 2, now())`
      expect([...(await sql`select key, key_hash from tokens where user_id = 2`)]).toEqual([
        { key: 'made-by-old', key_hash: null },
      ])
    })
  })

  test('a token of this archive does not give way to another of this archive', async () => {
    await pg.onCopy('v2', async (sql) => {
      await migrate(sql)
      await sql`update tokens set key = null, key_hash = '\\x01', key_sealed = 'sealed' where user_id = 2`
      await sql`insert into tokens (user_id, key, key_hash, key_sealed) values (2, 'x', '\\x02', 's') on conflict do nothing`
      expect([...(await sql`select key, key_sealed from tokens where user_id = 2`)]).toEqual([
        { key: null, key_sealed: 'sealed' },
      ])
    })
  })

  test('a portal token that the old server changes is no longer found by its old hash', async () => {
    await pg.onCopy('v2', async (sql) => {
      await migrate(sql)
      await sql`update profiles set api_token_hash = '\\x01', api_token_sealed = 'sealed' where user_id = 2`
      expect([...(await sql`select api_token from auth_profile_authprofile where user_id = 2`)]).toEqual([
        { api_token: 'frodo-api-token' },
      ])
      await sql`update auth_profile_authprofile set api_token = 'other' where user_id = 2`
      expect([
        ...(await sql`select api_token, api_token_hash, api_token_sealed from profiles where user_id = 2`),
      ]).toEqual([{ api_token: 'other', api_token_hash: null, api_token_sealed: null }])
    })
  })

  test('a profile without a portal token is shown with an empty one', async () => {
    await pg.onCopy('v2', async (sql) => {
      await migrate(sql)
      await sql`insert into users (username) values ('bilbo')`
      await sql`insert into profiles (user_id) select id from users where username = 'bilbo'`
      const shown = await sql`
        select api_token, staff_view from auth_profile_authprofile p join auth_user u on u.id = p.user_id where username = 'bilbo'`
      expect([...shown]).toEqual([{ api_token: '', staff_view: false }])
    })
  })

  test('a wide area that the old server writes is kept in pieces, and one that was there before is cut by migrate, and found without', async () => {
    await pg.onCopy('v2', async (sql) => {
      const wide = 'SRID=4326;POLYGON((0 -40,90 -30,120 30,45 80,-30 30,0 -40))'
      const [{ id }] = (await sql`select id from frames_frame order by id limit 1`) as unknown as [{ id: number }]
      await sql`update frames_frame set area = ${wide}::text::geography where id = ${id}`
      await migrate(sql)
      const inside = async () => {
        const [row] = await sql`
          select pieces is not null as kept, sky_covers(area, pieces, 'POINT(45 15)') as centre,
            sky_covers(area, pieces, 'POINT(225 -15)') as opposite
          from frames where id = ${id}`
        return { ...row }
      }
      expect(await inside()).toEqual({ kept: true, centre: true, opposite: false })
      // as it is found before they are cut
      await sql`update frames set pieces = null`
      expect(await inside()).toEqual({ kept: false, centre: true, opposite: false })
      await sql`update frames_frame set area = ${wide}::text::geography where id = ${id}`
      expect(await inside()).toEqual({ kept: true, centre: true, opposite: false })
      await sql`update frames_frame set area = null where id = ${id}`
      expect(await inside()).toEqual({ kept: false, centre: false, opposite: false })
    })
  })

  test('may be written by the role the old server logs in as, and read by those it let read', async () => {
    await pg.onCopy('v2', async (sql, database) => {
      const [writer, reader] = [`${database}_writer`, `${database}_reader`]
      await pg.psql(database, {
        sql: `create role ${writer} login; create role ${reader} login; grant select on frames_frame to ${reader}, public;
          ${NAMES.map(([old]) => `alter table ${old} owner to ${writer};`).join('\n')}`,
      })
      await migrate(sql)
      const as = (role: string) => poolAt(Object.assign(new URL(pg.url(database)), { username: role }).href, { max: 1 })
      const [old, other] = [as(writer), as(reader)]
      await old.unsafe(`insert into frames_frame ${FRAME} values ${frameValues('by-old')}`)
      await old`delete from frames_frame where basename = 'by-old'`
      await old`insert into outbox (message) values ('{}')`
      expect([...(await other`select count(*)::int from frames_frame`)]).toEqual([{ count: 52 }])
      expect(await failure(other`select from frames_version`)).toMatchObject({ code: '42501' })
      expect(await failure(other`delete from frames_frame`)).toMatchObject({ code: '42501' })
      await Promise.all([old.end(), other.end()])
      expect(await migrate(sql)).toEqual({ kind: 'current', applied: [] })
      await pg.psql(database, {
        sql: `drop owned by ${writer}, ${reader} cascade; drop role ${writer}; drop role ${reader}`,
      })
    })
  })
})

describe('files that the old server writes of', () => {
  test('stay where they were put when it changes their frame, and its newest version is the newest', async () => {
    await pg.onCopy('v2', async (sql, database) => {
      const role = await oldServersRole(pg, database)
      await migrate(sql)
      const old = poolAt(Object.assign(new URL(pg.url(database)), { username: role }).href)
      const [frame] = await old.unsafe(`insert into frames_frame ${FRAME} values ${frameValues('filed')} returning id`)
      const add = (key: string, ahead: string) => old`
        insert into frames_version (key, md5, extension, created, frame_id)
        values (${key}, ${key}, '.fits.fz', now() + ${ahead}::interval, ${frame!.id})`
      await add('one', '90 seconds')
      const before = await sql`select site_id, observation_day::text from frames where id = ${frame!.id}`
      await old`update frames_frame set site_id = 'lsc', observation_day = '2020-02-02' where id = ${frame!.id}`
      await add('two', '0')
      const rows = await sql`
        select key, filed ->> 'site_id' as site_id, filed ->> 'observation_day' as observation_day
        from versions where frame_id = ${frame!.id} order by created`
      expect([...rows]).toEqual([
        { key: 'one', ...before[0] },
        { key: 'two', site_id: null, observation_day: null },
      ])
      await old.end()
      await pg.psql(database, { sql: `drop owned by ${role} cascade; drop role ${role}` })
    })
  })
})

describe('taking leave of the old server', () => {
  test('is refused while a token is kept as plain text only', async () => {
    await pg.onCopy('v2', async (sql) => {
      await migrate(sql)
      await sql`update tokens set key_hash = sha256(key::bytea), key_sealed = 'sealed'`
      await sql`update profiles set api_token_hash = sha256(api_token::bytea), api_token_sealed = 'sealed' where user_id <> 2`
      const before = await catalogue(sql)
      const error = await failure(retireReference(sql))
      expect(error).toBeInstanceOf(MigrationError)
      expect(error!.message).toMatch(/^0 tokens and 1 portal tokens .*nothing was changed/)
      expect(await catalogue(sql)).toEqual(before)
    })
  })

  test('drops the views, erases the plain tokens, says so, and is done once', async () => {
    await pg.onCopy('v2', async (sql) => {
      await migrate(sql)
      await sql`insert into profiles (user_id, api_token) select id, '' from users where username = 'nobody'`
      await sql`update tokens set key_hash = sha256(key::bytea), key_sealed = 'sealed'`
      await sql`update profiles set api_token_hash = sha256(api_token::bytea), api_token_sealed = 'sealed'`
      const lines: string[] = []
      expect(await retireReference(sql, { log: (line) => lines.push(line) })).toBe(true)
      expect(lines.join()).toMatch(/can no longer use this database/)
      expect([...(await sql`select from pg_views where viewname = any(${NAMES.map(([old]) => old)})`)]).toEqual([])
      expect([...(await sql`select to_regclass('authtoken_token') is null as gone`)]).toEqual([{ gone: true }])
      const [plain] = await sql`
        select (select count(*)::int from tokens where key is null and key_hash is not null and key_sealed = 'sealed') as tokens,
          (select count(*)::int from profiles where api_token is null and api_token_hash is not null) as profiles`
      expect(plain).toEqual({ tokens: 4, profiles: 4 })
      await sql`insert into users (username) values ('bilbo')`
      const [made] =
        await sql`insert into profiles (user_id) select id from users where username = 'bilbo' returning api_token`
      expect(made).toEqual({ api_token: null })
      expect(await retireReference(sql)).toBe(false)
      expect(await migrate(sql)).toEqual({ kind: 'current', applied: [] })
    })
  })

  test('waits for the end of an unfinished adoption', async () => {
    await pg.onCopy('v2', async (sql) => {
      const log = (line: string) => {
        if (line === 'applying 000003_indexes_concurrently') throw new Error('stopped')
      }
      await failure(migrate(sql, { log }))
      const error = await failure(retireReference(sql))
      expect(error!.message).toBe(
        'the adoption is not finished (000003_indexes_concurrently, 000004_downloads, 000005_stored_files, 000005_stored_files_concurrently, 000006_identity, 000007_sky, 000008_rollups, 000009_search, 000009_search_concurrently, 000010_lists_concurrently, 000011_remembered, 000012_contains, 000012_contains_concurrently, 000013_filed_elsewhere, 000014_outbox, 000014_outbox_concurrently, 000014_outbox_frames, 000015_verification, 000016_sky_pieces): migrate first',
      )
    })
  })
})
