import { describePending, pendingMigrations } from '../database/migrations/migrate.ts'
import type { Sql } from '../database/sql.ts'
import {
  type FoundIndex,
  foundIndexes,
  foundTriggers,
  isPartitioned,
  refusedTables,
  sequencesBehind,
} from '../queries/doctor.ts'
import { type ExpectedIndex, type ExpectedTrigger, expectedParts } from './expected.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/**
 * Looks whether the schema is what migrations make: all of them applied, the role's rights, indexes,
 * triggers, sequences. Reads the catalogue, and the highest number of each table.
 */
export async function checkSchema(sql: Sql): Promise<Finding[]> {
  const pending = await pendingMigrations(sql)
  if (pending.length)
    return [
      problem('database', `the database is not migrated (${describePending(pending)})`, 'Run platestack migrate.'),
    ]
  const { indexes, triggers } = expectedParts()
  const tables = [...new Set([...indexes, ...triggers].map(({ table }) => table))]
  const found = [
    await checkRights(sql, tables),
    await checkIndexes(sql, indexes),
    await checkTriggers(sql, triggers),
    await checkSequences(sql),
  ]
  return [ok('database', 'the schema is the newest'), ...found.flat()]
}

async function checkRights(sql: Sql, tables: readonly string[]): Promise<Finding[]> {
  const refused = await refusedTables(sql, tables)
  if (refused.length === 0) return []
  return [
    problem(
      'database',
      `this role may not read and write ${refused.join(', ')}`,
      'As the owner of the tables: grant select, insert, update, delete on all tables in schema public to the role; grant usage on all sequences in schema public to it. Or let the archive run as the owner.',
    ),
  ]
}

async function checkIndexes(sql: Sql, expected: readonly ExpectedIndex[]): Promise<Finding[]> {
  const all = await foundIndexes(sql)
  const isWhole = !(await isPartitioned(sql))
  const serves = (index: ExpectedIndex, one: FoundIndex) =>
    one.table === index.table &&
    (index.definition === null ? one.name === index.name : one.definition === index.definition) &&
    // names of frames in partitions are unique in a table of their own
    (one.is_unique || !index.isUnique || (index.table === 'frames' && !isWhole))
  const hasTrigrams = all.some(({ definition }) => definition.includes('gin_trgm_ops'))
  const missing = expected
    .filter(({ isOptional }) => !isOptional || hasTrigrams)
    .filter((index) => !all.some((one) => serves(index, one)))
  const invalid = all.filter(({ is_valid }) => !is_valid)
  const found = [
    ...missing.map(({ name, table, statement }) =>
      problem(
        'database',
        `the index ${name} of ${table} is missing: what it is for reads the whole table`,
        `${statement};`,
      ),
    ),
    ...invalid.map(describeInvalid),
  ]
  return found.length ? found : [ok('database', 'all indexes are there')]
}

function describeInvalid({ name, table, statement, is_being_built }: FoundIndex): Finding {
  if (is_being_built) return warning('database', `the index ${name} of ${table} is being built`, 'Wait for it.')
  const again = statement.replace(/ INDEX (?!CONCURRENTLY)/, ' INDEX CONCURRENTLY ')
  return problem(
    'database',
    `the index ${name} of ${table} is not valid: building it failed, it slows writing and serves no search`,
    `drop index concurrently ${name}; ${again};`,
  )
}

async function checkTriggers(sql: Sql, triggers: readonly ExpectedTrigger[]): Promise<Finding[]> {
  const all = await foundTriggers(sql)
  const off = all.filter(({ is_on }) => !is_on)
  const missing = triggers.filter((one) => !all.some(({ name, table }) => name === one.name && table === one.table))
  const counts = [...off, ...missing].some(({ name }) => name.startsWith('rollup_'))
  const after = counts ? ' Then run platestack rollups --rebuild, since what changed meanwhile was not counted.' : ''
  const found: Finding[] = []
  if (off.length)
    found.push(
      problem(
        'database',
        `triggers are off: ${off.map(({ name, table }) => `${name} of ${table}`).join(', ')}`,
        `${off.map(({ name, table }) => `alter table ${table} enable trigger ${name};`).join(' ')}${after}`,
      ),
    )
  if (missing.length)
    found.push(
      problem(
        'database',
        `triggers are missing: ${missing.map(({ name, table }) => `${name} of ${table}`).join(', ')}`,
        `Restore the schema from a dump of this database, or take the statements from sql/migrations of this release.${after}`,
      ),
    )
  return found.length ? found : [ok('database', 'all triggers are on')]
}

async function checkSequences(sql: Sql): Promise<Finding[]> {
  const behind = await sequencesBehind(sql)
  if (behind.length === 0) return []
  const named = behind.map(({ sequence, relation, field }) => `${sequence} is behind ${relation}.${field}`)
  return [
    problem(
      'database',
      `new rows would get numbers that are taken: ${named.join(', ')}`,
      'Run platestack migrate, which repairs them.',
    ),
  ]
}
