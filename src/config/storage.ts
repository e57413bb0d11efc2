import { memcachedServers, type PostgresTarget, TLS_MODES, urlTarget } from './connections.ts'
import type { Reading, VariableName } from './read.ts'
import type { CacheConfig, DatabaseConfig, FilesConfig, S3Config } from './types.ts'

/** Says what was expected of a variable that is fine by itself but not beside the others. */
export type Report = (name: VariableName, expected: string) => void

const WRITER: readonly VariableName[] = ['DB_HOST', 'DB_HOST_READER', 'DB_PORT', 'DB_NAME', 'DB_USER', 'DB_PASS']

/** Embedded when nothing names a database; a URL wins over the DB_* beside it, DB_HOST_READER too. */
export function databaseOf({ values: v, given }: Reading, report: Report): DatabaseConfig {
  if (!given.has('DATABASE_URL') && !WRITER.some((name) => given.has(name))) {
    if (given.has('DATABASE_READER_URL')) report('DATABASE_READER_URL', 'DATABASE_URL or DB_HOST beside it')
    return { kind: 'embedded', dir: within(v.PLATESTACK_DATA_DIR, 'database') }
  }
  const tls = { mode: v.PGSSLMODE, rootCert: v.PGSSLROOTCERT, cert: v.PGSSLCERT, key: v.PGSSLKEY }
  const server = (host: string): PostgresTarget => ({
    tls,
    host,
    port: v.DB_PORT,
    database: v.DB_NAME,
    user: v.DB_USER,
    password: v.DB_PASS,
  })
  const byUrl = (name: 'DATABASE_URL' | 'DATABASE_READER_URL', url: string): PostgresTarget => {
    const target = urlTarget(url, tls)
    if (target === null) report(name, `sslmode=${TLS_MODES.join(', ')}`)
    return target ?? { url, tls }
  }
  const writer = v.DATABASE_URL === null ? server(v.DB_HOST) : byUrl('DATABASE_URL', v.DATABASE_URL)
  const replica = v.DATABASE_URL === null && v.DB_HOST_READER !== null ? server(v.DB_HOST_READER) : writer
  const reader = v.DATABASE_READER_URL === null ? replica : byUrl('DATABASE_READER_URL', v.DATABASE_READER_URL)
  return { kind: 'postgres', writer, reader, prepare: v.DB_PREPARE }
}

export function filesOf({ values: v }: Reading, database: DatabaseConfig): FilesConfig {
  return {
    kind: v.FILESTORE_TYPE ?? (database.kind === 'embedded' ? 'local' : 'dummy'),
    root: v.FILESYSTEM_STORAGE_ROOT_DIR ?? within(v.PLATESTACK_DATA_DIR, 'files'),
    baseUrl: v.FILESYSTEM_STORAGE_BASE_URL,
    classOverrides: v.FILETYPE_MAPPING_OVERRIDES,
  }
}

export function s3Of({ values: v }: Reading, report: Report): S3Config {
  const [accessKeyId, secretAccessKey] = [v.AWS_ACCESS_KEY_ID, v.AWS_SECRET_ACCESS_KEY]
  // Half a pair may lie about in an environment that has nothing to do with S3.
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

/** With local memory, CACHE_LOC is the name of a cache, not an address. */
export function cacheOf({ values: v }: Reading, report: Report): CacheConfig {
  if (v.CACHE_LOC === null || v.CACHE_BACKEND === 'memory') return { kind: 'memory' }
  const servers = memcachedServers(v.CACHE_LOC)
  if ('value' in servers) return { kind: 'memcached', servers: servers.value }
  report('CACHE_LOC', servers.expected)
  return { kind: 'memory' }
}

function within(directory: string, name: string): string {
  return directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`
}
