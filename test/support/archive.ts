import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { inject } from 'vitest'
import { createApp } from '../../src/app.ts'
import { tokenOf } from '../../src/auth/tokens.ts'
import { type Environment, parseConfig } from '../../src/config/config.ts'
import type { Pool } from '../../src/database/open.ts'
import type { Log } from '../../src/log.ts'
import { addSuperuser } from '../../src/queries/users/save.ts'
import { openDatabase, openServices } from '../../src/runtimes/node/server.ts'
import type { Services } from '../../src/services.ts'
import { silent } from './log.ts'
import { poolAt } from './pool.ts'

/** An archive under test: the app in this process, over a database of its own. */
export interface TestArchive {
  services: Services
  /** Sends a request to the app; `token` goes into the Authorization header, `json` into the body. */
  request(path: string, init?: RequestInit & { token?: string; json?: unknown }): Promise<Response>
  /** The token of the superuser `root`. */
  root: string
  /** What the archive logged. */
  logged: { level: string; message: string; fields: Record<string, unknown> | undefined }[]
  /** The local store's directory. */
  files: string
  close(): Promise<void>
}

/** An empty, migrated database: of the PostgreSQL server that the run started, or embedded, as the vitest project says. */
export async function testDatabase(): Promise<{ sql: Pool; close(): Promise<void> }> {
  const server = inject('postgres')
  if (server === null) return (await import('./embedded.ts')).testDatabase()
  const admin = postgres(server, { max: 1, onnotice: () => {} })
  const name = `platestack_test_${randomBytes(6).toString('hex')}`
  await admin`create database ${admin(name)} template ${admin('platestack_ready')}`
  const sql = poolAt(Object.assign(new URL(server), { pathname: `/${name}` }).href, { max: 4 })
  return {
    sql,
    async close() {
      await sql.end({ timeout: 5 })
      await admin`drop database ${admin(name)} with (force)`
      await admin.end()
    },
  }
}

/** Beside what a test says. */
const settings = (files: string): Environment => ({
  SECRET_KEY: 'a key of the tests',
  FILESTORE_TYPE: 'local',
  FILESYSTEM_STORAGE_ROOT_DIR: files,
})

const app = createApp()
const requestsTo =
  (services: Services): TestArchive['request'] =>
  async (path, { token, json, ...init } = {}) => {
    const headers = new Headers(init.headers)
    if (token) headers.set('authorization', `Token ${token}`)
    if (json !== undefined) headers.set('content-type', 'application/json')
    const body = json === undefined ? init.body : JSON.stringify(json)
    return app.request(path, { method: json === undefined ? 'GET' : 'POST', ...init, headers, body }, services)
  }

/** An archive with these environment variables beside the test's own. */
export async function testArchive(env: Environment = {}): Promise<TestArchive> {
  const files = await mkdtemp(join(tmpdir(), 'platestack-files-'))
  const { sql, close } = await testDatabase()
  const config = parseConfig({ ...settings(files), ...env })
  const logged: TestArchive['logged'] = []
  const note = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    void logged.push({ level, message, fields })
  const log: Log = { info: note('info'), warn: note('warning'), error: note('error') }
  const services = await openServices(config, { writer: sql, reader: sql, search: sql, writerSearch: sql, close }, log)
  return {
    services,
    root: await rootToken(services),
    logged,
    files,
    request: requestsTo(services),
    async close() {
      await services.close()
      await rm(files, { recursive: true, force: true })
    },
  }
}

/** A second process of an archive: the same database and files, its own memory, and another environment if need be. Closed with the first. */
export async function beside(
  first: TestArchive,
  env: Environment,
): Promise<Pick<TestArchive, 'request'> & { services: Services }> {
  const { writer, reader, log } = first.services
  const config = parseConfig({ ...settings(first.files), ...env })
  const pools = { writer, reader, search: reader, writerSearch: writer, close: async () => {} }
  const services = await openServices(config, pools, log)
  return { services, request: requestsTo(services) }
}

/** The services of an archive, as a process opens them from its environment; nothing is logged. */
export async function openArchive(env: Environment): Promise<Services> {
  const config = parseConfig({ SECRET_KEY: 'a key of the tests', ...env })
  return openServices(config, await openDatabase(config), silent)
}

/** The token of a new superuser `root`. */
export const rootToken = async ({ writer, keys }: Services): Promise<string> =>
  tokenOf(writer, keys, (await addSuperuser(writer, 'root', '!', ''))!)
