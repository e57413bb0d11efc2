import { isRace } from '../../database/races.ts'
import { ArchiveError, databaseFault } from '../../errors.ts'
import { Misconfigured } from '../../files/store/store.ts'
import { Fatal } from './archive.ts'
import { Unavailable } from './unavailable.ts'

/** Why something failed that may succeed later. */
export interface Passing {
  reason: string
  /** Seconds that the other side asks to wait; null: it does not say. */
  retryAfterS: number | null
}

const PASSING = new Set([
  'busy',
  'store_unavailable',
  'database_unavailable',
  'query_timeout',
  'throttled',
  'write_conflict',
])

/** Whether the same may succeed later; null: it will fail again for the same reason. */
export function passing(error: unknown): Passing | null {
  if (error instanceof Unavailable) return { reason: error.message, retryAfterS: error.retryAfterS }
  if (error instanceof ArchiveError)
    return PASSING.has(error.code) && !isRefusal(error.cause) ? { reason: wordsOf(error), retryAfterS: null } : null
  const fault = databaseFault(error)
  if (!fault && isRace(error)) return { reason: 'others write the same rows', retryAfterS: null }
  return fault && PASSING.has(fault.code)
    ? { reason: `${fault.problem} (${(error as Error).message})`, retryAfterS: null }
    : null
}

/** Why no file at all can go in; null: it is about one file, or may pass. */
export function fatalIn(error: unknown): Fatal | null {
  if (error instanceof Fatal) return error
  const cause = error instanceof ArchiveError ? error.cause : error
  return cause instanceof Misconfigured ? new Fatal(cause.message, { cause }) : null
}

/** Whether S3 has answered, and will answer the same again: no such bucket, no permission. */
function isRefusal(cause: unknown): boolean {
  if (cause instanceof Misconfigured) return true
  const status = (cause as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode
  return status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429
}

/** An error in words for a person, with what lies behind it. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (!(error instanceof ArchiveError && cause instanceof Error)) return error.message || error.name
  // the SDK's word for a message that the server did not send
  const behind = [cause.name === 'Error' ? '' : cause.name, cause.message === 'UnknownError' ? '' : cause.message]
  const why = behind.filter(Boolean).join(': ')
  if (error.code === 'store_unavailable')
    return `the file store ${isRefusal(cause) ? 'refuses it' : 'cannot be reached'}: ${why.split('\n')[0]}`
  return `${error.message || error.name} (${why})`
}
