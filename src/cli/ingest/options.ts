import { parseArgs } from 'node:util'
import { UsageError } from '../command.ts'

/** The command line of `platestack ingest`. */
export interface IngestOptions {
  /** Files, folders and patterns; '-' is among them as it was given. */
  paths: string[]
  /** Null: the configured one, if any. */
  apiRoot: string | null
  authToken: string | null
  metadata: string | null
  mode: 'ingest' | 'dry-run' | 'check' | 'watch'
  output: 'text' | 'json'
  /** What ends a path of the list on standard input. */
  separator: '\n' | '\0'
  concurrency: number
  settleMs: number
  patienceMs: number
}

/**
 * Reads the command line. Throws UsageError, and Node's own errors for options that there are not.
 */
export function ingestOptions(args: string[]): IngestOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'api-root': { type: 'string' },
      'auth-token': { type: 'string' },
      metadata: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      'check-only': { type: 'boolean', default: false },
      watch: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      null: { type: 'boolean', short: '0', default: false },
      concurrency: { type: 'string', default: '160' },
      settle: { type: 'string' },
      'retry-for': { type: 'string', default: '30' },
    },
  })
  if (!positionals.length) throw new UsageError('give files or folders: platestack ingest PATH...')
  if (positionals.includes('')) throw new UsageError('a path is empty: give files or folders')
  const modes = (['dry-run', 'check-only', 'watch'] as const).filter((name) => values[name])
  if (modes.length > 1) throw new UsageError(`--${modes.join(' and --')} do not go together`)
  if (values.watch && positionals.includes('-')) throw new UsageError('--watch takes folders, not a list (-)')
  if (values.null && !positionals.includes('-'))
    throw new UsageError('--null is about the list on standard input: give - as a path')
  if (values.settle !== undefined && !values.watch) throw new UsageError('--settle goes with --watch')
  return {
    paths: positionals,
    apiRoot: values['api-root'] === undefined ? null : rootOf(values['api-root']),
    authToken: values['auth-token'] ?? null,
    metadata: values.metadata ?? null,
    mode: values.watch ? 'watch' : values['dry-run'] ? 'dry-run' : values['check-only'] ? 'check' : 'ingest',
    output: values.json ? 'json' : 'text',
    separator: values.null ? '\0' : '\n',
    concurrency: numberOf('concurrency', values.concurrency, 1, 256, /^\d+$/),
    settleMs: 1000 * numberOf('settle', values.settle ?? '5', 0, 86_400),
    patienceMs: 60_000 * numberOf('retry-for', values['retry-for'], 0, 100_000),
  }
}

/** The number that an option is. @throws UsageError for another text */
export function numberOf(name: string, text: string, least: number, most: number, form = /^\d+(\.\d+)?$/): number {
  const number = form.test(text) ? Number(text) : Number.NaN
  if (!(number >= least && number <= most)) throw new UsageError(`--${name} is a number from ${least} to ${most}`)
  return number
}

/** The root without slashes at its end, as the configuration has it. @param option how messages call it */
export function rootOf(text: string, option = '--api-root'): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UsageError(`${option} is the archive's address, like https://archive.example/api/`)
  // never shown: whoever reads the screen or a log would have the password
  if (url.username || url.password || url.search || url.hash)
    throw new UsageError(`${option} has no user, password or question mark: the token is given apart from it`)
  return url.href.replace(/\/+$/, '')
}
