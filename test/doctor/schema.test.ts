import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../../src/database/migrations/migrate.ts'
import { partitionFrames } from '../../src/database/migrations/partition.ts'
import type { Pool } from '../../src/database/open.ts'
import { expectedParts } from '../../src/doctor/expected.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { checkSchema } from '../../src/doctor/schema.ts'
import { checkWork } from '../../src/doctor/work.ts'
import { poolAt } from '../support/pool.ts'
import { type References, startReferences } from '../support/reference.ts'

let pg: References
beforeAll(async () => {
  pg = await startReferences()
}, 60_000)
afterAll(() => pg.stop())

async function onFresh<T>(work: (sql: Pool) => Promise<T>): Promise<T> {
  const sql = poolAt(await pg.createDatabase(undefined, 'template'), { max: 3 })
  return work(sql).finally(() => sql.end())
}
const bad = (findings: readonly Finding[]) => findings.filter(({ level }) => level !== 'ok')

test('the indexes and triggers that doctor expects are those that migrations make, no more and no fewer', async () => {
  const { indexes, triggers } = await onFresh(async (sql) => ({
    indexes: await sql<{ name: string }[]>`
      select c.relname::text as name from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
      where t.relnamespace = 'public'::regnamespace
        and not exists (select from pg_constraint o where o.conindid = c.oid)
        and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = t.oid and d.deptype = 'e')`,
    triggers: await sql<{ name: string }[]>`
      select tgname || ' ' || tgrelid::regclass as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where not tgisinternal and c.relnamespace = 'public'::regnamespace`,
  }))
  const expected = expectedParts()
  // those of names and pairs belong to constraints there
  const beside = [
    'frames_basename',
    'headers_frame_id',
    'related_frames_pair',
    'thumbnails_basename',
    'versions_key',
    'versions_md5',
  ]
  const names = expected.indexes.map(({ name }) => name).filter((name) => !beside.includes(name))
  expect(names.sort()).toEqual(indexes.map(({ name }) => name).sort())
  expect(expected.triggers.map(({ name, table }) => `${name} ${table}`).sort()).toEqual(
    triggers.map(({ name }) => name).sort(),
  )
})

test('of a fresh, a partitioned and an adopted database doctor finds nothing wrong', async () => {
  expect(await onFresh(async (sql) => bad([...(await checkSchema(sql)), ...(await checkWork(sql, true))]))).toEqual([])
  expect(
    await onFresh(async (sql) => {
      await partitionFrames(sql, { now: new Date('2020-01-01') })
      return bad(await checkSchema(sql))
    }),
  ).toEqual([])
  await pg.onCopy('seed', async (sql) => {
    expect((await checkSchema(sql))[0]!.says).toContain('not migrated')
    await migrate(sql)
    expect(bad(await checkSchema(sql))).toEqual([])
  })
})

test('every index that is dropped is named with the statement that makes it again, and that mends it', async () => {
  await onFresh(async (sql) => {
    const named: { name: string }[] = []
    for (const { name, isOptional } of expectedParts().indexes) {
      const [found] = await sql<{ isThere: boolean }[]>`select to_regclass(${name}) is not null as "isThere"`
      await sql.unsafe(`drop index if exists ${name}`)
      if (found!.isThere && !isOptional) named.push({ name })
    }
    expect(named.length).toBeGreaterThan(40)
    const missing = bad(await checkSchema(sql))
    expect(missing.map(({ level }) => level)).toEqual(named.map(() => 'error'))
    for (const { name } of named) expect(missing.some(({ says }) => says.includes(`the index ${name} of`))).toBe(true)
    for (const { advice } of missing) await sql.unsafe(advice!)
    expect(bad(await checkSchema(sql))).toEqual([])
  })
})

test('triggers that are off or dropped, an index that failed to build and a sequence that is behind are found', async () => {
  await onFresh(async (sql) => {
    await sql.unsafe('alter table versions disable trigger rollup_insert')
    await sql.unsafe('alter table frames enable replica trigger keep_pieces')
    await sql.unsafe('drop trigger mark_local_user on users')
    await sql.unsafe("insert into users (id, username) values (70, 'x')")
    await sql.unsafe("update pg_index set indisvalid = false where indexrelid = 'frames_modified'::regclass")
    const found = bad(await checkSchema(sql))
    expect(found.every(({ level }) => level === 'error')).toBe(true)
    const texts = found.map(({ says, advice }) => `${says} / ${advice}`)
    expect(texts.join('\n')).toMatch(/triggers are off: .*rollup_insert of versions/)
    expect(texts.join('\n')).toMatch(/keep_pieces of frames/)
    expect(texts.join('\n')).toContain('alter table versions enable trigger rollup_insert;')
    expect(texts.join('\n')).toContain('platestack rollups --rebuild')
    expect(texts.join('\n')).toContain('triggers are missing: mark_local_user of users')
    expect(texts.join('\n')).toMatch(/is behind users\.id.*platestack migrate/)
    const invalid = found.find(({ says }) => says.includes('frames_modified'))!
    for (const statement of invalid.advice!.split(';').filter((part) => part.trim())) await sql.unsafe(statement)
    expect(bad(await checkSchema(sql)).some(({ says }) => says.includes('frames_modified'))).toBe(false)
  })
})
