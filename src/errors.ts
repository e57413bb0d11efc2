import { DatabaseTimeout, isPostgresError, isStalePlan, isStandbySign } from './database/faults.ts'

/** How a search is made cheaper. */
const ASK_FOR_LESS =
  'Searches are fast within a short range of time (start, end) and with exact filters; pages by cursor (pagination_style=cursor) need no count.'

/**
 * What a client gets, by code: the status and the `detail` (Django REST framework's words, which
 * existing clients read).
 */
const TABLE = {
  bad_json: [400, 'JSON parse error - the body is not valid JSON.'],
  bad_body: [400, 'The body could not be read.'],
  bad_request: [400, 'The request holds a value that cannot be used.'],
  not_authenticated: [401, 'Authentication credentials were not provided.'],
  invalid_token: [401, 'Invalid token.'],
  empty_token: [401, 'Invalid token header. No credentials provided.'],
  token_with_spaces: [401, 'Invalid token header. Token string should not contain spaces.'],
  inactive_user: [401, 'User inactive or deleted.'],
  unknown_user: [401, 'No Such User'],
  wrong_server_key: [401, 'Invalid server key.'],
  forbidden: [403, 'You do not have permission to perform this action.'],
  cross_site: [403, 'CSRF Failed: the request comes from another site.'],
  not_found: [404, 'Not found.'],
  invalid_cursor: [404, 'Invalid cursor'],
  method_not_allowed: [405, 'Method not allowed.'],
  precondition_failed: [412, 'What is stored is not what was asked for: it has changed.'],
  too_large: [413, 'The body is larger than 10 MB.'],
  unsupported_media_type: [415, 'Unsupported media type in request.'],
  damaged_file: [422, 'The stored file is damaged.'],
  throttled: [429, 'Request was throttled.'],
  internal: [500, 'The archive failed. The fault is in its log.'],
  key_changed: [503, 'The archive has to be restarted with its new key. Try again shortly.'],
  database_unavailable: [503, 'The database cannot be reached. Try again shortly.'],
  portal_unavailable: [503, 'The Observation Portal cannot be reached. Try again shortly.'],
  busy: [503, 'The archive is busy. Try again shortly.'],
  query_timeout: [503, 'The database did not answer in time. Try again later, or ask for less.'],
  search_timeout: [503, `The search took too long. ${ASK_FOR_LESS}`],
  search_busy: [503, `Too many searches are running. Try again shortly. ${ASK_FOR_LESS}`],
  store_unavailable: [503, 'The file store cannot be reached. Try again shortly.'],
  write_conflict: [503, 'Others were writing the same at the same time. Try again shortly.'],
} as const satisfies Record<string, readonly [number, string]>

export type ErrorCode = keyof typeof TABLE

/**
 * An error whose code is mapped to status and body by the table above; `http/error_answer.ts` turns
 * it into a response.
 */
export class ArchiveError extends Error {
  readonly code: ErrorCode
  readonly headers: Record<string, string>

  constructor(code: ErrorCode, detail?: string, headers: Record<string, string> = {}) {
    super(detail ?? TABLE[code][1])
    this.code = code
    this.headers = headers
  }

  get status(): number {
    return TABLE[this.code][0]
  }

  get body(): unknown {
    return { detail: this.message }
  }
}

/** What was looked for. @throws ArchiveError `not_found` where there is none */
export function found<T>(row: T | null | undefined): T {
  if (row === undefined || row === null) throw new ArchiveError('not_found')
  return row
}

/** The refusal of one who has asked too often, and may again after so many seconds. */
export const throttled = (seconds: number): ArchiveError =>
  new ArchiveError('throttled', `Request was throttled. Expected available in ${seconds} seconds.`, {
    'retry-after': String(seconds),
  })

/** The same of one whose searches have cost too much. */
export const searchesThrottled = (seconds: number): ArchiveError => {
  const { message, headers } = throttled(seconds)
  return new ArchiveError(
    'throttled',
    `${message} Your searches have cost more than their share of the database. ${ASK_FOR_LESS}`,
    headers,
  )
}

/** Seconds after which a search may find a connection. */
const BUSY_S = 5

