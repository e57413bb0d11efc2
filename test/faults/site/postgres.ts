import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chownSync, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { lastingPort } from '../../support/ports.ts'
import { binaries } from '../../support/postgres.ts'
import { unprivileged } from '../../support/unprivileged.ts'

const run = promisify(execFile)

/** A PostgreSQL server that outlives being killed: what it has acknowledged is there again when it is started again. */
export interface LastingPostgres {
  url(database: string): string
  start(): Promise<void>
  kill(): Promise<void>
  remove(): Promise<void>
}

/** A writer of one's own; commits are on disk before they are acknowledged, as far as the death of its processes goes. */
export async function startWriter(): Promise<LastingPostgres> {
  const { folder, data, who } = makeFolder()
  const args = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N']
  await run(join(binaries(), 'initdb'), args, { ...who, cwd: folder })
  return startServer(folder, data, {})
}

/** A streaming replica of it. */
export async function startReplica(writer: LastingPostgres): Promise<LastingPostgres> {
  const { folder, data, who } = makeFolder()
  const args = ['-D', data, '-d', writer.url('postgres'), '-R', '-c', 'fast', '-X', 'stream', '-N']
  await run(join(binaries(), 'pg_basebackup'), args, { ...who, cwd: folder })
  return startServer(folder, data, { hot_standby: 'on' })
}

function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'platestack-postgres-'))
  const who = unprivileged()
  if (who.uid !== undefined) chownSync(folder, who.uid, who.gid!)
  return { folder, data: join(folder, 'data'), who }
}

async function startServer(folder: string, data: string, more: Record<string, string>): Promise<LastingPostgres> {
  const port = await lastingPort()
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: folder,
    // processes die here, and not the machine
    fsync: 'off',
    max_connections: '200',
    wal_level: 'replica',
    wal_keep_size: '1GB',
    log_min_messages: 'warning',
    ...more,
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const log = createWriteStream(join(folder, 'log'), { flags: 'a' })
  const url = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`
  let server: ChildProcess
  const launch = () => {
    server = spawn(join(binaries(), 'postgres'), ['-D', data, ...options], {
      ...unprivileged(),
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    server.stdout!.pipe(log, { end: false })
    server.stderr!.pipe(log, { end: false })
  }
  const ended = () => new Promise((resolve) => (hasEnded(server) ? resolve(null) : server.once('exit', resolve)))
  process.once('exit', () => server?.kill('SIGQUIT'))
  const lasting: LastingPostgres = {
    url,
    async start() {
      launch()
      for (const until = Date.now() + 60_000; !(await answers(url('postgres'))); await pause(50)) {
        if (Date.now() > until) throw new Error(`PostgreSQL did not start: see ${folder}/log`)
        // the processes of the one that was killed may still hold its memory
        if (hasEnded(server)) launch()
      }
    },
    async kill() {
      server.kill('SIGKILL')
      await ended()
    },
    async remove() {
      if (!hasEnded(server)) server.kill('SIGQUIT')
      await ended()
      log.end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await lasting.start()
  return lasting
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null

async function answers(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} })
  const up = await sql`select 1`.then(
    () => true,
    () => false,
  )
  await sql.end({ timeout: 1 })
  return up
}
