import type { Config } from '../config/config.ts'
import type { Log } from '../log.ts'
import { openServices } from '../runtimes/node/server.ts'
import type { FromWorker, Place, ToWorker } from '../runtimes/node/workers/messages.ts'
import { createSharedCache } from '../runtimes/node/workers/shared_cache.ts'
import { createSharedMeasures } from '../runtimes/node/workers/shared_measures.ts'
import { explainError } from './explain.ts'
import { openUnchecked, openWhenReady } from './open.ts'
import { startServing } from './start_serving.ts'
import { awaitStopSignal } from './stop_signal.ts'

/**
 * Runs one worker process of an archive until the first process, or a signal, stops it; gives the
 * exit code. The first worker waits for the database and checks it, for all of them.
 */
export async function runWorker(config: Config, log: Log, { number, of }: Place): Promise<number> {
  const send = (message: FromWorker) => void process.send!(message, undefined, undefined, () => {})
  const { cache, receive } = createSharedCache(send)
  const measures = createSharedMeasures(send)
  const told = new Promise<void>((resolve) => {
    process.on('message', (message: ToWorker) => {
      if (message.kind === 'stop') resolve()
      receive(message)
      measures.receive(message)
    })
  })
  send({ kind: 'here' })
  const isFirst = number === 1
  try {
    const database = isFirst ? await openWhenReady(config, log, of) : await openUnchecked(config, () => {}, log, of)
    const services = await openServices(config, database, log, { cache, looks: isFirst }).catch(async (error) => {
      await database.close()
      throw error
    })
    const gathering = { worker: number, gather: measures.gather }
    const { port, measure, stop } = await startServing(services, { processes: of, isFirst, gathering })
    measures.offer(measure)
    const stopped = Promise.race([told, awaitStopSignal()])
    send({ kind: 'ready', port })
    await stopped
    const ended = stop()
    send({ kind: 'stopping' })
    await ended
    return 0
  } catch (error) {
    const { text } = explainError(error as Error, process.env)
    await new Promise((resolve) =>
      process.send!({ kind: 'failed', reason: text } satisfies FromWorker, undefined, undefined, resolve),
    )
    return 1
  }
}
