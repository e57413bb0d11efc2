import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, createWriteStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import postgres from 'postgres'
import { migrate } from '../../src/database/migrations/migrate.ts'
import { poolAt } from './pool.ts'
import { freePort } from './ports.ts'
import { unprivileged } from './unprivileged.ts'
import { childrenOf, isAlive } from './workers.ts'

const run = promisify(execFile)

export interface TestPostgres {
  /** Where a database of this server is, as a superuser. */
  url(database: string): string
  /**
   * A new database, empty or a copy: of the migrated template (`'template'`, about 100 ms), or of any other database nobody is
   * connected to. Gives its URL; the name is made up unless given.
   */
  createDatabase(name?: string, template?: string): Promise<string>
  /** Runs a file (.sql or .sql.gz) or a text in psql, stopping at the first error; gives what it printed, unaligned. */
  psql(
    database: string,
    source: { file: string } | { sql: string },
    variables?: Record<string, string>,
  ): Promise<string>
  /** The schema as pg_dump writes it: equal texts, equal schemas. */
  schema(database: string): Promise<string>
  /** Stops the server, or drops what was created on one that was there before. */
  stop(): Promise<void>
}

/**
 * A PostgreSQL of one's own in a temporary folder, on a free port of the loopback and without fsync; or, where
 * PLATESTACK_TEST_POSTGRES_URL names a running one (as a superuser), that. `settings` are more of the server's own.
 */
export async function startPostgres(settings: Record<string, string> = {}): Promise<TestPostgres> {
  const given = process.env.PLATESTACK_TEST_POSTGRES_URL
  if (given) return client(given, async () => {})
  const server = await startCluster(settings)
  return client(server.url, server.stop)
}

function client(base: string, stopServer: () => Promise<void>): TestPostgres {
  const url = (database: string) => Object.assign(new URL(base), { pathname: `/${database}` }).href
  const admin = postgres(base, { max: 1, onnotice: () => {} })
  const created = new Set<string>()
  let template: Promise<string> | undefined
  // One after the other: a template cannot be copied twice at once while somebody is connected to it.
  let queue: Promise<unknown> = Promise.resolve()

  const create = (name: string, from: string) => {
    created.add(name)
    const made = queue.then(() => admin`create database ${admin(name)} template ${admin(from)}`)
    queue = made.catch(() => {})
    return made
  }
  const random = (stem: string) => `${stem}_${randomBytes(6).toString('hex')}`

  const makeTemplate = async () => {
    const name = random('platestack_template')
    await create(name, 'template0')
    const sql = poolAt(url(name))
    await migrate(sql)
    await sql.end()
    return name
  }

  return {
    url,
    async createDatabase(name = random('platestack_test'), from) {
      if (from === 'template') template ??= makeTemplate()
      await create(name, from === 'template' ? await template! : (from ?? 'template0'))
      return url(name)
    },
    async psql(database, source, variables = {}) {
      const text = 'sql' in source ? source.sql : readScript(source.file)
      const sets = Object.entries(variables).flatMap(([key, value]) => ['-v', `${key}=${value}`])
      const running = run(
        join(binaries(), 'psql'),
        ['-XqAt', '-v', 'ON_ERROR_STOP=1', ...sets, '-d', url(database), '-f', '-'],
        { maxBuffer: 1 << 26 },
      )
      running.child.stdin!.end(text)
      return (await running).stdout
    },
    async schema(database) {
      const { stdout } = await run(join(binaries(), 'pg_dump'), ['--schema-only', '-d', url(database)], {
        maxBuffer: 1 << 26,
      })
      // Newer releases guard each dump with a random word.
      return stdout.replace(/^\\(un)?restrict .*$/gm, '')
    },
    async stop() {
      await queue
      if (process.env.PLATESTACK_TEST_POSTGRES_URL)
        for (const name of created) await admin`drop database if exists ${admin(name)} with (force)`
      await admin.end({ timeout: 5 })
      await stopServer()
    },
  }
}

const readScript = (file: string) => {
  const bytes = readFileSync(file)
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes
}

