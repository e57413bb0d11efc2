import { scripts } from '../../generated/sql.ts'
import type { Reserved } from '../open.ts'
import { MigrationError } from './error.ts'
import { findMismatches, REFERENCE, type Relation } from './reference.ts'

interface DatabaseFacts {
  version: number
  release: string
  encoding: string
  replica: boolean
  role: string
  database: string
  schema: string | null
  may_create: boolean
  geography: boolean
  postgis: string | null
  postgis_available: boolean
  elsewhere: string[] | null
  token_references: string[] | null
  relations: Relation[]
}

/** ours: migrated before, at least partly; reference: to be adopted; empty: to be filled. */
export type DatabaseKind = 'ours' | 'reference' | 'empty'

/**
 * Tells what a database is, reading only.
 * @throws MigrationError if it cannot, or must not, be migrated
 */
export async function recogniseDatabase(sql: Reserved): Promise<DatabaseKind> {
  const [row] = await sql.unsafe<{ seen: DatabaseFacts }[]>(scripts['adopt/look']!)
  const seen = row!.seen
  const where = `database ${seen.database}, schema ${seen.schema}`
  const impossible = findObstacle(seen)
  if (impossible) throw new MigrationError(`${where} cannot be migrated: ${impossible}`)
  if (seen.relations.some((relation) => relation.name === 'platestack_migrations')) return 'ours'
  if (seen.relations.length === 0) return 'empty'
  const wrong = findMismatches(seen.relations)
  if (wrong.length === 0 && seen.token_references)
    wrong.push(`foreign keys of ${seen.token_references.join(', ')} refer to authtoken_token`)
  if (wrong.length === 0) return 'reference'
  throw new MigrationError(describeMismatch(where, seen.relations, wrong))
}

/** Why nothing can be migrated here, whatever the tables; undefined if nothing prevents it. */
function findObstacle(seen: DatabaseFacts): string | undefined {
  if (seen.version < 130000) return `PostgreSQL is ${seen.release}, 13 or newer is needed`
  if (seen.replica) return 'it is a read-only replica; name the writer'
  if (seen.encoding !== 'UTF8') return `its encoding is ${seen.encoding}; create it with encoding UTF8`
  if (!seen.schema) return 'no schema of its search_path exists'
  if (!seen.may_create) return `role ${seen.role} may not create tables in the schema`
  if (seen.elsewhere) return `${seen.elsewhere.join(', ')} is in another schema; put that one first in search_path`
  if (seen.geography) return undefined
  if (seen.postgis) return `PostGIS is in schema ${seen.postgis}; add that to search_path`
  if (!seen.postgis_available)
    return 'PostGIS is not installed on the server; install its package (Debian: postgresql-NN-postgis-3) and run this again'
  return undefined
}

function describeMismatch(where: string, relations: Relation[], wrong: string[]): string {
  const names = relations.map((relation) => relation.name)
  const shown = names.slice(0, 20).join(', ') + (names.length > 20 ? ` and ${names.length - 20} more` : '')
  const expected = Object.keys(REFERENCE).filter((name) => !REFERENCE[name]!.optional)
  if (!names.some((name) => name in REFERENCE)) wrong = []
  return [
    `${where} is neither empty, nor this archive's, nor the reference archive's: nothing was changed.`,
    `Found: ${shown}.`,
    `Expected: no table at all, or ${expected.join(', ')} as the reference's last release has them.`,
    ...wrong.map((line) => `- ${line}`),
  ].join('\n')
}
