import { convertPlainTokens, tokenByName, tokenOf } from '../auth/tokens.ts'
import type { Config } from '../config/config.ts'
import { keepRemoving } from '../files/removals/keep_removing.ts'
import type { Log } from '../log.ts'
import { addSuperuser } from '../queries/users/save.ts'
import { type Listening, listen } from '../runtimes/node/listen.ts'
import { openServices } from '../runtimes/node/server.ts'
import { offerTokens, tokenSocket } from '../runtimes/node/token_socket.ts'
import type { Services } from '../services.ts'
import { version } from '../version.ts'
import { openWhenThere } from './open.ts'
import { describeParts } from './parts.ts'

/** Runs the configured archive until a signal to stop; gives the exit code. */
export async function runArchive(config: Config, log: Log): Promise<number> {
  log.info(`Platestack ${version} starts`, describeParts(config))
  if (config.files.kind === 'dummy')
    log.warn('FILESTORE_TYPE is dummy: files are neither stored nor served, and the url of every frame is empty')
  const embedded = config.database.kind === 'embedded'
  if (embedded)
    log.info(`opening the embedded database in ${config.dataDir} (the first time takes a quarter of a minute)`)
  const database = await openWhenThere(config, log)
  const services = await openServices(config, database, log).catch(async (error) => {
    await database.close()
    throw error
  })
  const stopped = stopSignal()
  const { port, stop } = await start(services)
  const { host } = config.http
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  log.info(`Platestack ${version} is listening on ${url}/`)
  const closeTokens = embedded ? await openTokens(services) : () => {}
  if (embedded) process.stdout.write(await welcome(services, url))
  await stopped
  closeTokens()
  // said once it is so
  const ended = stop()
  log.info('stopping: no more requests are taken, those in flight may end')
  await ended
  return 0
}

async function start(services: Services): Promise<Listening> {
  try {
    const converted = await convertPlainTokens(services.writer, services.keys)
    if (converted) services.log.info(`${converted} plain tokens of the adopted database are now kept encrypted`)
    const { port, stop } = await listen(services)
    const removing = keepRemoving(services.removals)
    return {
      port,
      async stop() {
        await Promise.all([removing.close(), stop()])
      },
    }
  } catch (error) {
    await services.close()
    throw error
  }
}

/** The name of the superuser that an embedded archive makes for itself. */
const ADMIN = 'admin'

async function welcome({ writer, keys, config }: Services, url: string): Promise<string> {
  // '!' is no password: the token is the way in, until `platestack createsuperuser` gives one
  const made = await addSuperuser(writer, ADMIN, '!', '')
  // logs are kept, and read by others: there it says how to get the token
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

/** Lets `platestack token` work while the archive has the database, where the system can do that; gives what ends it. */
async function openTokens({ writer, keys, config, log }: Services): Promise<() => void> {
  try {
    return await offerTokens(tokenSocket(config.dataDir), (username) => tokenByName(writer, keys, username))
  } catch (error) {
    log.warn('platestack token does not work while the archive runs', { reason: (error as Error).message })
    return () => {}
  }
}

/** Settles at the first signal to stop; the second ends the process at once. */
const stopSignal = (): Promise<void> =>
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
