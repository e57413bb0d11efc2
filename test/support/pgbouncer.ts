import { execFileSync, spawn } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free_port.ts'

export interface TestPgbouncer {
  /** Where a database of the server is, through the pooler. */
  url(database: string): string
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
`,
  )
  // it refuses to run as root
  const id = (option: string) => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }))
  const who = process.getuid?.() === 0 ? { uid: id('-u'), gid: id('-g') } : {}
  if (who.uid !== undefined) for (const path of [folder, file]) chownSync(path, who.uid, who.gid!)
  const child = spawn('/usr/sbin/pgbouncer', [file], { ...who, cwd: folder, stdio: 'ignore' })
  const killed = () => child.kill('SIGKILL')
  process.once('exit', killed)
  for (let tries = 0; !(await accepts(listening)); tries++) {
    if (tries > 200 || child.exitCode !== null) throw new Error('pgbouncer did not start')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    url: (database) => `postgres://${username}@127.0.0.1:${listening}/${database}`,
    async stop() {
      process.off('exit', killed)
      const ended = new Promise((resolve) => child.once('exit', resolve))
      if (child.exitCode === null && child.kill('SIGKILL')) await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
