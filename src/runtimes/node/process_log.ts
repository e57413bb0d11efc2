import type { IncomingMessage, ServerResponse } from 'node:http'
import { format } from 'node:util'
import type { Log } from '../../services.ts'

/**
 * Has all that Node and libraries would write themselves written to the log, a line each: warnings, what goes to the console, and the error
 * that ends the process.
 */
export function logProcess(log: Log): void {
  const end = (message: string) => (error: unknown) => {
    log.error(message, { error: error instanceof Error ? (error.stack ?? String(error)) : format(error) })
    process.exit(1)
  }
  process.on('uncaughtException', end('the archive ends: an error was not caught'))
  process.on('unhandledRejection', end('the archive ends: a rejection was not handled'))
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message }) => log.warn(message, { kind: name }))
  console.log = console.info = console.debug = (...words) => log.info(format(...words))
  console.warn = (...words) => log.warn(format(...words))
  console.error = (...words) => {
    // so says the server of HTTP that the stream of an answer failed: why is logged where it failed
    if (words[0] instanceof Error) log.warn('an answer was broken off', { error: words[0].stack })
    else log.error(format(...words))
  }
}

/** A ticket opens a ZIP, and queries carry signatures: neither is for a log. */
const shownPath = (url: string): string => url.replace(/\?.*$/s, '').replace(/^(\/frames\/zip\/)[^/]+/, '$1…')

/** Logs a request when its answer has ended or was broken off. */
export function logRequest(log: Log, { method, url = '' }: IncomingMessage, response: ServerResponse): void {
  const began = performance.now()
  response.once('close', () =>
    log.info('request', {
      method,
      path: shownPath(url),
      status: response.statusCode,
      ms: Math.round(performance.now() - began),
      ...(response.writableFinished ? {} : { ended: 'broken off' }),
    }),
  )
}
