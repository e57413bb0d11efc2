import { WrongKey } from '../auth/open_keys.ts'
import { ConfigError, type DatabaseConfig, type Environment, parseConfig } from '../config/config.ts'
import { nameServer } from '../config/connections.ts'
import { EnvFileError } from '../config/env_file.ts'
import { isPostgresError } from '../database/faults.ts'
import { MigrationError } from '../database/migrations/error.ts'
import { CommandError, UsageError } from './command.ts'

/** What went wrong, for the operator, and the exit code. */
export interface Explained {
  text: string
  code: 1 | 2
}

/**
 * Words and exit code for an error: 1 for a failure, 2 for a wrong command line or configuration.
 * Bugs keep their stack under DEBUG.
 */
export function explainError(error: Error & { code?: unknown }, env: Environment): Explained {
  const code = typeof error.code === 'string' ? error.code : ''
  if (error instanceof UsageError || error instanceof ConfigError || error instanceof EnvFileError)
    return { text: error.message, code: 2 }
  // Node adds advice on escaping dashes that does not apply here
  if (code.startsWith('ERR_PARSE_ARGS'))
    return { text: `${error.message.split(/\.\s/)[0]!}; --help lists the options`, code: 2 }
  if (error instanceof CommandError || error instanceof MigrationError || error instanceof WrongKey)
    return { text: error.message, code: 1 }
  const config = parseConfig(env)
  if (code === 'EADDRINUSE' || code === 'EACCES' || code === 'EADDRNOTAVAIL') {
    // a worker process is told of `bind`
    const isListening = /^(listen|bind)$/.test((error as NodeJS.ErrnoException).syscall ?? '')
    if (isListening) return { text: explainListenError(code, config.http), code: 1 }
  }
  const refused = explainDatabaseError(error, code)
  if (refused && config.database.kind === 'postgres')
    return { text: `the database ${nameDatabase(config.database)} ${refused}`, code: 1 }
  return { text: config.debug ? (error.stack ?? error.message) : error.message || code || String(error), code: 1 }
}

function explainListenError(code: string, { host, port }: { host: string; port: number }): string {
  if (code === 'EADDRINUSE')
    return `port ${port} of ${host} is in use by another program: stop that one, or set PORT to another`
  if (code === 'EACCES') return `this user may not listen on port ${port}: set PORT to one above 1023`
  return `${host} is not an address of this machine: set HOST to one that is, or to 0.0.0.0 for all`
}

const CONNECTION: Record<string, string> = {
  ECONNREFUSED: 'nothing is listening there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the host name cannot be looked up',
  EHOSTUNREACH: 'the host is unreachable',
  ENETUNREACH: 'the host is unreachable',
  ETIMEDOUT: 'it does not answer',
  CONNECT_TIMEOUT: 'it does not answer',
  ECONNRESET: 'the connection was cut',
  CONNECTION_CLOSED: 'the connection was cut',
  CONNECTION_ENDED: 'the connection was cut',
  CONNECTION_DESTROYED: 'the connection was cut',
}

/** Whether a database is not there or not ready yet, as when it starts at the same time. */
export function mayBecomeReady({ code }: { code?: unknown }): boolean {
  return typeof code === 'string' && (Object.hasOwn(CONNECTION, code) || /^(53|57P)/.test(code))
}

/** Node's codes for problems with certificates. */
const CERTIFICATE = /^(CERT_|ERR_TLS|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/

/** What the database did, if it is to blame. */
export function explainDatabaseError(error: Error, code: string): string | undefined {
  if (Object.hasOwn(CONNECTION, code)) return `cannot be reached: ${CONNECTION[code]} (${code})`
  if (CERTIFICATE.test(code))
    return `presents a certificate that is not accepted: ${error.message} (PGSSLMODE, PGSSLROOTCERT)`
  if (code === 'TLS_REFUSED') return 'does not speak TLS, which is asked for (PGSSLMODE, or sslmode in DATABASE_URL)'
  if (!isPostgresError(error)) return undefined
  // 28 wrong user or password, 3D no such database, 53 too many connections, 57P it is starting or
  // stopping
  if (/^(28|3D|53|57P)/.test(code)) return `refuses the connection: ${error.message}`
  // it lets us in, but not do what we need
  if (code === '42501' || code === '25006') return `refuses what the archive needs: ${error.message}`
  if (/^(25|55)/.test(code)) return `cannot do that now: ${error.message}`
  // whether it is migrated is looked at before
  if (code === '42P01') return `lacks a table that the archive needs: ${error.message}`
  // what it is asked for with the connection, as by a URL
  if (error.severity === 'FATAL') return `refuses the connection: ${error.message}`
  return undefined
}

/** What to do about an error of a database, by its code. */
export function adviseDatabase(code: string, subject: 'database' | 'replica'): string {
  const place =
    subject === 'database' ? 'DB_HOST, DB_PORT (or DATABASE_URL)' : 'DB_HOST_READER (or DATABASE_READER_URL)'
  if (Object.hasOwn(CONNECTION, code)) return `Start it, or set ${place} to where it is.`
  if (CERTIFICATE.test(code)) return 'Set PGSSLROOTCERT to the certificate of the authority that signed it.'
  if (code === 'TLS_REFUSED') return 'Set ssl = on in its postgresql.conf, or ask for no TLS.'
  if (code === '42P01')
    return 'Restore the schema from a dump of this database, or take the statements from sql/migrations of this release.'
  if (code === '28P01' || code === '28000')
    return 'Set DB_USER and DB_PASS (or DATABASE_URL) to a role of that server that may log in; pg_hba.conf says from where.'
  if (code === '3D000') return 'Make it: createdb NAME, as a role that may; then run platestack migrate.'
  if (code === '53300') return 'Raise max_connections of the server, or put pgbouncer in front of it.'
  return "See the database server's own log."
}

/** A database for messages: without user and password. */
export function nameDatabase(database: DatabaseConfig): string {
  if (database.kind === 'embedded') return `in ${database.dir}`
  return nameServer(database.writer)
}
