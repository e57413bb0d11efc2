import { scripts } from '../../generated/sql.ts'
import { errorCode } from '../faults.ts'
import type { Reserved } from '../open.ts'
import type { RunOptions } from './apply.ts'
import { buildIndexes } from './indexes.ts'

const SCRIPT = 'optional/contains'

/** What PostgreSQL answers where an extension may not be, or cannot be, created. */
const NOT_CREATED = new Set(['42501', '0A000', '58P01'])

/**
 * Builds the trigram indexes of contains-filters, which need the extension pg_trgm. Without it the
 * archive works: the log says what is missing and how it is added.
 */
export async function indexContains(sql: Reserved, run: RunOptions): Promise<void> {
  try {
    await sql.unsafe('create extension if not exists pg_trgm')
  } catch (error) {
    if (!NOT_CREATED.has(errorCode(error) ?? '')) throw error
    run.log(
      `pg_trgm is not there (${(error as Error).message}): until it is, the filters basename and target_name read every frame that the other filters leave, up to the time limit of a search. Let a superuser run "create extension pg_trgm" in this database (Debian: it is in the package postgresql-NN), then run platestack migrate again.`,
    )
    return
  }
  const [there] = await sql<{ schema: string; visible: boolean }[]>`
    select o.opcnamespace::regnamespace::text as schema, pg_opclass_is_visible(o.oid) as visible
    from pg_opclass o where o.opcname = 'gin_trgm_ops'
    order by visible desc limit 1`
  if (there?.visible) return buildIndexes(sql, SCRIPT, scripts[SCRIPT]!, run)
  run.log(
    `pg_trgm is in schema ${there?.schema}: add that to search_path and run platestack migrate again, so that the filters basename and target_name get their indexes`,
  )
}
