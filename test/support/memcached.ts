import { type ChildProcess, spawn } from 'node:child_process'
import { untilOpen } from './ports.ts'

/** A Memcached on a port of the loopback, once it answers. */
export async function startMemcached(port: number): Promise<ChildProcess> {
  const server = spawn('memcached', ['-u', 'nobody', '-l', '127.0.0.1', '-p', String(port), '-U', '0'], {
    stdio: 'ignore',
  })
  await untilOpen(port, server)
  return server
}
