import { convertPlainTokens, tokenByName, tokenOf } from '../auth/tokens.ts'
import type { Config } from '../config/config.ts'
import { keepRemoving } from '../files/removals/keep_removing.ts'
import type { Log } from '../log.ts'
import { addSuperuser } from '../queries/users/save.ts'
import { keepFolding } from '../rollups.ts'
import { type Listening, listen } from '../runtimes/node/listen.ts'
import { openServices } from '../runtimes/node/server.ts'
import { serveTokens, tokenSocketPath } from '../runtimes/node/token_socket.ts'
import type { Services } from '../services.ts'
import { version } from '../version.ts'
import { describeParts } from './describe_parts.ts'
import { openWhenReady } from './open.ts'

/** Runs the configured archive until a signal to stop; gives the exit code. */
export async function runArchive(config: Config, log: Log): Promise<number> {
  log.info(`Platestack ${version} starts`, describeParts(config))
  if (config.files.kind === 'dummy')
    log.warn('FILESTORE_TYPE is dummy: files are neither stored nor served, and the url of every frame is empty')
  const embedded = config.database.kind === 'embedded'
  if (embedded)
    log.info(`opening the embedded database in ${config.dataDir} (the first time takes a quarter of a minute)`)
  const database = await openWhenReady(config, log)
  const services = await openServices(config, database, log).catch(async (error) => {
    await database.close()
    throw error
  })
  const stopped = awaitStopSignal()
  const { port, stop } = await startServing(services)
  const { host } = config.http
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  log.info(`Platestack ${version} is listening on ${url}/`)
  const closeTokens = embedded ? await offerTokens(services) : () => {}
  if (embedded) process.stdout.write(await composeWelcome(services, url))
  await stopped
  closeTokens()
  // logged once it is true
  const ended = stop()
  log.info('stopping: accepting no more requests, letting those in flight finish')
  await ended
  return 0
}

async function startServing(services: Services): Promise<Listening> {
  try {
    const converted = await convertPlainTokens(services.writer, services.keys)
    if (converted) services.log.info(`${converted} plain tokens of the adopted database are now kept encrypted`)
    const { port, stop } = await listen(services)
    const removing = keepRemoving(services.removals)
    const folding = keepFolding(services.writer, services.log)
    return {
      port,
      async stop() {
        await Promise.all([removing.close(), folding.close(), stop()])
      },
    }
  } catch (error) {
    await services.close()
    throw error
  }
}

/** The superuser that an embedded archive creates for itself. */
const ADMIN = 'admin'

async function composeWelcome({ writer, keys, config }: Services, url: string): Promise<string> {
  // '!' matches no password: only the token works, until `platestack createsuperuser` sets one
  const made = await addSuperuser(writer, ADMIN, '!', '')
  // logs are kept and read by others: there it says how to get the token
  const shown = made !== undefined && process.stdout.isTTY ? await tokenOf(writer, keys, made) : null
  const command = `node '${process.argv[1]}' token ${ADMIN}`
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

/** Resolves at the first signal to stop; a second one ends the process at once. */
const awaitStopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    const numbers = { SIGINT: 2, SIGTERM: 15 }
    let asked = false
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.on(signal, () => {
        if (asked) process.exit(128 + numbers[signal])
        asked = true
        resolve()
      })
  })
