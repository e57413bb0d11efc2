import { execFile, spawn } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort, untilOpen } from './ports.ts'
import { binaries } from './postgres.ts'
import { unprivileged } from './unprivileged.ts'

const run = promisify(execFile)

export interface TestPgbouncer {
  /** Where a database of the server is, through the pooler. */
  url(database: string): string
  /** How many clients are connected, besides who asks. */
  clients(): Promise<number>
  stop(): Promise<void>
}

/** Debian's pgbouncer before a server of the tests, in a pooling mode, with few connections for many clients. */
export async function startPgbouncer(
  server: string,
  mode: 'transaction' | 'session',
  size: number,
): Promise<TestPgbouncer> {
  const { hostname, port, username } = new URL(server)
  const folder = mkdtempSync(join(tmpdir(), 'platestack-pgbouncer-'))
  const listening = await freePort()
  const file = join(folder, 'pgbouncer.ini')
  writeFileSync(
    file,
    `[databases]
* = host=${hostname} port=${port} user=${username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listening}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${size}
max_client_conn = 500
server_reset_query = DISCARD ALL
server_login_retry = 1
`,
  )
  const who = unprivileged()
  if (who.uid !== undefined) for (const path of [folder, file]) chownSync(path, who.uid, who.gid!)
  const child = spawn('/usr/sbin/pgbouncer', [file], { ...who, cwd: folder, stdio: 'ignore' })
  const killed = () => child.kill('SIGKILL')
  process.once('exit', killed)
  await untilOpen(listening, child)
  return {
    url: (database) => `postgres://${username}@127.0.0.1:${listening}/${database}`,
    async clients() {
      const admin = `postgres://${username}@127.0.0.1:${listening}/pgbouncer`
      const { stdout } = await run(join(binaries(), 'psql'), ['-XqAt', '-d', admin, '-c', 'show clients'])
      return stdout.trim().split('\n').length - 1
    },
    async stop() {
      process.off('exit', killed)
      const ended = new Promise((resolve) => child.once('exit', resolve))
      if (child.exitCode === null && child.kill('SIGKILL')) await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
