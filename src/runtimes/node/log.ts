import { formatRequestLine } from '../../access_log.ts'
import type { Log } from '../../log.ts'
import { formatLogLine } from '../../log.ts'
import { escapeForTerminal } from './escape_for_terminal.ts'
import { openLineWriter } from './line_writer.ts'
import { formatForPeople, paint } from './request_line.ts'

/**
 * Writes log lines as JSON, or as plain text on a terminal.
 * @param always fields of every line
 */
export function openLog(stream: NodeJS.WriteStream = process.stderr, always: Record<string, unknown> = {}): Log {
  const isTerminal = stream.isTTY
  const hasColors = isTerminal && stream.hasColors()
  const format = (level: string, message: string, own: Record<string, unknown>) => {
    const fields = { ...own, ...always }
    if (!isTerminal) return formatLogLine(level, message, fields)
    const text = escapeForTerminal(message + formatFields(fields))
    return level === 'info' ? text : `${paint(`${level}:`, level === 'error' ? 'red' : 'yellow', hasColors)} ${text}`
  }
  const lines = openLineWriter(
    stream,
    'worker' in always ? 'shared' : 'alone',
    (count) => `${format('warning', 'lines of the log were dropped: whoever reads it is too slow', { count })}\n`,
  )
  const more = Object.entries(always)
    .map((field) => `,${field.map((part) => JSON.stringify(part)).join(':')}`)
    .join('')
  const writer =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}) =>
      lines.write(`${format(level, message, fields)}\n`)
  return {
    info: writer('info'),
    warn: writer('warning'),
    error: writer('error'),
    request: (record) =>
      lines.add(`${isTerminal ? formatForPeople(record, hasColors) : formatRequestLine(record, more)}\n`),
  }
}

const formatFields = (fields: Record<string, unknown>): string =>
  Object.entries(fields)
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('')