/** What an error is to a search: where it cost too much, how to ask better is said, too. */
export function searchError(error: ArchiveError): ArchiveError {
  if (error.code === 'query_timeout') return new ArchiveError('search_timeout')
  if (error.code !== 'busy') return error
  return new ArchiveError('search_busy', undefined, { 'retry-after': String(BUSY_S) })
}

/**
 * Values that were refused, in Django REST framework's shape: `{field: [message]}`, nested as the
 * input is, or a bare list or text.
 */
export class ValidationError extends ArchiveError {
  readonly fields: unknown

  constructor(fields: unknown) {
    super('bad_request')
    this.fields = fields
  }

  override get body(): unknown {
    return this.fields
  }
}

/** 401 tells the client how to authenticate; 503 when to come back. */
export function errorHeaders(error: ArchiveError): Record<string, string> {
  if (error.status === 401) return { 'www-authenticate': 'Token', ...error.headers }
  if (error.status === 503) return { 'retry-after': '30', ...error.headers }
  return error.headers
}

/** PostgreSQL's class of an error tells whose fault it is; its text never reaches a client. */
const BY_CLASS: Record<string, ErrorCode> = {
  // what was sent
  '22': 'bad_request',
  '23': 'bad_request',
  // connections, transactions and the server itself, which may be well again when the same is sent
  // once more
  '08': 'database_unavailable',
  '25': 'database_unavailable',
  '26': 'database_unavailable',
  '28': 'database_unavailable',
  '3D': 'database_unavailable',
  '40': 'database_unavailable',
  '53': 'database_unavailable',
  '55': 'database_unavailable',
  '57': 'database_unavailable',
  '58': 'database_unavailable',
}
const BY_CODE: Record<string, ErrorCode> = {
  '54001': 'bad_request',
  '54000': 'bad_request',
  '57014': 'query_timeout',
  // the operator has to grant something
  '42501': 'database_unavailable',
  // conflicts are checked for before a write: these arose after that check
  '40P01': 'write_conflict',
  '40001': 'write_conflict',
  '23503': 'write_conflict',
  '23505': 'write_conflict',
  '55P03': 'write_conflict',
}
/** No connection can be had: nobody's requests are served until that is over. */
const OUTAGE = /^(08|28|3D|53300|57P)/
const CONNECTION =
  /^(CONNECTION_|CONNECT_TIMEOUT|ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ETIMEDOUT|EPIPE|TLS_FILE|TLS_REFUSED|CERT_|ERR_TLS|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/

export interface DatabaseFault {
  /** What the client gets. */
  code: ErrorCode
  /** For the log. */
  problem: string
  details: Record<string, unknown>
  /** Whether the database is away, as opposed to one query that failed. */
  outage: 'yes' | 'no' | 'perhaps'
}

/**
 * What an error of the driver is to a client, and to the log; null: it is none that is expected of
 * a database.
 */
export function databaseFault(error: unknown): DatabaseFault | null {
  const code = (error as { code?: unknown } | null)?.code
  if (error instanceof DatabaseTimeout) {
    const isBusy = error.code === 'POOL_BUSY'
    return {
      code: isBusy ? 'busy' : 'query_timeout',
      problem: isBusy ? 'all connections to the database are in use' : 'a query was not answered in time',
      details: { code },
      // it hangs, or waits for a lock
      outage: isBusy ? 'no' : 'perhaps',
    }
  }
  if (isPostgresError(error)) {
    const known = isStalePlan(error)
      ? 'database_unavailable'
      : (BY_CODE[error.code] ?? BY_CLASS[error.code.slice(0, 2)])
    const details = { code: error.code, reason: error.message }
    const outage = OUTAGE.test(error.code) ? 'yes' : 'no'
    const problem = isStandbySign(error)
      ? 'the database refused to write: it is a standby, and DB_HOST or DATABASE_URL has to name the primary'
      : 'the database refused a query'
    return known ? { code: known, problem, details, outage } : null
  }
  if (typeof code !== 'string' || !CONNECTION.test(code)) return null
  return { code: 'database_unavailable', problem: 'the database cannot be reached', details: { code }, outage: 'yes' }
}
