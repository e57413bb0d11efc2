import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'

/** A Memcached on a port of the loopback, once it answers. */
export async function startMemcached(port: number): Promise<ChildProcess> {
  const server = spawn('memcached', ['-u', 'nobody', '-l', '127.0.0.1', '-p', String(port), '-U', '0'], {
    stdio: 'ignore',
  })
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const answered = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (answered) return server
    if (server.exitCode !== null) throw new Error('memcached did not start')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
