import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * A port of the loopback that nobody listens on and that no other test is given while this process runs, also where a server is to
 * be stopped and started again at it, or never started: it is none that systems give to outgoing connections or to whoever asks for any.
 * @param above so many that follow it are free too
 */
export async function freePort(above = 0): Promise<number> {
  for (;;) {
    const first = 15_000 + Math.floor(Math.random() * (17_000 - above))
    const ports = Array.from({ length: above + 1 }, (_, i) => first + i)
    if ((await Promise.all(ports.map(take))).every(Boolean)) return first
  }
}

/**
 * Whether a port is free, which it is for nobody else from then on. To see it takes the port for a moment: one that another test has is
 * not looked at, whose server may be just starting.
 */
const take = async (port: number): Promise<boolean> => (await reserve(port)) && (await canListen(port))

/** Whether nobody listens on a port of the loopback. */
function canListen(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** Whether no other test has a port; it is let go when this process ends. */
function reserve(port: number): Promise<boolean> {
  // a name that is no file, which only Linux has
  if (process.platform !== 'linux') return Promise.resolve(true)
  const holder = createServer().unref()
  return new Promise((resolve) => {
    holder.once('error', () => resolve(false))
    holder.listen(`\0platestack-test-port-${port}`, () => resolve(true))
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

/** Waits until a program that was started listens on a port of the loopback; throws when it ends before, or takes half a minute. */
export async function untilOpen(port: number, program: { exitCode: number | null }): Promise<void> {
  const until = Date.now() + 30_000
  while (!(await isOpen(port))) {
    if (program.exitCode !== null || Date.now() > until) throw new Error(`nothing listens on port ${port}`)
    await pause(20)
  }
}
