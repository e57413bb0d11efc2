import { setTimeout as pause } from 'node:timers/promises'
import { convertPlainTokens } from '../auth/tokens.ts'
import { keepRemoving } from '../files/removals/keep_removing.ts'
import { keepFolding } from '../rollups.ts'
import { DEADLINES } from '../runtimes/node/deadlines.ts'
import { listen } from '../runtimes/node/listen.ts'
import type { Services } from '../services.ts'

/** An archive that listens. */
export interface Serving {
  port: number
  /** Says that it is about to stop, for as long as is configured, while requests are still taken. */
  drain(): Promise<void>
  /** Takes no more requests, lets those in flight finish, then closes the services. */
  stop(): Promise<void>
}

/**
 * Converts what an adopted database holds, and listens. Closes the services if it cannot.
 * @param processes how many share what the server may take
 * @param isFirst whether this is the one of them that does what is done once
 */
export async function startServing(services: Services, processes = 1, isFirst = true): Promise<Serving> {
  try {
    const converted = isFirst ? await convertPlainTokens(services.writer, services.keys) : 0
    if (converted) services.log.info(`${converted} plain tokens of the adopted database are now kept encrypted`)
    const { port, stop } = await listen(services, DEADLINES, processes)
    const removing = isFirst ? keepRemoving(services.removals) : undefined
    const folding = isFirst ? keepFolding(services.writer, services.log) : undefined
    return {
      port,
      async drain() {
        services.readiness.drain()
        await pause(services.config.drainS * 1000)
      },
      async stop() {
        await Promise.all([removing?.close(), folding?.close(), stop()])
      },
    }
  } catch (error) {
    await services.close()
    throw error
  }
}
