import { memcachedServers, type PostgresTarget, parseTargetUrl, TLS_MODES } from './connections.ts'
import type { Reading, VariableName } from './read_variables.ts'
import type { CacheConfig, DatabaseConfig, FilesConfig, S3Config } from './types.ts'

/** Reports what was expected of a variable that is fine alone, but not with the others. */
export type ReportProblem = (name: VariableName, expected: string) => void

const WRITER: readonly VariableName[] = [
  'DB_HOST',
  'DB_HOST_READER',
  'DB_PORT',
  'DB_PORT_READER',
  'DB_NAME',
  'DB_USER',
  'DB_PASS',
]

/**
 * The database: embedded if no variable names one. URLs win over DB_*, including DB_HOST_READER. A
 * reader that is the writer is none.
 */
export function buildDatabaseConfig({ values: v, given }: Reading, report: ReportProblem): DatabaseConfig {
  if (!given.has('DATABASE_URL') && !WRITER.some((name) => given.has(name))) {
    if (given.has('DATABASE_READER_URL')) report('DATABASE_READER_URL', 'DATABASE_URL or DB_HOST beside it')
    return { kind: 'embedded', dir: joinPath(v.PLATESTACK_DATA_DIR, 'database') }
  }
  const tls = { mode: v.PGSSLMODE, rootCert: v.PGSSLROOTCERT, cert: v.PGSSLCERT, key: v.PGSSLKEY }
  const server = (host: string, port: number): PostgresTarget => ({
    tls,
    host,
    port,
    database: v.DB_NAME,
    user: v.DB_USER,
    password: v.DB_PASS,
  })
  const byUrl = (name: 'DATABASE_URL' | 'DATABASE_READER_URL', url: string): PostgresTarget => {
    const target = parseTargetUrl(url, tls)
    if (target === null) report(name, `sslmode=${TLS_MODES.join(', ')}`)
    return target ?? { url, tls }
  }
  const maxLagS = v.REPLICA_MAX_LAG
  const build = (writer: PostgresTarget, reader: PostgresTarget): DatabaseConfig => ({
    kind: 'postgres',
    writer,
    reader: JSON.stringify(reader) === JSON.stringify(writer) ? writer : reader,
    maxLagS,
    prepare: v.DB_PREPARE,
  })
  const replica =
    v.DATABASE_READER_URL === null
      ? server(v.DB_HOST_READER ?? v.DB_HOST, v.DB_PORT_READER ?? v.DB_PORT)
      : byUrl('DATABASE_READER_URL', v.DATABASE_READER_URL)
  if (v.DATABASE_URL === null) return build(server(v.DB_HOST, v.DB_PORT), replica)
  const writer = byUrl('DATABASE_URL', v.DATABASE_URL)
  return build(writer, v.DATABASE_READER_URL === null ? writer : replica)
}

/** The file store: by default local with the embedded database, otherwise none. */
export function buildFilesConfig({ values: v }: Reading, database: DatabaseConfig): FilesConfig {
  return {
    kind: v.FILESTORE_TYPE ?? (database.kind === 'embedded' ? 'local' : 'dummy'),
    root: v.FILESYSTEM_STORAGE_ROOT_DIR ?? joinPath(v.PLATESTACK_DATA_DIR, 'files'),
    baseUrl: v.FILESYSTEM_STORAGE_BASE_URL,
    classOverrides: v.FILETYPE_MAPPING_OVERRIDES,
  }
}

/** The S3 bucket and how to reach it. */
export function buildS3Config({ values: v }: Reading, report: ReportProblem): S3Config {
  const [accessKeyId, secretAccessKey] = [v.AWS_ACCESS_KEY_ID, v.AWS_SECRET_ACCESS_KEY]
  // half a pair may be set in an environment that does not use S3
  if (v.FILESTORE_TYPE === 's3') {
    if (accessKeyId !== '' && secretAccessKey === '')
      report('AWS_SECRET_ACCESS_KEY', 'a value beside AWS_ACCESS_KEY_ID')
    if (accessKeyId === '' && secretAccessKey !== '')
      report('AWS_ACCESS_KEY_ID', 'a value beside AWS_SECRET_ACCESS_KEY')
  }
  return {
    bucket: v.BUCKET,
    endpoint: v.S3_ENDPOINT_URL,
    region: v.AWS_DEFAULT_REGION,
    credentials: accessKeyId === '' ? null : { accessKeyId, secretAccessKey, sessionToken: v.AWS_SESSION_TOKEN },
    signatureVersion: v.S3_SIGNATURE_VERSION,
    addressingStyle: v.S3_ADDRESSING_STYLE,
    daysToIaStorage: v.S3_DAYS_TO_IA_STORAGE,
  }
}

/** Memcached or memory. With local memory, CACHE_LOC is the name of a cache, not an address. */
export function buildCacheConfig({ values: v }: Reading, report: ReportProblem): CacheConfig {
  if (v.CACHE_LOC === null || v.CACHE_BACKEND === 'memory') return { kind: 'memory' }
  const servers = memcachedServers(v.CACHE_LOC)
  if ('value' in servers) return { kind: 'memcached', servers: servers.value }
  report('CACHE_LOC', servers.expected)
  return { kind: 'memory' }
}

function joinPath(directory: string, name: string): string {
  return directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`
}
