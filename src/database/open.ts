import type { PostgresTarget, TlsConfig } from '../config/config.ts'
import type { DriverOptions, Socket } from './connection.ts'
import { openPool } from './pool.ts'
import type { PoolOptions, ServerPool } from './types.ts'

export type { DriverOptions, Socket } from './connection.ts'
export type { Pool, QueryLimits, Reserved, ServerPool, Sql } from './types.ts'

const identity = (text: string): string => text

/**
 * Driver options for every database of the archive. Dates and times stay PostgreSQL's text in UTC,
 * because JavaScript's Date has no microseconds. Numbers of 64 bits are ids and counts, which stay
 * below 2^53.
 */
export const driverOptions = {
  types: {
    int8: { to: 20, from: [20], serialize: String, parse: Number },
    date: { to: 1082, from: [1082], serialize: identity, parse: identity },
    timestamptz: { to: 1184, from: [1184], serialize: identity, parse: identity },
    timestamp: { to: 1114, from: [1114], serialize: identity, parse: identity },
  },
  // PostGIS sends a notice for each coordinate it wraps
  onnotice: () => {},
  connection: { TimeZone: 'UTC', DateStyle: 'ISO', application_name: 'platestack' },
} satisfies DriverOptions

/** The limit for any one query; aggregates may set a lower one. */
const STATEMENT_TIMEOUT_MS = 30_000
/** Waited on top of the database's own time-out before it counts as hanging. */
const GRACE_MS = 2_000
const CONNECT_TIMEOUT_S = 5

/**
 * Opens sockets to PostgreSQL where the runtime can do better than the driver: time-outs, and TLS
 * as in libpq.
 */
export type OpenSocket = (options: DriverOptions, tls: TlsConfig) => Promise<Socket>

export interface PostgresOptions
  extends Partial<
    Pick<PoolOptions, 'max' | 'queue' | 'reads' | 'prepare' | 'warn' | 'deadlineMs' | 'learnt' | 'farewell' | 'closed'>
  > {
  /** null: the driver's own sockets. */
  openSocket: OpenSocket | null
  statementTimeoutMs?: number
}

/** A pool of connections to a PostgreSQL server; connects on the first query. */
export function openPostgres(target: PostgresTarget, options: PostgresOptions): ServerPool {
  const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS
  const { openSocket } = options
  const { tls } = target
  const driver = { ...driverOptions, connect_timeout: CONNECT_TIMEOUT_S, ...(openSocket ? {} : { ssl: sslOf(tls) }) }
  // as lists, because the driver splits a plain host at its colons, which breaks IPv6 addresses
  const address =
    'url' in target
      ? {}
      : {
          host: [target.host],
          port: [target.port],
          database: target.database,
          user: target.user,
          password: target.password,
        }
  return openPool(
    {
      url: 'url' in target ? target.url : null,
      options: { ...driver, ...address } as unknown as DriverOptions,
      openSocket: openSocket && ((parsed) => openSocket(parsed, tls)),
    },
    {
      max: options.max ?? 10,
      queue: options.queue ?? null,
      deadlineMs: options.deadlineMs === undefined ? statementTimeoutMs + GRACE_MS : options.deadlineMs,
      transactionDeadlineMs: statementTimeoutMs + GRACE_MS,
      prepare: options.prepare ?? 'auto',
      reads: options.reads ?? false,
      cancels: true,
      // JIT added 0.3 to 1 s to queries of 0.1 to 2 s; PostGIS's cost estimates trigger it early
      optionalSettings: { jit: 'off', statement_timeout: statementTimeoutMs },
      warn: options.warn ?? (() => {}),
      learnt: options.learnt,
      farewell: options.farewell,
      closed: options.closed,
    },
  )
}

/** TLS of the driver's own sockets, which do not use our certificates. */
const sslOf = ({ mode }: TlsConfig): DriverOptions['ssl'] =>
  mode === 'disable' ? false : mode === 'verify-ca' ? 'verify-full' : mode
