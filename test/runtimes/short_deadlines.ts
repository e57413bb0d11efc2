import { parseConfig } from '../../src/config/config.ts'
import { listen } from '../../src/runtimes/node/listen.ts'
import { openLog } from '../../src/runtimes/node/log.ts'
import { logProcess } from '../../src/runtimes/node/process_log.ts'
import { openDatabase, openServices } from '../../src/runtimes/node/server.ts'

/** A program: the archive of its environment, whose clients have seconds where they otherwise have minutes. */
const config = parseConfig(process.env)
const log = openLog()
logProcess(log)
const services = await openServices(config, await openDatabase(config, log), log)
const { port, stop } = await listen(services, { headers: 1_000, body: 2_000, stall: 2_000 })
process.once('SIGTERM', async () => {
  log.info('stopping')
  await stop()
  process.exit(0)
})
log.info(`is listening on http://127.0.0.1:${port}/`)
