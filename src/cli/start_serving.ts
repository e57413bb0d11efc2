import { convertPlainTokens } from '../auth/tokens.ts'
import { keepRemoving } from '../files/removals/keep_removing.ts'
import { keepFolding } from '../rollups.ts'
import { DEADLINES } from '../runtimes/node/deadlines.ts'
import { type Listening, listen } from '../runtimes/node/listen.ts'
import type { Gathering } from '../runtimes/node/metrics/metrics.ts'
import type { Services } from '../services.ts'

/**
 * Converts what an adopted database holds, and listens. Closes the services if it cannot.
 * @param isFirst whether this is the one of `processes` that does what is done once
 * @param gathering how their metrics are put together, where there are several
 */
export async function startServing(
  services: Services,
  { processes = 1, isFirst = true, gathering }: { processes?: number; isFirst?: boolean; gathering?: Gathering } = {},
): Promise<Listening> {
  try {
    const converted = isFirst ? await convertPlainTokens(services.writer, services.keys) : 0
    if (converted) services.log.info(`${converted} plain tokens of the adopted database are now kept encrypted`)
    const { port, measure, stop } = await listen(services, DEADLINES, processes, gathering)
    const removing = isFirst ? keepRemoving(services.removals) : undefined
    const folding = isFirst ? keepFolding(services.writer, services.log) : undefined
    return {
      port,
      measure,
      async stop() {
        await Promise.all([removing?.close(), folding?.close(), stop()])
      },
    }
  } catch (error) {
    await services.close()
    throw error
  }
}
