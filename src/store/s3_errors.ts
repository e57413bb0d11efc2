import { ArchiveError } from '../errors.ts'
import type { Log } from '../services.ts'

/** What the SDK's errors say of themselves; those of the network have no status. */
interface Told {
  name?: string
  ArgumentName?: string
  $metadata?: { httpStatusCode?: number }
  $response?: { statusCode?: number }
}

const told = (error: unknown): Told => (typeof error === 'object' && error !== null ? error : {})

/** The HTTP status that S3 answered; undefined: it gave no answer. */
export function statusOf(error: unknown): number | undefined {
  const { $metadata, $response } = told(error)
  return $metadata?.httpStatusCode ?? $response?.statusCode
}

export const codeOf = (error: unknown): string => told(error).name ?? ''

const PASSING = new Set(['SlowDown', 'RequestTimeout', 'Throttling', 'ThrottlingException', 'RequestLimitExceeded'])

/** Whether the same request may succeed soon: no answer, a failure inside S3, or too many requests. */
export function isPassing(error: unknown): boolean {
  const status = statusOf(error)
  return status === undefined || status >= 500 || status === 429 || status === 408 || PASSING.has(codeOf(error))
}

/** Whether the object or this version of it is not there. A bucket that is not there is another matter: then nothing is. */
export function isMissing(error: unknown): boolean {
  const code = codeOf(error)
  if (code === 'InvalidArgument') return told(error).ArgumentName === 'versionId'
  // 405: the version only marks that the object was deleted
  return code === 'NoSuchKey' || code === 'NoSuchVersion' || code === 'NotFound' || statusOf(error) === 405
}

/** The client is told that the store is at fault, the log why. */
export function unavailable(
  log: Log,
  operation: string,
  error: unknown,
  fields: Record<string, unknown>,
): ArchiveError {
  if (error instanceof ArchiveError) return error
  const status = statusOf(error)
  log.error('S3 failed', { operation, status: status ?? null, error: String(error), ...fields })
  const refused = status !== undefined && !isPassing(error)
  const told = refused
    ? new ArchiveError(
        'store_unavailable',
        'The file store refuses the archive. Its operator finds the reason in its log.',
      )
    : new ArchiveError('store_unavailable')
  told.cause = error
  return told
}
