import type { Services } from '../../src/services.ts'
import { openArchive, rootToken } from './archive.ts'
import { startPostgres } from './postgres.ts'

/** An archive on a PostgreSQL server of its own, to which all connections can be cut. */
export interface Exposed {
  services: Services
  /** Of a superuser. */
  token: string
  /** Ends all connections to the database. */
  cut(): Promise<unknown>
  /** Sends SQL to the server, to another database. */
  sql(text: string): Promise<string>
  close(): Promise<void>
}

export async function exposedArchive(name: string): Promise<Exposed> {
  const server = await startPostgres()
  const services = await openArchive({
    DATABASE_URL: await server.createDatabase(name, 'template'),
    FILESTORE_TYPE: 'dummy',
  })
  const token = await rootToken(services)
  const sql = `select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = '${name}'`
  return {
    services,
    token,
    sql: (text) => server.psql('postgres', { sql: text }),
    cut: () => server.psql('postgres', { sql }),
    async close() {
      await services.close()
      await server.stop()
    },
  }
}
