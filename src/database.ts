import postgres from 'postgres'
import type { PostgresTarget } from './config.ts'

const identity = (text: string): string => text

/**
 * The driver's options for every database of the archive. Dates and times stay the text that PostgreSQL writes in UTC: JavaScript's Date
 * has no microseconds.
 */
export const driverOptions = {
  types: {
    date: { to: 1082, from: [1082], serialize: identity, parse: identity },
    timestamptz: { to: 1184, from: [1184], serialize: identity, parse: identity },
    timestamp: { to: 1114, from: [1114], serialize: identity, parse: identity },
  },
  // PostGIS says with notices which coordinates it has wrapped
  onnotice: () => {},
  connection: { TimeZone: 'UTC', DateStyle: 'ISO', application_name: 'platestack' },
} satisfies postgres.Options<Record<string, postgres.PostgresType>>

/** A bound on what any one query may take; an aggregate may ask for less. */
const STATEMENT_TIMEOUT_MS = 30_000
const CONNECT_TIMEOUT_S = 10
/** Before a lost connection is made again. The driver's own pause grows to 20 s, in which a request would wait though the database is back. */
const BACKOFF_S = 0.25

/** A pool of connections to a PostgreSQL server; nothing is connected until the first query. */
export function openPostgres(
  target: PostgresTarget,
  options: { max?: number; statementTimeoutMs?: number } = {},
): postgres.Sql {
  const all = {
    ...driverOptions,
    max: options.max ?? 10,
    connect_timeout: CONNECT_TIMEOUT_S,
    backoff: BACKOFF_S,
    // compiling expressions took 0.3 to 1 s of queries that take 0.1 to 2 s without, and PostGIS's cost estimates call for it early
    connection: {
      ...driverOptions.connection,
      jit: 'off',
      statement_timeout: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
    },
  }
  if ('url' in target) return postgres(target.url, all as never) as unknown as postgres.Sql
  const { host, port, database, user, password } = target
  // lists, because the driver splits a plain host at its colons, of which an IPv6 address has many
  return postgres({ ...all, host: [host], port: [port], database, user, password } as never) as unknown as postgres.Sql
}
