import type postgres from 'postgres'

/** The database did not answer in time, or no connection became free in time. */
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

/** Nobody waits for the result: the client has left. */
export class Abandoned extends Error {
  constructor() {
    super('the client has left')
  }
}

/** The driver's error for a connection that is gone. */
export const connectionError = (code: 'CONNECTION_CLOSED' | 'CONNECTION_ENDED'): Error =>
  Object.assign(new Error(code), { code })

/** The code of an error of the driver or of PostgreSQL; empty without one. */
export const errorCode = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '')

/**
 * Whether the server sent this error. Checked by name, so that only what connects loads the driver.
 */
export const isPostgresError = (error: unknown): error is postgres.PostgresError =>
  error instanceof Error && error.name === 'PostgresError'

/** Error classes after which a session is not trusted: connection, resources, operator, system. */
const UNSETTLING_CLASSES = new Set(['08', '53', '57', '58'])

/**
 * Whether the server refused a statement and nothing else happened: the connection stays usable.
 */
export const isPlainRefusal = (error: unknown): boolean =>
  isPostgresError(error) &&
  error.severity_local !== 'FATAL' &&
  !UNSETTLING_CLASSES.has(error.code.slice(0, 2)) &&
  !isStalePlan(error)

const STALE_ROUTINES = new Set(['RevalidateCachedQuery', 'FetchPreparedStatement', 'StorePreparedStatement'])

/**
 * Whether a prepared statement could not be used, because a table has changed or the pooler
 * switched connections. Nothing was executed.
 */
export const isStalePlan = (error: unknown): boolean =>
  isPostgresError(error) &&
  (error.code === '26000' ||
    error.code === '42P05' ||
    (error.code === '0A000' && STALE_ROUTINES.has(error.routine ?? '')))

/** Whether an error shows that a pooler separates statements from their connection. */
export const isPoolerSign = (error: unknown): boolean => ['26000', '42P05'].includes(errorCode(error))

/** Whether a pooler refused a setting in the start-up packet. */
export const isRefusedSetting = (error: unknown): boolean =>
  isPostgresError(error) && error.code === '08P01' && /startup parameter/.test(error.message)

/** Whether the connection was lost or never made: the statement may or may not have happened. */
export const isLostConnection = (error: unknown): boolean =>
  /^(CONNECTION_|CONNECT_TIMEOUT|ECONN|EPIPE|57P0|08)/.test(errorCode(error))

/** Whether the server refused to write because it is a standby: it is no primary, or not any more. */
export const isStandbySign = (error: unknown): boolean => errorCode(error) === '25006'

/** What a replica may be to blame for: no server's fault are bad values, and what is asked for too much of. */
const OF_THE_SERVER = new Set(['08', '25', '28', '3D', '40', '42', '53', '55', '57', '58', 'F0'])
/** A statement that took too long, or that somebody has cancelled. */
const CANCELED = '57014'

/**
 * Whether another server may answer where this one has failed: it is away, replays what conflicts
 * with the question, or does not know a table yet.
 */
export function isServersFault(error: unknown): boolean {
  if (error instanceof Abandoned) return false
  if (error instanceof DatabaseTimeout) return error.code === 'QUERY_DEADLINE'
  if (isPostgresError(error)) return error.code !== CANCELED && OF_THE_SERVER.has(error.code.slice(0, 2))
  return errorCode(error) !== ''
}

/**
 * Whether a server that works has refused to answer here, as one does that has no connection to
 * spare: others may write there all the while.
 */
export const isRefusedAtWork = (error: unknown): boolean => isPostgresError(error) && !/^(08|57P)/.test(error.code)

/** Whether such a fault shows that no other question can be asked there either. */
export const isAway = (error: unknown): boolean =>
  isPostgresError(error)
    ? /^(08|28|3D|53300|57P)/.test(error.code)
    : isServersFault(error) && !(error instanceof DatabaseTimeout)