/** The folder of the server's programs: Debian keeps each release's apart. */
export function binaries(): string {
  const debian = '/usr/lib/postgresql'
  const releases = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const found = [
    ...releases.map((release) => join(debian, release, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ].find((folder) => existsSync(join(folder, 'initdb')))
  if (!found) throw new Error('no PostgreSQL server is installed: initdb was not found')
  return found
}

interface Cluster {
  url: string
  port: number
  server: ChildProcess
  stop: () => Promise<void>
}

async function startCluster(more: Record<string, string>): Promise<Cluster> {
  const folder = await initCluster()
  const cluster = await runServer(folder, await freePort(), more)
  return {
    ...cluster,
    async stop() {
      await cluster.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Makes an empty cluster; gives its folder. */
async function initCluster(): Promise<string> {
  const { folder, data } = newFolder()
  await run(
    join(binaries(), 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N'],
    { ...unprivileged(), cwd: folder },
  )
  return folder
}

function newFolder(): { folder: string; data: string } {
  const folder = mkdtempSync(join(tmpdir(), 'platestack-postgres-'))
  const { uid, gid } = unprivileged()
  if (uid !== undefined) chownSync(folder, uid, gid!)
  return { folder, data: join(folder, 'data') }
}

/** Starts the server whose data are in a folder. */
async function runServer(folder: string, port: number, more: Record<string, string>): Promise<Cluster> {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: folder,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '200',
    log_min_messages: 'warning',
    ...more,
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(join(binaries(), 'postgres'), ['-D', join(folder, 'data'), ...options], {
    ...unprivileged(),
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log = createWriteStream(join(folder, 'log'), { flags: 'a' })
  server.stdout.pipe(log, { end: false })
  server.stderr.pipe(log, { end: false })
  const killed = () => server.kill('SIGQUIT')
  process.once('exit', killed)
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  await ready(server, url, join(folder, 'log'))
  return {
    url,
    port,
    server,
    async stop() {
      process.off('exit', killed)
      const ended = new Promise((resolve) => server.once('exit', resolve))
      if (server.exitCode === null && server.signalCode === null && server.kill('SIGINT')) await ended
      log.end()
    },
  }
}

/** A server that is killed and started again. */
export interface Killable {
  /** Sends a signal to all of its processes: SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): void
  /** Ends it without a word, as a machine that loses its power. */
  kill(): Promise<void>
  /** Starts it again, at its port. */
  start(): Promise<void>
}

/** A PostgreSQL server of one's own with a streaming replica, whatever server others are given. */
export interface TestPair {
  writer: TestPostgres & Killable
  replica: Killable & {
    url(database: string): string
    /** Asks it something, as a superuser: one row. */
    ask(text: string, database?: string): Promise<postgres.Row>
  }
  stop(): Promise<void>
}

/** Starts both, with settings for both. */
export async function startPair(settings: Record<string, string> = {}): Promise<TestPair> {
  const primary = await runLasting(await initCluster(), settings)
  const { folder, data } = newFolder()
  const made = ['-D', data, '-d', primary.url, '-R', '-X', 'stream', '-c', 'fast', '--no-sync']
  await run(join(binaries(), 'pg_basebackup'), made, { ...unprivileged(), cwd: folder })
  const standby = await runLasting(folder, settings)
  const url = (database: string) => Object.assign(new URL(standby.url), { pathname: `/${database}` }).href
  const writer = { ...client(primary.url, primary.stop), ...killableOf(primary) }
  return {
    writer,
    replica: {
      url,
      ...killableOf(standby),
      async ask(text, database = 'postgres') {
        const sql = postgres(url(database), { max: 1, onnotice: () => {} })
        const rows = await sql.unsafe(text).finally(() => sql.end({ timeout: 1 }))
        return rows[0] ?? {}
      },
    },
    async stop() {
      await standby.stop()
      await writer.stop()
    },
  }
}

const killableOf = ({ signal, kill, start }: Killable): Killable => ({ signal, kill, start })

/** Starts the server whose data are in a folder, which goes with it. */
async function runLasting(
  folder: string,
  settings: Record<string, string>,
): Promise<Killable & Pick<Cluster, 'url' | 'stop'>> {
  let running = await runServer(folder, await freePort(), settings)
  const signal = (name: NodeJS.Signals) => {
    const { pid } = running.server
    for (const one of [pid!, ...childrenOf(pid!)]) if (isAlive(one)) process.kill(one, name)
  }
  return {
    url: running.url,
    signal,
    async kill() {
      const ended = new Promise((resolve) => running.server.once('exit', resolve))
      signal('SIGKILL')
      await ended
      await running.stop()
    },
    async start() {
      running = await runServer(folder, running.port, settings)
    },
    async stop() {
      await running.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function ready(server: ChildProcess, url: string, log: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended at once: ${readFileSync(log, 'utf8')}`)
    const sql = postgres(url, { max: 1, connect_timeout: 2 })
    const up = await sql`select 1`.then(
      () => true,
      () => false,
    )
    await sql.end({ timeout: 1 })
    if (up) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`PostgreSQL did not start: ${readFileSync(log, 'utf8')}`)
}
