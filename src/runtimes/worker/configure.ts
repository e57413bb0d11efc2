import { type Config, ConfigError, type DatabaseConfig, type Environment, parseConfig } from '../../config/config.ts'
import type { Bindings } from './platform.ts'

/** The configuration of an archive at the edge. */
export interface EdgeConfig {
  config: Config
  /** There is no database in the process there. */
  database: Extract<DatabaseConfig, { kind: 'postgres' }>
}

let known: (EdgeConfig & { bindings: Bindings }) | undefined

/**
 * The configuration, read once in an isolate.
 * @throws ConfigError that lists every mistake, and what there is not at the edge
 */
export function configure(bindings: Bindings): EdgeConfig {
  if (known?.bindings === bindings) return known
  const hyperdrive = bindings.HYPERDRIVE?.connectionString
  const variables = Object.entries(bindings).filter(([, value]) => typeof value === 'string')
  const env = { ...Object.fromEntries(variables), ...(hyperdrive && { DATABASE_URL: hyperdrive }) } as Environment
  const config = parseConfig(env)
  const { database } = config
  if (database.kind === 'embedded')
    throw refused('DATABASE_URL', 'a PostgreSQL server, or a binding HYPERDRIVE to one: a Worker holds no database')
  if (config.files.kind === 'local') throw refused('FILESTORE_TYPE', 's3 or dummy: a Worker has no file system')
  if (config.cache.kind === 'memcached')
    throw refused('CACHE_LOC', 'nothing: each isolate of a Worker keeps a cache of its own')
  known = { bindings, config, database }
  return known
}

const refused = (variable: string, expected: string): ConfigError =>
  new ConfigError([{ variable, value: null, expected }])
