import type { TestProject } from 'vitest/node'
import { migrate } from '../../src/database/migrations/migrate.ts'
import { partitionFrames } from '../../src/database/migrations/partition.ts'
import { poolAt } from './pool.ts'
import { startPostgres } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that databases are made on; null: databases are embedded. */
    postgres: string | null
  }
}

/** The migrated, empty database that each test's own is a copy of. */
export const READY = 'platestack_ready'

/**
 * Starts one PostgreSQL for the tests of the projects `postgres` and `partitioned`, and stops it when they have ended.
 * The frames of the latter are in partitions, among which those of the tests lie on both sides of a boundary.
 */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (project.name !== 'postgres' && project.name !== 'partitioned') {
    project.provide('postgres', null)
    return undefined
  }
  const server = await startPostgres()
  const sql = poolAt(await server.createDatabase(READY), { max: 1 })
  await migrate(sql)
  if (project.name === 'partitioned') await partitionFrames(sql, { now: new Date('2014-06-01') })
  await sql.end()
  project.provide('postgres', server.url('postgres'))
  return () => server.stop()
}
