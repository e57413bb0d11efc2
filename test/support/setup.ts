import type { TestProject } from 'vitest/node'
import { startPostgres } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that databases are made on; null: databases are embedded. */
    postgres: string | null
  }
}

/** Starts one PostgreSQL for the tests of the project `postgres`, and stops it when they have ended. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (project.name !== 'postgres') {
    project.provide('postgres', null)
    return undefined
  }
  const server = await startPostgres()
  await server.createDatabase(undefined, 'template')
  project.provide('postgres', server.url('postgres'))
  return () => server.stop()
}
