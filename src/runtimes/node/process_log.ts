import type { IncomingMessage, ServerResponse } from 'node:http'
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

/** Tickets give access to ZIPs, and queries carry signatures: neither belongs in a log. */
const redactPath = (url: string): string => url.replace(/\?.*$/s, '').replace(/^(\/frames\/zip\/)[^/]+/, '$1…')

/** Logs a request once its answer has ended or was broken off. */
export function logRequest(log: Log, { method, url = '' }: IncomingMessage, response: ServerResponse): void {
  const began = performance.now()
  response.once('close', () =>
    log.info('request', {
      method,
      path: redactPath(url),
      status: response.statusCode,
      ms: Math.round(performance.now() - began),
      ...(response.writableFinished ? {} : { ended: 'broken off' }),
    }),
  )
}
