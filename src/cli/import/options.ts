import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { byParameter, type Given } from '../../schemas/filters.ts'
import { Refusal } from '../../schemas/values.ts'
import { UsageError } from '../command.ts'
import { numberOf, rootOf } from '../ingest/options.ts'

/** Where frames come from. */
export type From =
  | { kind: 'api'; root: string; token: string | null }
  /** `store`: a directory, a bucket, or nowhere that is known. */
  | { kind: 'database'; url: string; store: { directory: string } | { bucket: string } | null }

/** The command line of `platestack import`. */
export interface ImportOptions {
  from: From
  /** Null: the configured one, if any. */
  apiRoot: string | null
  authToken: string | null
  filters: Given[]
  /** The same as the query of a list. */
  query: URLSearchParams
  files: 'copy' | 'none'
  versions: 'all' | 'newest'
  walk: 'all' | 'since last'
  start: 'where it was' | 'start'
  mode: 'import' | 'dry-run' | 'verify'
  announced: 'announced' | 'quietly'
  /** Null: all. */
  limit: number | null
  output: 'text' | 'json'
  concurrency: number
  rate: number | null
  patienceMs: number
}

const flag = { type: 'boolean', default: false } as const
const text = { type: 'string' } as const

/** Reads the command line. @throws UsageError, and Node's own errors for options that there are not */
export function importOptions(args: string[], env: NodeJS.ProcessEnv): ImportOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      token: text,
      'token-file': text,
      database: text,
      'files-dir': text,
      bucket: text,
      'api-root': text,
      'auth-token': text,
      filter: { type: 'string', multiple: true, default: [] },
      start: text,
      end: text,
      proposal: text,
      files: { type: 'string', default: 'copy' },
      'newest-only': flag,
      'since-last': flag,
      'from-start': flag,
      announce: flag,
      verify: flag,
      'dry-run': flag,
      json: flag,
      limit: text,
      concurrency: { type: 'string', default: '16' },
      rate: text,
      'retry-for': { type: 'string', default: '30' },
    },
  })
  if (values.files !== 'copy' && values.files !== 'none')
    throw new UsageError(
      "--files is copy (files are brought here) or none (records only, of an archive whose store is this one's)",
    )
  if (values.verify && values['dry-run']) throw new UsageError('--verify and --dry-run do not go together')
  if (values['since-last'] && values['from-start'])
    throw new UsageError('--since-last and --from-start do not go together')
  const given = [...values.filter]
  for (const [option, name] of [
    ['start', 'start'],
    ['end', 'end'],
    ['proposal', 'proposal_id'],
  ] as const)
    if (values[option] !== undefined) given.push(`${name}=${values[option]}`)
  const from = fromOf(values, positionals, env)
  return {
    from,
    apiRoot: values['api-root'] === undefined ? null : rootOf(values['api-root']),
    authToken: values['auth-token'] ?? null,
    ...filtersOf(given, from.kind),
    files: values.files,
    versions: values['newest-only'] ? 'newest' : 'all',
    walk: values['since-last'] ? 'since last' : 'all',
    start: values['from-start'] ? 'start' : 'where it was',
    mode: values.verify ? 'verify' : values['dry-run'] ? 'dry-run' : 'import',
    announced: values.announce ? 'announced' : 'quietly',
    limit: values.limit === undefined ? null : numberOf('limit', values.limit, 1, 2 ** 31, /^\d+$/),
    output: values.json ? 'json' : 'text',
    concurrency: numberOf('concurrency', values.concurrency, 1, 256, /^\d+$/),
    rate: values.rate === undefined ? null : numberOf('rate', values.rate, 0.01, 100_000),
    patienceMs: 60_000 * numberOf('retry-for', values['retry-for'], 0, 100_000),
  }
}

type Sources = Partial<Record<'token' | 'token-file' | 'database' | 'files-dir' | 'bucket', string>> & {
  files: string
  verify?: boolean
}

function fromOf(values: Sources, positionals: string[], env: NodeJS.ProcessEnv): From {
  if (positionals.length > 1) throw new UsageError('give one archive: platestack import https://archive.example/')
  const [address] = positionals
  const database = values.database ?? (address === undefined ? env.IMPORT_DATABASE_URL?.trim() || undefined : undefined)
  if (address !== undefined && database !== undefined)
    throw new UsageError("give the source's address or its --database, not both")
  const { 'files-dir': directory, bucket } = values
  if (database === undefined) {
    if (address === undefined)
      throw new UsageError(
        'give the archive that frames come from: platestack import https://archive.example/, or --database',
      )
    if (directory !== undefined || bucket !== undefined)
      throw new UsageError('--files-dir and --bucket go with --database: an API says itself where files are')
    return { kind: 'api', root: `${rootOf(address, 'the source')}/`, token: tokenOf(values, env) }
  }
  if (values.token !== undefined || values['token-file'] !== undefined)
    throw new UsageError('a token goes with the address of an archive, not with --database')
  if (directory !== undefined && bucket !== undefined) throw new UsageError('give --files-dir or --bucket, not both')
  const store = directory !== undefined ? { directory } : bucket !== undefined ? { bucket } : null
  if (store === null && values.files === 'copy' && !values.verify)
    throw new UsageError(
      'a database does not hold files: say where they are by --files-dir DIR or --bucket NAME, or take only records by --files none',
    )
  return { kind: 'database', url: database, store }
}

function tokenOf({ token, 'token-file': file }: Sources, env: NodeJS.ProcessEnv): string | null {
  if (token !== undefined && file !== undefined) throw new UsageError('give --token or --token-file, not both')
  if (file === undefined) return token ?? (env.IMPORT_TOKEN?.trim() || null)
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new UsageError(`the token cannot be read from ${file}: ${(error as NodeJS.ErrnoException).code}`)
  }
}

/** Filters that look at columns alone, which every archive's database has. */
const OF_COLUMNS =
  /^(id__(gt|lt)|modified_(after|before)|start|end|observation_date|dayobs|public_date|(basename|target_name)_exact|exposure_time|(empty_)?target_name|(configuration_type|proposal_id|instrument_id|site_id|telescope_id|primary_optical_element|observation_id|request_id|reduction_level)(__in)?)$/

/** `NAME=VALUE`s as filters. An archive ignores what it does not know, and would give everything: that is refused here. */
function filtersOf(texts: readonly string[], kind: From['kind']): Pick<ImportOptions, 'filters' | 'query'> {
  const query = new URLSearchParams()
  const filters = texts.map((text): Given => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
    const filter = name === undefined ? undefined : byParameter.get(name)
    if (name === undefined || value === undefined || value === '')
      throw new UsageError(`--filter is NAME=VALUE, not ${text}`)
    if (!filter)
      throw new UsageError(
        `there is no filter ${name}: those of GET /frames/ are ${[...byParameter.keys()].join(', ')}`,
      )
    if (kind === 'database' && !OF_COLUMNS.test(filter.name))
      throw new UsageError(`the filter ${name} is one of the API, and not of --database`)
    query.append(name, value)
    // an API checks those that only it can read
    if (kind === 'api' && !OF_COLUMNS.test(filter.name)) return { name: filter.name, parameter: name, value }
    const values = filter.list
      ? value.split(',').map((each) => filter.parse(each.trim(), []))
      : [filter.parse(value, [])]
    const refused = values.find((each) => each instanceof Refusal)
    if (refused instanceof Refusal) throw new UsageError(`the filter ${name}: ${refused.message}`)
    return { name: filter.name, parameter: name, value: filter.list ? values : values[0] }
  })
  return { filters, query }
}
