import {
  buildCacheConfig,
  buildDatabaseConfig,
  buildFilesConfig,
  buildS3Config,
  type ReportProblem,
} from './backends.ts'
import { ConfigError } from './config_error.ts'
import { buildIngestConfig } from './ingest.ts'
import type { Rate } from './parsers.ts'
import { describeProblem, type Environment, type Reading, readVariables } from './read_variables.ts'
import type { Config, PortalConfig, TimeBudget } from './types.ts'

export { ConfigError, type ConfigProblem } from './config_error.ts'
export type { MemcachedServer, PostgresTarget, TlsConfig } from './connections.ts'
export { FILE_CLASSES, type FileClass, type FileClassOverrides } from './file_classes.ts'
export { isWithin, type Network } from './networks.ts'
export type { Rate } from './parsers.ts'
export { type Environment, VARIABLES, type VariableName } from './read_variables.ts'
export type {
  CacheConfig,
  Config,
  DatabaseConfig,
  FilesConfig,
  HeaderKeys,
  IngestConfig,
  PortalConfig,
  S3Config,
  TimeBudget,
} from './types.ts'
export { SECTIONS, type Variable } from './variables.ts'

/**
 * The configuration from environment variables; everything has a default. An empty variable counts
 * as missing, unless empty means something (`Variable.blank`).
 * @throws ConfigError that lists every wrong variable, without secrets
 */
export function parseConfig(env: Environment): Config {
  const reading = readVariables(env)
  const problems = [...reading.problems]
  const report: ReportProblem = (name, expected) => {
    // an unreadable variable has its default here, which must not be reported as well
    if (!problems.some(({ variable }) => variable === name)) problems.push(describeProblem(name, env[name], expected))
  }
  const config = buildConfig(reading, report)
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

function buildConfig(reading: Reading, report: ReportProblem): Config {
  const v = reading.values
  const database = buildDatabaseConfig(reading, report)
  if (database.kind === 'embedded' && v.WORKERS !== null && v.WORKERS > 1)
    report('WORKERS', '1 with the embedded database, which one process has to itself (DATABASE_URL names a server)')
  return {
    secretKey: v.SECRET_KEY,
    debug: v.DEBUG,
    accessLog: v.ACCESS_LOG,
    dataDir: v.PLATESTACK_DATA_DIR,
    workers: database.kind === 'embedded' ? 1 : v.WORKERS,
    http: { host: v.HOST, port: v.PORT, maxConnections: v.PLATESTACK_MAX_CONNECTIONS },
    trustedProxies: v.TRUSTED_PROXIES,
    metricsAllow: v.METRICS_ALLOW,
    cache: buildCacheConfig(reading, report),
    throttle: { anon: v.THROTTLE_ANON, user: v.THROTTLE_USER },
    search: {
      anonTimeoutS: v.SEARCH_TIMEOUT_ANON,
      anonBudget: asBudget(v.SEARCH_BUDGET_ANON),
      userBudget: asBudget(v.SEARCH_BUDGET_USER),
    },
    database,
    files: buildFilesConfig(reading, database),
    s3: buildS3Config(reading, report),
    zip: {
      delivery: v.ZIP_DELIVERY,
      filenameBase: v.ZIP_DOWNLOAD_FILENAME_BASE,
      maxUncompressedFiles: v.ZIP_DOWNLOAD_MAX_UNCOMPRESSED_FILES,
    },
    events: {
      enabled: v.PROCESSED_EXCHANGE_ENABLED,
      brokerUrl: v.QUEUE_BROKER_URL,
      exchange: v.PROCESSED_EXCHANGE_NAME,
    },
    portal: buildPortalConfig(reading),
    configurationTypes: {
      configdbUrl: v.CONFIGDB_URL,
      accepted: v.CONFIGURATION_TYPES,
      science: v.SCIENCE_CONFIGURATION_TYPES,
    },
    pagination: buildPaginationConfig(reading, report),
    thumbnails: { sizes: v.THUMBNAIL_SIZE_CHOICES },
    appearance: {
      title: v.NAVBAR_TITLE_TEXT,
      titleUrl: v.NAVBAR_TITLE_URL,
      termsUrl: v.TERMS_OF_SERVICE_URL,
      documentationUrl: v.DOCUMENTATION_URL,
    },
    expiry: { guideCamerasToPersist: v.GUIDE_CAMERAS_TO_PERSIST },
    ingest: buildIngestConfig(v),
  }
}

const asBudget = ({ requests, seconds }: Rate): TimeBudget => ({ amount: requests, seconds })

function buildPortalConfig({ values: v, given }: Reading): PortalConfig {
  const located = given.has('OAUTH_TOKEN_URL') || given.has('OAUTH_PROFILE_URL') || given.has('OAUTH_CLIENT_ID')
  return {
    source: located ? 'environment' : 'defaults',
    clientId: v.OAUTH_CLIENT_ID,
    clientSecret: v.OAUTH_CLIENT_SECRET,
    tokenUrl: v.OAUTH_TOKEN_URL,
    profileUrl: v.OAUTH_PROFILE_URL,
    serverKey: v.OAUTH_SERVER_KEY,
  }
}

/** A maximum below the default page size is fine: pages just get shorter. */
function buildPaginationConfig({ values: v, given, problems }: Reading, report: ReportProblem): Config['pagination'] {
  const [defaultLimit, maxLimit] = [v.PAGINATION_DEFAULT_LIMIT, v.PAGINATION_MAX_LIMIT]
  if (!given.has('PAGINATION_DEFAULT_LIMIT')) return { defaultLimit: Math.min(defaultLimit, maxLimit), maxLimit }
  if (defaultLimit > maxLimit && !problems.some(({ variable }) => variable === 'PAGINATION_MAX_LIMIT')) {
    report('PAGINATION_DEFAULT_LIMIT', `at most PAGINATION_MAX_LIMIT, which is ${maxLimit}`)
  }
  return { defaultLimit, maxLimit }
}
