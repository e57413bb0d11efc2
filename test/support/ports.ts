import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** A port of the loopback that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/**
 * The same for a server that is stopped and started again: no port that the system would meanwhile give to an outgoing connection.
 */
export async function lastingPort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 16_000)
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

/** Waits until a program that was started listens on a port of the loopback; throws when it ends before, or takes 10 s. */
export async function untilOpen(port: number, program: { exitCode: number | null }): Promise<void> {
  const until = Date.now() + 10_000
  while (!(await isOpen(port))) {
    if (program.exitCode !== null || Date.now() > until) throw new Error(`nothing listens on port ${port}`)
    await pause(20)
  }
}
