import { Server } from 'node:net'
import { pause } from '../../../concurrency.ts'

/** For connections that were taken already to reach a worker process, in milliseconds. */
const HANDED_OVER_MS = 200

/** What listens, as node:cluster keeps it to itself. */
interface Handle {
  close(): void
}

/**
 * Notes what the first process listens with once its workers ask it to listen on a descriptor. It
 * goes on taking connections while they stop, and cuts those that no worker takes any more; of a
 * socket that outlives this process they would better be left to the next.
 * @returns takes no more connections, and is over when those that were taken have a process
 */
export function watchInherited(socket: number): () => Promise<void> {
  let handle: Handle | null = null
  const { listen } = Server.prototype
  Server.prototype.listen = function (this: Server, ...args: unknown[]) {
    if ((args[0] as { fd?: unknown } | undefined)?.fd === socket)
      this.prependOnceListener('listening', () => {
        handle = (this as unknown as { _handle?: Handle })._handle ?? null
      })
    return listen.apply(this, args as never)
  } as typeof listen
  return async () => {
    Server.prototype.listen = listen
    if (handle === null) return
    // closed a second time by node:cluster, which does nothing
    handle.close()
    await pause(HANDED_OVER_MS)
  }
}
