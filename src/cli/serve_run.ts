import { tokenByName, tokenOf } from '../auth/tokens.ts'
import type { Config } from '../config/config.ts'
import { shownSettings } from '../config/secrets.ts'
import type { Log } from '../log.ts'
import { addSuperuser } from '../queries/users/save.ts'
import { programCommand } from '../runtimes/node/program_command.ts'
import { openServices } from '../runtimes/node/server.ts'
import { serveTokens, tokenSocketPath } from '../runtimes/node/token_socket.ts'
import { reconfigure, type Services } from '../services.ts'
import { openWhenReady } from './open.ts'
import { reloadOnSignal } from './reload.ts'
import { logDraining, logListening, logStart, logStopping } from './serve_log.ts'
import { findServiceManager } from './service_manager.ts'
import { takeSocket } from './socket_activation.ts'
import { startServing } from './start_serving.ts'
import { awaitStopSignal } from './stop_signal.ts'

/** Runs the configured archive in this process until a signal to stop; gives the exit code. */
export async function runArchive(config: Config, log: Log): Promise<number> {
  const manager = findServiceManager(log)
  const socket = takeSocket()
  logStart(config, log, 1)
  const embedded = config.database.kind === 'embedded'
  if (embedded)
    log.info(`opening the embedded database in ${config.dataDir} (the first time takes a quarter of a minute)`)
  const database = await openWhenReady(config, log)
  const services = await openServices(config, database, log).catch(async (error) => {
    await database.close()
    throw error
  })
  const stopped = awaitStopSignal()
  const { port, drain, stop } = await startServing(services, { socket })
  const url = logListening(config, log, port)
  const closeTokens = embedded ? await offerTokens(services) : () => {}
  reloadOnSignal(log, (changed) => reconfigure(services, changed, shownSettings(process.env)), {
    begun: () => manager.reloading(),
    ended: () => manager.ready(url),
  })
  manager.ready(url)
  manager.keepAlive(() => true)
  if (embedded) process.stdout.write(await composeWelcome(services, url))
  await stopped
  manager.stopping()
  logDraining(services.config.drainS, log)
  await drain()
  closeTokens()
  // logged once it is true
  const ended = stop()
  logStopping(log)
  await ended
  return 0
}

/** The superuser that an embedded archive creates for itself. */
const ADMIN = 'admin'

async function composeWelcome({ writer, keys, config }: Services, url: string): Promise<string> {
  // '!' matches no password: only the token works, until `platestack createsuperuser` sets one
  const made = await addSuperuser(writer, ADMIN, '!', '')
  // logs are kept and read by others: there it says how to get the token
  const shown = made !== undefined && process.stdout.isTTY ? await tokenOf(writer, keys, made) : null
  const command = `${programCommand()} token ${ADMIN}`
  const [superuser, token] =
    shown === null ? [`; its token: ${command}`, `$(${command})`] : [`, with the token ${shown}`, shown]
  return `
  Platestack      ${url}/
  Documentation   ${url}/docs/
  Files           ${config.files.root}
  Superuser       ${ADMIN}${superuser}

Try:
  curl '${url}/frames/'
  curl -H "Authorization: Token ${token}" '${url}/profile/'

`
}

/**
 * Makes `platestack token` work while the archive has the database open, if the system allows.
 * @returns stops it
 */
async function offerTokens({ writer, keys, config, log }: Services): Promise<() => void> {
  try {
    return await serveTokens(tokenSocketPath(config.dataDir), (username) => tokenByName(writer, keys, username))
  } catch (error) {
    log.warn('platestack token does not work while the archive runs', { reason: (error as Error).message })
    return () => {}
  }
}
