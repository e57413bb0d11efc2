import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** Those that somebody in this process has, and may not listen on yet. */
const given = new Set<number>()

/**
 * A port of the loopback that nobody listens on, and that stays free while nobody does: none that the system gives to an outgoing
 * connection or to a server that takes any, nor one of those of S3 servers (s3.ts).
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 5_000)
    if (given.has(port)) continue
    given.add(port)
    if (await canListen(port)) return port
  }
}

/** Whether nobody listens on a port of the loopback. */
export function canListen(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** Whether somebody listens on a port of the loopback. */
export const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket
      .once('error', () => resolve(false))
      .once('connect', () => {
        resolve(true)
        socket.destroy()
      })
  })

/** Waits until a program that was started listens on a port of the loopback; throws when it ends before, or takes a minute. */
export async function untilOpen(port: number, program: { exitCode: number | null }): Promise<void> {
  const until = Date.now() + 60_000
  while (!(await isOpen(port))) {
    if (program.exitCode !== null || Date.now() > until) throw new Error(`nothing listens on port ${port}`)
    await pause(20)
  }
}
