import { tokenOf } from '../../src/auth/tokens.ts'
import { parseConfig } from '../../src/config/config.ts'
import { migrate } from '../../src/database/migrations/migrate.ts'
import { addSuperuser } from '../../src/queries/users/save.ts'
import { openDatabase, openServices } from '../../src/runtimes/node/server.ts'
import type { Services } from '../../src/services.ts'
import { startPostgres } from './postgres.ts'

const silent = { info() {}, warn() {}, error() {} }

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
  const config = parseConfig({
    DATABASE_URL: await server.createDatabase(name),
    FILESTORE_TYPE: 'dummy',
    SECRET_KEY: 'a key',
  })
  const database = await openDatabase(config)
  await migrate(database.writer)
  const services = await openServices(config, database, silent)
  const token = await tokenOf(services.writer, services.keys, (await addSuperuser(services.writer, 'root', '!', ''))!)
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
