import { openPostgres, type Pool, type PostgresOptions } from '../../src/database/open.ts'
import { openPgSocket } from '../../src/runtimes/node/pg_socket.ts'

const NO_TLS = { mode: 'disable', rootCert: null, cert: null, key: null } as const

/** A pool of the archive's to a test's own server; one connection unless more are asked for. */
export const poolAt = (url: string, options: Partial<PostgresOptions> = {}): Pool =>
  openPostgres({ url, tls: NO_TLS }, { max: 1, openSocket: openPgSocket, ...options })
