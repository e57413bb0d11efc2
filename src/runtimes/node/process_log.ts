import { format } from 'node:util'
import type { Log } from '../../log.ts'

/**
 * Sends to the log, a line each, what Node and libraries would print: warnings, console output, and
 * the error that ends the process.
 */
export function logProcess(log: Log): void {
  const exitWith = (message: string) => (error: unknown) => {
    log.error(message, { error: error instanceof Error ? (error.stack ?? String(error)) : format(error) })
    process.exit(1)
  }
  process.on('uncaughtException', exitWith('the archive ends: uncaught error'))
  process.on('unhandledRejection', exitWith('the archive ends: unhandled rejection'))
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message }) => log.warn(message, { kind: name }))
  console.log = console.info = console.debug = (...words) => log.info(format(...words))
  console.warn = (...words) => log.warn(format(...words))
  console.error = (...words) => {
    // @hono/node-server prints this when an answer's stream fails; the reason was logged there
    if (words[0] instanceof Error) log.warn('an answer was broken off', { error: words[0].stack })
    else log.error(format(...words))
  }
}
