import { ConfigError } from './config_error.ts'
import { ingestOf } from './ingest.ts'
import { type Environment, problem, type Reading, readVariables } from './read.ts'
import { cacheOf, databaseOf, filesOf, type Report, s3Of } from './storage.ts'
import type { Config, PortalConfig } from './types.ts'

export { ConfigError, type ConfigProblem } from './config_error.ts'
export type { MemcachedServer, PostgresTarget, TlsConfig } from './connections.ts'
export { FILE_CLASSES, type FileClass, type FileClassOverrides } from './file_classes.ts'
export { matchesTrustedProxy, type Network } from './networks.ts'
export type { Rate } from './parsers.ts'
export { type Environment, VARIABLES, type VariableName } from './read.ts'
export type {
  CacheConfig,
  Config,
  DatabaseConfig,
  FilesConfig,
  HeaderKeys,
  IngestConfig,
  PortalConfig,
  S3Config,
} from './types.ts'
export { SECTIONS, type Variable } from './variables.ts'

/**
 * The configuration that an environment asks for, with the defaults of an archive that was told nothing.
 * A variable that is empty counts as missing, except where empty is an answer (`Variable.blank`).
 * @throws {ConfigError} listing every variable that is wrong, without secrets.
 */
export function parseConfig(env: Environment): Config {
  const reading = readVariables(env)
  const problems = [...reading.problems]
  const report: Report = (name, expected) => {
    // A variable that could not be read stands at its default, which is no ground for a second complaint.
    if (!problems.some(({ variable }) => variable === name)) problems.push(problem(name, env[name], expected))
  }
  const config = configOf(reading, report)
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

function configOf(reading: Reading, report: Report): Config {
  const v = reading.values
  const database = databaseOf(reading, report)
  return {
    secretKey: v.SECRET_KEY,
    debug: v.DEBUG,
    dataDir: v.PLATESTACK_DATA_DIR,
    http: { host: v.HOST, port: v.PORT, maxConnections: v.PLATESTACK_MAX_CONNECTIONS },
    trustedProxies: v.TRUSTED_PROXIES,
    cache: cacheOf(reading, report),
    throttle: { anon: v.THROTTLE_ANON, user: v.THROTTLE_USER },
    database,
    files: filesOf(reading, database),
    s3: s3Of(reading, report),
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
    portal: portalOf(reading),
    configurationTypes: {
      configdbUrl: v.CONFIGDB_URL,
      accepted: v.CONFIGURATION_TYPES,
      science: v.SCIENCE_CONFIGURATION_TYPES,
    },
    pagination: paginationOf(reading, report),
    thumbnails: { sizes: v.THUMBNAIL_SIZE_CHOICES },
    appearance: {
      title: v.NAVBAR_TITLE_TEXT,
      titleUrl: v.NAVBAR_TITLE_URL,
      termsUrl: v.TERMS_OF_SERVICE_URL,
      documentationUrl: v.DOCUMENTATION_URL,
    },
    expiry: { guideCamerasToPersist: v.GUIDE_CAMERAS_TO_PERSIST },
    ingest: ingestOf(v),
  }
}

function portalOf({ values: v, given }: Reading): PortalConfig {
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

/** A maximum below the default page is no mistake by itself: the pages become that short. */
function paginationOf({ values: v, given, problems }: Reading, report: Report): Config['pagination'] {
  const [defaultLimit, maxLimit] = [v.PAGINATION_DEFAULT_LIMIT, v.PAGINATION_MAX_LIMIT]
  if (!given.has('PAGINATION_DEFAULT_LIMIT')) return { defaultLimit: Math.min(defaultLimit, maxLimit), maxLimit }
  if (defaultLimit > maxLimit && !problems.some(({ variable }) => variable === 'PAGINATION_MAX_LIMIT')) {
    report('PAGINATION_DEFAULT_LIMIT', `at most PAGINATION_MAX_LIMIT, which is ${maxLimit}`)
  }
  return { defaultLimit, maxLimit }
}
