import type { Reserved } from '../open.ts'
import type { RunOptions } from './apply.ts'
import { MigrationError } from './error.ts'

const INDEX = /^create (unique )?index concurrently if not exists (\w+) on (\w+) (using .+)$/

interface Index {
  name: string
  valid: boolean
  distinct: boolean
  definition: string
  attached: boolean
}

/**
 * Runs a script of `create index concurrently` statements, then records its name.
 * @throws MigrationError if the name of an index is taken by another definition
 */
export async function applyIndexes(sql: Reserved, name: string, script: string, run: RunOptions): Promise<void> {
  await buildIndexes(sql, name, script, run)
  await sql`insert into platestack_migrations (name) values (${name})`
}

/**
 * Builds the indexes of a script one by one, outside a transaction as they must be. Safe to
 * interrupt: an index left invalid is rebuilt, and one that exists under any name is left alone.
 * @throws MigrationError if the name of an index is taken by another definition
 */
export async function buildIndexes(sql: Reserved, name: string, script: string, run: RunOptions): Promise<void> {
  const statements = script
    .replace(/--.*$/gm, '')
    .split(';')
    .map((statement) => statement.replace(/\s+/g, ' ').trim())
    .filter(Boolean)
  for (const statement of statements) {
    const [, unique, index, table, definition] = INDEX.exec(statement) ?? []
    if (!index || !table || !definition)
      throw new TypeError(`${name}: not an index to be built concurrently: ${statement}`)
    const { partitions, there } = await lookAt(sql, table)
    const wanted = definition.toLowerCase()
    if (there.some((one) => one.valid && one.definition === wanted && (one.distinct || !unique))) continue
    const namesake = there.find((one) => one.name === index)
    if (namesake && (namesake.valid || namesake.definition !== wanted))
      throw new MigrationError(
        `index ${index} exists with another definition (${namesake.definition}); rename it and run again`,
      )
    if (partitions) {
      if (unique) throw new MigrationError(`index ${index} cannot be unique: ${table} is partitioned`)
      await buildOnPartitions(sql, { index, table, definition, begun: namesake !== undefined }, partitions, run)
      continue
    }
    if (namesake) {
      run.log(`index ${index} was left unfinished: dropping it`)
      await sql.unsafe(`drop index concurrently ${index}`)
    }
    run.log(`building index ${index} on ${table}`)
    await sql.unsafe(statement)
  }
}

/** The partitions of a table, if it is partitioned, and its indexes. */
async function lookAt(sql: Reserved, table: string): Promise<{ partitions: string[] | null; there: Index[] }> {
  const [found] = await sql<{ partitions: string[] | null }[]>`
    select case when relkind = 'p' then array(select inhrelid::regclass::text from pg_inherits where inhparent = c.oid order by 1)
      end as partitions
    from pg_class c where oid = to_regclass(${table})`
  const there = await sql<Index[]>`
    select c.relname as name, i.indisvalid as valid, i.indisunique and i.indimmediate as "distinct",
      lower(substring(pg_get_indexdef(i.indexrelid) from 'USING .*$')) as definition,
      exists (select from pg_inherits where inhrelid = i.indexrelid) as attached
    from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = to_regclass(${table})`
  return { partitions: found?.partitions ?? null, there }
}

/**
 * An index of a partitioned table is built on each partition, where writers are not held up, and is
 * valid once it has those of all.
 */
async function buildOnPartitions(
  sql: Reserved,
  { index, table, definition, begun }: { index: string; table: string; definition: string; begun: boolean },
  partitions: readonly string[],
  run: RunOptions,
): Promise<void> {
  if (!begun) await sql.unsafe(`create index ${index} on only ${table} ${definition}`)
  for (const partition of partitions) {
    const part = `${partition}_${index.replace(`${table}_`, '')}`
    await buildIndexes(sql, index, `create index concurrently if not exists ${part} on ${partition} ${definition}`, run)
    const { there } = await lookAt(sql, partition)
    const alike = there.filter((one) => one.valid && one.definition === definition.toLowerCase())
    const own = alike.find((one) => one.name === part)
    // one that belongs to another index of the same definition serves no second
    if (!own && alike.every((one) => one.attached)) continue
    await sql.unsafe(`alter index ${index} attach partition ${(own ?? alike.find((one) => !one.attached))!.name}`)
  }
}
