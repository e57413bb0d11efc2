import { type Config, parseConfig } from './config.ts'
import { type Environment, VARIABLES, type VariableName } from './read_variables.ts'

/**
 * What a running archive takes over: what it reads at each request. All else is in connections,
 * listeners and keys that are made once.
 */
const CHANGEABLE: ReadonlySet<VariableName> = new Set<VariableName>([
  'DEBUG',
  'DRAIN_SECONDS',
  'TRUSTED_PROXIES',
  'THROTTLE_ANON',
  'THROTTLE_USER',
  'SEARCH_TIMEOUT_ANON',
  'SEARCH_BUDGET_ANON',
  'SEARCH_BUDGET_USER',
  'ZIP_DELIVERY',
  'ZIP_DOWNLOAD_FILENAME_BASE',
  'ZIP_DOWNLOAD_MAX_UNCOMPRESSED_FILES',
  'OAUTH_CLIENT_ID',
  'OAUTH_CLIENT_SECRET',
  'OAUTH_TOKEN_URL',
  'OAUTH_PROFILE_URL',
  'OAUTH_SERVER_KEY',
  'CONFIGDB_URL',
  'CONFIGURATION_TYPES',
  'SCIENCE_CONFIGURATION_TYPES',
  'PAGINATION_DEFAULT_LIMIT',
  'PAGINATION_MAX_LIMIT',
  'THUMBNAIL_SIZE_CHOICES',
  'NAVBAR_TITLE_TEXT',
  'NAVBAR_TITLE_URL',
  'TERMS_OF_SERVICE_URL',
  'DOCUMENTATION_URL',
  'METRICS_ALLOW',
])

/** What a changed environment comes to. */
export interface Reloaded {
  /** The environment from now on: what cannot change is as it was. */
  env: Environment
  config: Config
  changed: VariableName[]
  /** Variables that have changed too, and for which the archive has to be started again. */
  needRestart: VariableName[]
}

/**
 * Compares a changed environment with that of the running archive.
 * @throws ConfigError that lists every wrong variable
 */
export function compareEnvironments(running: Environment, changed: Environment): Reloaded {
  // all of it, so that a mistake is not first heard of at the next start
  parseConfig(changed)
  const names = (Object.keys(VARIABLES) as VariableName[]).filter((name) => running[name] !== changed[name])
  const taken = names.filter((name) => CHANGEABLE.has(name))
  const env = { ...running, ...Object.fromEntries(taken.map((name) => [name, changed[name]])) }
  return { env, config: parseConfig(env), changed: taken, needRestart: names.filter((name) => !CHANGEABLE.has(name)) }
}
