import type postgres from 'postgres'

/** The database was asked and did not answer in time, or had no connection free in time. */
export class DatabaseTimeout extends Error {
  readonly code: 'QUERY_DEADLINE' | 'POOL_BUSY'

  constructor(code: DatabaseTimeout['code']) {
    super(
      code === 'POOL_BUSY'
        ? 'no connection to the database became free in time'
        : 'the database did not answer in time',
    )
    this.code = code
  }
}

/** Nobody waits for the answer any more: its client has left. */
export class Abandoned extends Error {
  constructor() {
    super('the client has left')
  }
}

/** An error of a connection that is gone, in the driver's form. */
export const connectionError = (code: 'CONNECTION_CLOSED' | 'CONNECTION_ENDED'): Error =>
  Object.assign(new Error(code), { code })

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '')

/** Whether it is an error that the server sent. Asked by its name, so that only what connects loads the driver. */
export const isPostgresError = (error: unknown): error is postgres.PostgresError =>
  error instanceof Error && error.name === 'PostgresError'

/** Classes of errors after which the session is not to be trusted: connection, resources, operator, system. */
const UNSETTLING = new Set(['08', '53', '57', '58'])

/** Whether the server refused a statement and nothing else happened: the connection can be used again. */
export const isPlainRefusal = (error: unknown): boolean =>
  isPostgresError(error) &&
  error.severity_local !== 'FATAL' &&
  !UNSETTLING.has(error.code.slice(0, 2)) &&
  !isStalePlan(error)

const STALE_ROUTINES = new Set(['RevalidateCachedQuery', 'FetchPreparedStatement', 'StorePreparedStatement'])

/**
 * Whether a prepared statement could not be used: a table has changed since, or the connection is not that on which it was prepared.
 * Nothing was executed then.
 */
export const isStalePlan = (error: unknown): boolean =>
  isPostgresError(error) &&
  (error.code === '26000' ||
    error.code === '42P05' ||
    (error.code === '0A000' && STALE_ROUTINES.has(error.routine ?? '')))

/** Whether prepared statements do not stay with the connection: there is a pooler between. */
export const isPoolerSign = (error: unknown): boolean => ['26000', '42P05'].includes(codeOf(error))

/** Whether a pooler refused a setting that was sent with the start of the connection. */
export const isRefusedSetting = (error: unknown): boolean =>
  isPostgresError(error) && error.code === '08P01' && /startup parameter/.test(error.message)

/** Whether the connection was lost or never made: what was under way may have happened or not. */
export const isLostConnection = (error: unknown): boolean =>
  /^(CONNECTION_|CONNECT_TIMEOUT|ECONN|EPIPE|57P0|08)/.test(codeOf(error))
