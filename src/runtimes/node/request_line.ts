import { NO_OPERATION, type RequestRecord } from '../../telemetry.ts'
import { escapeForTerminal } from './escape_for_terminal.ts'

const COLORS = { red: 31, green: 32, yellow: 33, cyan: 36, gray: 90 } as const
type Color = keyof typeof COLORS

/** Text in a colour, where there are any. */
export const paint = (text: string, color: Color, hasColors: boolean): string =>
  hasColors ? `\x1b[${COLORS[color]}m${text}\x1b[39m` : text

/** A request in a short line, for whoever looks at a terminal. */
export function formatForPeople(record: RequestRecord, hasColors: boolean): string {
  const { caller, operation, status, outcome, databaseMs, statements } = record
  const about = [
    `${record.ms.toFixed(1)} ms`,
    ...(statements > 0 ? [`database ${databaseMs.toFixed(1)} ms in ${statements}`] : []),
    formatBytes(record.bytes),
    ...(operation === NO_OPERATION ? [] : [operation]),
    ...(caller === null ? [] : [`user ${caller}`]),
    record.id,
  ].join(', ')
  const ended = outcome === 'whole' ? [] : [paint(outcome, 'red', hasColors)]
  return [
    new Date().toLocaleTimeString('en-GB'),
    paint(String(status ?? 'no answer'), colorOf(status), hasColors),
    escapeForTerminal(`${record.method ?? '?'} ${record.path ?? '?'}`),
    ...ended,
    paint(about, 'gray', hasColors),
  ].join(' ')
}

const colorOf = (status: number | null): Color =>
  status === null || status >= 500 ? 'red' : status >= 400 ? 'yellow' : status >= 300 ? 'cyan' : 'green'

const formatBytes = (bytes: number): string =>
  bytes < 10_000
    ? `${bytes} bytes`
    : bytes < 10_000_000
      ? `${Math.round(bytes / 1000)} kB`
      : `${Math.round(bytes / 1e6)} MB`
