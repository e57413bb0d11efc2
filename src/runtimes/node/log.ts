import type { Log } from '../../log.ts'
import { formatLogLine } from '../../log.ts'
import { escapeForTerminal } from './escape_for_terminal.ts'

/**
 * Writes log lines as JSON, or as plain text on a terminal.
 * @param always fields of every line
 */
export function openLog(stream: NodeJS.WriteStream = process.stderr, always: Record<string, unknown> = {}): Log {
  const write = (level: string, message: string, own: Record<string, unknown> = {}) => {
    const fields = { ...own, ...always }
    if (stream.isTTY)
      stream.write(`${level === 'info' ? '' : `${level}: `}${escapeForTerminal(message + formatFields(fields))}\n`)
    else stream.write(`${formatLogLine(level, message, fields)}\n`)
  }
  return {
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warning', message, fields),
    error: (message, fields) => write('error', message, fields),
  }
}

const formatFields = (fields: Record<string, unknown>): string =>
  Object.entries(fields)
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('')
