import type { Config } from '../config/config.ts'
import type { Log } from '../log.ts'
import { version } from '../version.ts'
import { describeParts } from './describe_parts.ts'

/** Logs what an archive that starts consists of. */
export function logStart(config: Config, log: Log, workers: number): void {
  log.info(`Platestack ${version} starts`, { ...describeParts(config), workers })
  if (config.files.kind === 'dummy')
    log.warn('FILESTORE_TYPE is dummy: files are neither stored nor served, and the url of every frame is empty')
}

/** Logs where it listens. @returns that address, without a slash at the end */
export function logListening({ http: { host } }: Config, log: Log, port: number): string {
  const url = port === 0 ? 'a Unix socket' : `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  log.info(`Platestack ${version} is listening on ${url}${port === 0 ? '' : '/'}`)
  return url
}

/** Logs that it is about to stop. */
export function logDraining(drainS: number, log: Log): void {
  if (drainS > 0) log.info(`stopping in ${drainS} s: /health/ready/ says so, and requests are still taken`)
}

/** Logs that it stops. */
export const logStopping = (log: Log): void =>
  log.info('stopping: accepting no more requests, letting those in flight finish')
