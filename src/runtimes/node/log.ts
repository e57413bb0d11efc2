import { logLine } from '../../log_line.ts'
import type { Log } from '../../services.ts'
import { visible } from './visible.ts'

/** Log lines as JSON, one a line, on standard error; as plain words where a person watches. */
export function openLog(stream: NodeJS.WriteStream = process.stderr): Log {
  const write = (level: string, message: string, fields: Record<string, unknown> = {}) => {
    if (stream.isTTY) stream.write(`${level === 'info' ? '' : `${level}: `}${visible(message + plain(fields))}\n`)
    else stream.write(`${logLine(level, message, fields)}\n`)
  }
  return {
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warning', message, fields),
    error: (message, fields) => write('error', message, fields),
  }
}

const plain = (fields: Record<string, unknown>): string =>
  Object.entries(fields)
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('')
