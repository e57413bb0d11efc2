import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { migrate } from '../../../src/database/migrations/migrate.ts'
import { startMemcached } from '../../support/memcached.ts'
import { startNginx } from '../../support/nginx.ts'
import { poolAt } from '../../support/pool.ts'
import { SERVER_KEY } from '../../support/portal.ts'
import { freePort } from '../../support/ports.ts'
import { startPair } from '../../support/postgres.ts'
import { launch, platestack, program, type Running, type Variables } from '../../support/program.ts'
import { testRabbit } from '../../support/rabbitmq.ts'
import { s3Variables, type TestS3, testS3 } from '../../support/s3.ts'
import { childrenOf } from '../../support/workers.ts'
import { forkPortal } from './portal_process.ts'

export type Sql = ReturnType<typeof postgres>

/** A server that is killed, as by kill -9, and started again at the same address. */
export interface Part {
  name: string
  kill(): Promise<unknown> | unknown
  start(): Promise<unknown>
}

/** An observatory's archive with all its servers, in processes of their own. */
export interface Site {
  /** Where clients come to: nginx. */
  url: string
  /** The archive itself. */
  archive: { url: string; pid(): number }
  parts: Part[]
  s3: TestS3
  brokerUrl: string
  /** The writer, as its operator. */
  sql: Sql
  /** What commands of the archive are configured with. */
  env: Variables
  /** Runs a command beside the archive. */
  command(args: string[]): ReturnType<typeof platestack>
  /** Makes a superuser; gives the token. */
  superuser(): Promise<string>
}

const DATABASE = 'archive'

/**
 * Starts all of it.
 * @param program what forks the portal when it is called with the word `portal`
 * @param closers get what ends each server
 */
export async function startSite(program: string, closers: (() => Promise<unknown>)[]): Promise<Site> {
  const later = (close: () => Promise<unknown>) => void closers.unshift(close)
  const folder = mkdtempSync(join(tmpdir(), 'platestack-site-'))
  later(async () => rmSync(folder, { recursive: true, force: true }))
  const rabbit = await testRabbit()
  // what is acknowledged has to outlive its processes, and the replica an absence
  const lasting = { synchronous_commit: 'on', wal_keep_size: '1GB' }
  const [s3, { writer, replica, stop }] = await Promise.all([testS3(), startPair(lasting), rabbit.start()])
  later(() => Promise.all([s3.remove(), rabbit.stop().then(rabbit.remove), stop()]))

  const sql = postgres(writer.url(DATABASE), { max: 2, onnotice: () => {} })
  later(() => sql.end({ timeout: 1 }))
  await writer.createDatabase(DATABASE)
  const pool = poolAt(writer.url(DATABASE))
  await migrate(pool)
  await pool.end()

  const [portalPort, cachePort, archivePort, nginxPort] = await Promise.all([1, 2, 3, 4].map(freePort))
  let portal = await forkPortal(program, portalPort!)
  let cache = await startMemcached(cachePort!)
  later(async () => {
    portal.kill('SIGKILL')
    cache.kill('SIGKILL')
  })
  const portalUrl = `http://127.0.0.1:${portalPort}`
  const env: Variables = {
    DATABASE_URL: writer.url(DATABASE),
    DATABASE_READER_URL: replica.url(DATABASE),
    PGSSLMODE: 'disable',
    CACHE_LOC: `127.0.0.1:${cachePort}`,
    QUEUE_BROKER_URL: rabbit.url,
    OAUTH_TOKEN_URL: `${portalUrl}/o/token/`,
    OAUTH_PROFILE_URL: `${portalUrl}/api/profile/`,
    OAUTH_SERVER_KEY: SERVER_KEY,
    THROTTLE_ANON: '1000000000/day',
    SEARCH_BUDGET_ANON: '1000000000/day',
    SEARCH_BUDGET_USER: '1000000000/day',
    // nginx; crowds come from other addresses of the loopback
    TRUSTED_PROXIES: '127.0.0.1',
    PLATESTACK_DATA_DIR: folder,
    ...s3Variables(s3.config, s3.port),
  }
  let archive = await serve(env, archivePort!)
  later(async () => {
    archive.child.kill('SIGTERM')
    await archive.ended
  })
  const nginx = await startNginx({ archive: archivePort!, s3: `http://127.0.0.1:${s3.port}` }, nginxPort)
  later(nginx.stop)

  const parts: Part[] = [
    { name: "PostgreSQL's writer", kill: writer.kill, start: writer.start },
    { name: "PostgreSQL's replica", kill: replica.kill, start: replica.start },
    { name: 'RabbitMQ', kill: () => rabbit.stop('SIGKILL'), start: rabbit.start },
    { name: 'Memcached', kill: () => killed(cache), start: async () => (cache = await startMemcached(cachePort!)) },
    { name: 'S3', kill: s3.killGateway, start: s3.startGateway },
    {
      name: 'the portal',
      kill: () => killed(portal),
      start: async () => (portal = await forkPortal(program, portalPort!)),
    },
    { name: 'nginx', kill: nginx.kill, start: nginx.start },
    {
      // another takes its place by itself
      name: 'a worker process',
      kill: () => process.kill(childrenOf(archive.child.pid!)[0]!, 'SIGKILL'),
      start: async () => {},
    },
    {
      name: 'the whole archive',
      async kill() {
        process.kill(-archive.child.pid!, 'SIGKILL')
        await archive.ended
      },
      start: async () => (archive = await serve(env, archivePort!)),
    },
  ]
  const command = (args: string[], more: Variables = {}) => platestack(args, { ...env, ...more })
  return {
    url: nginx.url,
    archive: {
      url: `http://127.0.0.1:${archivePort}`,
      pid: () => archive.child.pid!,
    },
    parts,
    s3,
    brokerUrl: rabbit.url,
    sql,
    env,
    command,
    async superuser() {
      await command(['createsuperuser', '--noinput', '--username', 'gandalf'], {
        SUPERUSER_PASSWORD: 'youshallnotpass',
      })
      return (await command(['token', 'gandalf'])).stdout.trim()
    },
  }
}

/** The archive with two worker processes, in a process group of its own. */
async function serve(env: Variables, port: number): Promise<Running> {
  const more = { PORT: String(port), WORKERS: '2' }
  const running = launch(process.execPath, [program, 'serve'], { env: { ...env, ...more }, detached: true })
  // it must not stay when this process ends at once
  process.once('exit', () => running.child.exitCode ?? running.child.kill('SIGKILL'))
  await running.printed(/is listening on/)
  return running
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
