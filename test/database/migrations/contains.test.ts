import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate } from '../../../src/database/migrations/migrate.ts'
import type { Pool } from '../../../src/database/open.ts'
import { poolAt } from '../../support/pool.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'

let pg: TestPostgres
beforeAll(async () => {
  pg = await startPostgres()
}, 60_000)
afterAll(() => pg.stop())

const INDEXES = ['frames_basename_contains', 'frames_target_name_contains', 'rollup_targets_contains']

/** A database with PostGIS whose role may make tables; `work` gets what migrates it and what does the rest as a superuser. */
async function asRole(
  work: (act: {
    migrateIt(): Promise<string[]>
    indexes(): Promise<string[]>
    superuser(sql: string): Promise<string>
    role: string
    database: string
  }) => Promise<void>,
) {
  const url = await pg.createDatabase()
  const database = new URL(url).pathname.slice(1)
  const role = `${database}_role`
  const superuser = (sql: string) => pg.psql(database, { sql })
  await superuser(`create role ${role} login; grant create on schema public to ${role}; create extension postgis`)
  const using = async <T>(work: (sql: Pool) => Promise<T>): Promise<T> => {
    const sql = poolAt(Object.assign(new URL(url), { username: role }).href, { max: 1 })
    return work(sql).finally(() => sql.end())
  }
  await work({
    async migrateIt() {
      const lines: string[] = []
      await using((sql) => migrate(sql, { log: (line) => lines.push(line) }))
      return lines.filter((line) => /pg_trgm|_contains on/.test(line))
    },
    indexes: () =>
      using(async (sql) => {
        const found = await sql`
          select indexrelid::regclass::text as name from pg_index
          where indisvalid and indexrelid::regclass::text ~ 'contains' order by 1`
        return found.map((row) => row.name)
      }),
    superuser,
    role,
    database,
  })
  await superuser(`drop owned by ${role}; drop role ${role}`)
}

const building = INDEXES.map(
  (name) => `building index ${name} on ${name.replace(/(_basename|_target_name)?_contains/, '')}`,
)

describe('indexes of contains-filters', () => {
  test('are built where the role may create pg_trgm, once', async () => {
    await asRole(async ({ migrateIt, indexes, superuser, role, database }) => {
      await superuser(`grant create on database ${database} to ${role}`)
      expect(await migrateIt()).toEqual(building)
      expect(await indexes()).toEqual(INDEXES)
      expect(await migrateIt()).toEqual([])
    })
  })

  test('are left out where it may not, which is said, and built once somebody has created it', async () => {
    await asRole(async ({ migrateIt, indexes, superuser }) => {
      const missing = [
        expect.stringMatching(
          /^pg_trgm is not there \(permission denied.*\): .*Let a superuser run "create extension pg_trgm".*then run platestack migrate again\.$/,
        ),
      ]
      expect(await migrateIt()).toEqual(missing)
      expect(await migrateIt()).toEqual(missing)
      expect(await indexes()).toEqual([])
      await superuser('create extension pg_trgm')
      expect(await migrateIt()).toEqual(building)
      expect(await indexes()).toEqual(INDEXES)
      expect(await migrateIt()).toEqual([])
    })
  })

  test('need pg_trgm where the tables can see it', async () => {
    await asRole(async ({ migrateIt, indexes, superuser, role, database }) => {
      await superuser('create schema text_search; create extension pg_trgm schema text_search')
      expect(await migrateIt()).toEqual([
        'pg_trgm is in schema text_search: add that to search_path and run platestack migrate again, so that the filters basename and target_name get their indexes',
      ])
      expect(await indexes()).toEqual([])
      await superuser(`grant usage on schema text_search to ${role};
        alter database ${database} set search_path = public, text_search`)
      expect(await migrateIt()).toEqual(building)
      expect(await migrateIt()).toEqual([])
    })
  })
})
