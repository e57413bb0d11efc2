import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { Config } from '../config/config.ts'
import type { Log } from '../log.ts'
import { watchInherited } from '../runtimes/node/workers/inherited_socket.ts'
import { WorkerFailed } from '../runtimes/node/workers/life.ts'
import { formatPlace } from '../runtimes/node/workers/messages.ts'
import { superviseWorkers } from '../runtimes/node/workers/supervise.ts'
import { CommandError } from './command.ts'
import { reloadOnSignal } from './reload.ts'
import { logDraining, logListening, logStart, logStopping } from './serve_log.ts'
import { findServiceManager } from './service_manager.ts'
import { takeSocket } from './socket_activation.ts'
import { awaitStopSignal } from './stop_signal.ts'

/**
 * Runs the configured archive in so many worker processes until a signal to stop; gives the exit
 * code. This process takes no request itself.
 * @throws CommandError when no process can start
 */
export async function runWorkers(config: Config, log: Log, count: number): Promise<number> {
  const manager = findServiceManager(log)
  const socket = takeSocket()
  const leaveSocket = socket === null ? null : watchInherited(socket)
  logStart(config, log, count)
  // the same for all, also for those that come later
  if (socket === null) process.env.PORT = String(await takePort(config.http))
  const workers = await superviseWorkers(
    count,
    (number) => ['serve', '--worker', formatPlace({ number, of: count, socket })],
    log,
  ).catch((error) => {
    throw error instanceof WorkerFailed ? new CommandError(error.message) : error
  })
  const stopped = awaitStopSignal()
  const url = logListening(config, log, workers.port)
  let { drainS } = config
  reloadOnSignal(
    log,
    (changed, changes) => {
      drainS = changed.drainS
      workers.configure(changes)
    },
    { begun: () => manager.reloading(), ended: () => manager.ready(url) },
  )
  manager.ready(url)
  manager.keepAlive(workers.areAlive)
  await stopped
  manager.stopping()
  logDraining(drainS, log)
  await leaveSocket?.()
  const { refusing, ended } = workers.stop()
  await refusing
  logStopping(log)
  return (await ended) ? 0 : 1
}

/**
 * A port that nobody else listens on: the one that is wanted, or any where that is 0. Worker
 * processes on Bun would share theirs with another archive's, and none be told that it is taken
 * (oven-sh/bun#38109).
 */
async function takePort(wanted: { host: string; port: number }): Promise<number> {
  const server = createServer().listen(wanted.port, wanted.host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
