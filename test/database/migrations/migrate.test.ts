import { Duplex } from 'node:stream'
import { PGlite } from '@electric-sql/pglite'
import { postgis } from '@electric-sql/pglite-postgis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MigrationError, migrate, retireReference } from '../../../src/database/migrations/migrate.ts'
import type { Pool } from '../../../src/database/open.ts'
import { openPool } from '../../../src/database/pool.ts'
import { poolAt } from '../../support/pool.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'

const TABLES = [
  'frames',
  'headers',
  'outbox',
  'platestack_migrations',
  'profiles',
  'related_frames',
  'removals',
  'rollup_changes',
  'rollup_counts',
  'rollup_folded',
  'rollup_frames',
  'rollup_groups',
  'rollup_kinds',
  'rollup_listed',
  'rollup_proposals',
  'rollup_queue',
  'rollup_state',
  'rollup_target_counts',
  'rollup_targets',
  'settings',
  'thumbnails',
  'tokens',
  'users',
  'verification_findings',
  'verification_hours',
  'verification_spans',
  'versions',
]

let pg: TestPostgres
beforeAll(async () => {
  pg = await startPostgres()
}, 60_000)
afterAll(() => pg.stop())

const nameOf = (url: string) => new URL(url).pathname.slice(1)

/** A pool on a database, ended after the work. */
async function using<T>(url: string, work: (sql: Pool) => Promise<T>): Promise<T> {
  const sql = poolAt(url, { max: 1 })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

const tables = (sql: Pool) =>
  sql<{ name: string }[]>`
    select relname as name from pg_class c
    where relkind in ('r', 'v') and relnamespace = 'public'::regnamespace
      and not exists (select from pg_depend where objid = c.oid and deptype = 'e')
    order by relname`.then((rows) => rows.map((row) => row.name))

/** Every row of the catalogues that a change of the schema would touch. */
const catalogue = (sql: Pool) => sql`
  select 'class' as of, oid::int8::text, relname as name, relfilenode::int8::text as file, xmin::text from pg_class
  union all select 'type', oid::int8::text, typname, '', xmin::text from pg_type
  union all select 'extension', oid::int8::text, extname, '', xmin::text from pg_extension
  union all select 'function', oid::int8::text, proname, '', xmin::text from pg_proc
  order by 1, 2`

/** Migrating is refused for that reason, and leaves the catalogues as they were. */
async function refused(url: string, reason: RegExp) {
  await using(url, async (sql) => {
    const before = await catalogue(sql)
    const error = await migrate(sql).then(
      () => undefined,
      (e: unknown) => e,
    )
    expect(error).toBeInstanceOf(MigrationError)
    expect((error as Error).message).toMatch(reason)
    expect(await catalogue(sql)).toEqual(before)
  })
}

async function writesEverything(sql: Pool) {
  const [frame] = await sql`
    insert into frames (basename, area, configuration_type, instrument_id, primary_optical_element, proposal_id, reduction_level,
      site_id, target_name, telescope_id, observation_date)
    values ('a', st_geogfromtext('POLYGON((0 0,0 1,1 1,1 0,0 0))'), 'EXPOSE', 'kb70', '', 'p', 0, 'cpt', '', '1m0a', now())
    returning id, created is not null as dated`
  expect(frame).toEqual({ id: 1, dated: true })
  await sql`insert into versions (frame_id, key, md5, extension, size, crc32) values (1, 'k', 'm', '.fits', 1, 4294967295)`
  await sql`insert into headers (frame_id, data) values (1, '{}')`
  await sql`insert into thumbnails (frame_id, size, basename, extension, key) values (1, 'small', 't', '.jpg', 'k')`
  await sql`insert into users (username) values ('gandalf')`
  await sql`insert into tokens (user_id, key_hash, key_sealed) values (1, '\\x00', 'sealed')`
  await sql`insert into profiles (user_id, proposals) values (1, '{p}')`
  await sql`insert into outbox (message) values ('{}')`
  await sql`insert into settings (name, value) values ('a', '1')`
  const [near] = await sql`select count(*)::int from frames where st_covers(area, st_geogfromtext('POINT(0.5 0.5)'))`
  expect(near).toEqual({ count: 1 })
}

describe('an empty database', () => {
  test('gets every table, ready to be written to', async () => {
    await using(await pg.createDatabase(), async (sql) => {
      const lines: string[] = []
      const { kind, applied } = await migrate(sql, { log: (line) => lines.push(line) })
      expect(kind).toBe('fresh')
      expect(applied).toEqual([
        '000001_tables',
        '000002_extend',
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
      expect(lines).toContain('applying 000001_tables')
      expect((await tables(sql)).filter((name) => name !== 'spatial_ref_sys')).toEqual(TABLES)
      await writesEverything(sql)
    })
  })

  test('is migrated once: the second run finds nothing to do', async () => {
    const url = await pg.createDatabase()
    await using(url, async (sql) => {
      await migrate(sql)
      const before = await catalogue(sql)
      expect(await migrate(sql)).toEqual({ kind: 'current', applied: [] })
      expect(await catalogue(sql)).toEqual(before)
    })
  })

  test('is migrated by one of two processes that start together, while the other waits', async () => {
    const url = await pg.createDatabase()
    await using(url, (one) =>
      using(url, async (other) => {
        const lines: string[] = []
        const log = (line: string) => lines.push(line)
        const results = await Promise.all([migrate(one, { log }), migrate(other, { log })])
        expect(results.map((result) => result.kind).sort()).toEqual(['current', 'fresh'])
        expect(results.map((result) => result.applied.length > 0).sort()).toEqual([false, true])
        expect(lines).toContain('another process is migrating this database: waiting for it')
      }),
    )
  })

  test('may be stopped at any step and finished by a later run, with the same schema', async () => {
    const whole = await pg.createDatabase()
    await using(whole, (sql) => migrate(sql))
    const url = await pg.createDatabase()
    let stops = 0
    await using(url, async (sql) => {
      // A run says a line before each thing it does: the first run is stopped at its first line, the next at its second, and so on.
      for (let finished = false; !finished; ) {
        let lines = 0
        const log = () => {
          if (lines++ === stops) throw new Error('stopped')
        }
        finished = await migrate(sql, { log }).then(
          () => true,
          (error: Error) => {
            expect(error.message).toBe('stopped')
            stops++
            return false
          },
        )
      }
    })
    expect(stops).toBeGreaterThan(4)
    expect(await pg.schema(nameOf(url))).toBe(await pg.schema(nameOf(whole)))
  })

  test('leaves the connection with the settings and locks it had', async () => {
    await using(await pg.createDatabase(), async (sql) => {
      await migrate(sql)
      const rows = await sql`
        select name, setting from pg_settings where source = 'session' and name ~ 'timeout|client_min_messages'`
      expect([...rows]).toEqual([])
      expect([...(await sql`select pid from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()`)]).toEqual(
        [],
      )
    })
  })

  test('has no index twice', async () => {
    await using(await pg.createDatabase(undefined, 'template'), async (sql) => {
      const twice = await sql`
        select indrelid::regclass::text, substring(pg_get_indexdef(indexrelid) from 'USING .*') as definition
        from pg_index where indrelid::regclass::text = any(${TABLES}) group by 1, 2 having count(*) > 1`
      // The reference gives tokens a unique user; it stays beside the primary key.
      expect([...twice]).toEqual([{ indrelid: 'tokens', definition: 'USING btree (user_id)' }])
    })
  })

  test('knows no reference server to take leave of', async () => {
    await using(await pg.createDatabase(undefined, 'template'), async (sql) => {
      expect(await retireReference(sql)).toBe(false)
    })
  })
})

describe('a database in process (PGlite)', () => {
  test('is migrated on its only connection', { timeout: 180_000 }, async () => {
    const db = await PGlite.create({ extensions: { postgis } })
    const socket = () => {
      const duplex: Duplex = new Duplex({
        read() {},
        write(chunk: Uint8Array, _encoding, done) {
          // Only a server would end at the client's goodbye (X).
          if (chunk[0] === 0x58) return done()
          db.execProtocolRaw(new Uint8Array(chunk)).then((answer) => {
            duplex.push(Buffer.from(answer))
            done()
          }, done)
        },
        final(done) {
          done()
          duplex.destroy()
        },
      })
      Object.assign(duplex, { readyState: 'open' })
      return duplex
    }
    const options = { user: 'postgres', database: 'postgres' }
    const sql = openPool(
      { url: null, options, openSocket: async () => socket() },
      {
        max: 1,
        queue: null,
        deadlineMs: null,
        transactionDeadlineMs: null,
        prepare: 'always',
        reads: false,
        cancels: false,
        optionalSettings: {},
        warn: () => {},
      },
    )
    expect((await migrate(sql)).kind).toBe('fresh')
    expect(await migrate(sql)).toEqual({ kind: 'current', applied: [] })
    expect((await tables(sql)).filter((name) => TABLES.includes(name))).toEqual(TABLES)
    const invalid = await sql`select indexrelid::regclass::text from pg_index where not indisvalid`
    expect([...invalid]).toEqual([])
    await writesEverything(sql)
    await sql.end()
    await db.close()
  })
})

describe('sequences that are behind their columns', () => {
  test('are mended, of identities, serials and plain defaults; what others draw meanwhile is not given again', async () => {
    const url = await pg.createDatabase()
    await using(url, async (sql) => {
      await migrate(sql)
      await sql`insert into users (id, username) select n, 'user' || n from generate_series(1, 50) n`
      await sql.unsafe(`create table notes (id serial primary key); insert into notes (id) values (7);
        create sequence loose; create table texts (id bigint not null default nextval('loose')); insert into texts values (9);
        create table right_already (id serial primary key); insert into right_already default values`)
      const lines: string[] = []
      await using(url, async (other) => {
        let migrating: Promise<unknown> = Promise.resolve()
        await other.begin(async (tx) => {
          await tx`select setval('users_id_seq', 3, true)`
          await tx`insert into users (id, username) values (55, 'from elsewhere')`
          migrating = migrate(sql, { log: (line) => lines.push(line) })
          for (;;) {
            const [row] = await tx`select count(*)::int from pg_stat_activity where wait_event_type = 'Lock'`
            if (row!.count > 0) break
          }
        })
        await migrating
      })
      expect(lines.sort()).toEqual([
        'sequence loose was behind texts.id: its next number is 10',
        'sequence notes_id_seq was behind notes.id: its next number is 8',
        'sequence users_id_seq was behind users.id: its next number is 56',
      ])
      expect([...(await sql`insert into users (username) values ('next') returning id`)]).toEqual([{ id: 56 }])
      expect(await migrate(sql)).toEqual({ kind: 'current', applied: [] })
    })
  })
})

describe('a token that somebody else changes', () => {
  test('loses the hash and the sealed form of the one before, and keeps them when only the plain one is erased', async () => {
    await using(await pg.createDatabase(undefined, 'template'), async (sql) => {
      await sql`insert into users (username) values ('frodo')`
      await sql`insert into tokens (user_id, key, key_hash, key_sealed) values (1, 'one', '\\x01', 'sealed')`
      await sql`insert into profiles (user_id, api_token, api_token_hash, api_token_sealed) values (1, 'one', '\\x01', 'sealed')`
      const both = async () => [
        ...(await sql`
          select key, encode(key_hash, 'hex') as hash, key_sealed as sealed from tokens
          union all select api_token, encode(api_token_hash, 'hex'), api_token_sealed from profiles`),
      ]
      await sql`update tokens set key = 'one', created = now()`
      await sql`update profiles set api_token = 'one', staff_view = true`
      expect(await both()).toEqual(Array(2).fill({ key: 'one', hash: '01', sealed: 'sealed' }))
      await sql`update tokens set key = null`
      await sql`update profiles set api_token = null`
      expect(await both()).toEqual(Array(2).fill({ key: null, hash: '01', sealed: 'sealed' }))
      await sql`update tokens set key = 'two'`
      await sql`update profiles set api_token = 'two'`
      expect(await both()).toEqual(Array(2).fill({ key: 'two', hash: null, sealed: null }))
      await sql`update tokens set key = 'three', key_hash = '\\x03', key_sealed = 'new'`
      await sql`update profiles set api_token = 'three', api_token_hash = '\\x03', api_token_sealed = 'new'`
      expect(await both()).toEqual(Array(2).fill({ key: 'three', hash: '03', sealed: 'new' }))
    })
  })
})

describe('refused, with nothing changed', () => {
  test('a database of something else', async () => {
    const url = await pg.createDatabase()
    await pg.psql(nameOf(url), {
      sql: 'create table customers (id int); create view good_customers as select * from customers',
    })
    await refused(
      url,
      /neither empty.*nothing was changed.\nFound: customers, good_customers\.\nExpected: no table at all, or frames_frame, /s,
    )
  })

  test('a database newer than this program', async () => {
    const url = await pg.createDatabase(undefined, 'template')
    await pg.psql(nameOf(url), { sql: "insert into platestack_migrations (name) values ('999999_future')" })
    await refused(url, /newer than this program, which does not know 999999_future/)
  })

  test('a database that is not in UTF-8', async () => {
    await pg.psql('postgres', {
      sql: "create database latin encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0",
    })
    await refused(pg.url('latin'), /encoding is LATIN1/)
    await pg.psql('postgres', { sql: 'drop database latin' })
  })

  test('PostGIS where the tables cannot see it', async () => {
    const url = await pg.createDatabase()
    await pg.psql(nameOf(url), { sql: 'create schema gis; create extension postgis schema gis' })
    await refused(url, /PostGIS is in schema gis; add that to search_path/)
  })

  test('a role that may not create PostGIS, or not create tables', async () => {
    const url = await pg.createDatabase()
    const database = nameOf(url)
    const role = `${database}_role`
    await pg.psql(database, { sql: `create role ${role} login; grant create on schema public to ${role}` })
    const as = Object.assign(new URL(url), { username: role }).href
    await refused(as, /the role may not do this: permission denied to create extension "postgis".*superuser/)
    await pg.psql(database, { sql: `revoke create on schema public from ${role}` })
    await refused(as, /role \w+ may not create tables in the schema/)
    await pg.psql(database, { sql: `grant create on schema public to ${role}; create extension postgis` })
    await using(as, async (sql) => expect((await migrate(sql)).kind).toBe('fresh'))
    await pg.psql(database, { sql: `drop owned by ${role}; drop role ${role}` })
  })
})
