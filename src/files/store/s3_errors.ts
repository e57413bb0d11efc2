import { ArchiveError } from '../../errors.ts'
import type { Outage } from '../../log.ts'
import { Misconfigured } from './store.ts'

/** What the SDK's errors say of themselves; those of the network have no status. */
interface SdkError {
  name?: string
  ArgumentName?: string
  $metadata?: { httpStatusCode?: number }
  $response?: { statusCode?: number }
}

const asSdkError = (error: unknown): SdkError => (typeof error === 'object' && error !== null ? error : {})

/** The HTTP status that S3 answered; undefined: it gave no answer. */
export function statusOf(error: unknown): number | undefined {
  const { $metadata, $response } = asSdkError(error)
  return $metadata?.httpStatusCode ?? $response?.statusCode
}

/** The error code that S3 or the SDK gave, such as `NoSuchKey`; empty without one. */
export const codeOf = (error: unknown): string => asSdkError(error).name ?? ''

const PASSING = new Set(['SlowDown', 'RequestTimeout', 'Throttling', 'ThrottlingException', 'RequestLimitExceeded'])

/**
 * Whether the same request may succeed soon: no answer, a failure inside S3, or too many requests.
 */
export function isPassing(error: unknown): boolean {
  const status = statusOf(error)
  return status === undefined || status >= 500 || status === 429 || status === 408 || PASSING.has(codeOf(error))
}

/**
 * Whether the object or this version of it is not there. Without its bucket, though, the store is
 * at fault.
 */
export function isMissing(error: unknown): boolean {
  const code = codeOf(error)
  if (code === 'InvalidArgument') return asSdkError(error).ArgumentName === 'versionId'
  // 405: the version only marks that the object was deleted
  return code === 'NoSuchKey' || code === 'NoSuchVersion' || code === 'NotFound' || statusOf(error) === 405
}

/**
 * What S3 refuses whatever is asked of it, by its codes and those of the SDK, and what the operator
 * does about it.
 */
const MISCONFIGURED: Record<string, string> = {
  InvalidAccessKeyId: 'S3 does not know the access key: see AWS_ACCESS_KEY_ID',
  SignatureDoesNotMatch: 'S3 does not take the signature: see AWS_SECRET_ACCESS_KEY',
  InvalidToken: 'S3 does not take the session token: see AWS_SESSION_TOKEN',
  ExpiredToken: 'the S3 credentials have expired: see AWS_SESSION_TOKEN',
  CredentialsProviderError: 'there are no S3 credentials: see AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  RequestTimeTooSkewed: 'S3 has another time than this machine: set its clock right',
  NoSuchBucket: 'S3 has no bucket of that name: see BUCKET and S3_ENDPOINT_URL',
  InvalidBucketName: 'S3 takes that for no name of a bucket: see BUCKET',
  PermanentRedirect: 'the bucket is in another region: see AWS_DEFAULT_REGION',
  AuthorizationHeaderMalformed: 'the bucket is in another region: see AWS_DEFAULT_REGION',
}

/** What the operator has to put right before S3 takes anything; null: it is something else. */
export function explainMisconfigured(error: unknown): string | null {
  const code = codeOf(error)
  return Object.hasOwn(MISCONFIGURED, code) ? `${MISCONFIGURED[code]} (${code})` : null
}

/**
 * The error for the client, which says that the store is at fault; the log says why. What only the
 * operator can put right has a Misconfigured as its cause.
 */
export function unavailable(
  outage: Outage,
  operation: string,
  error: unknown,
  fields: Record<string, unknown>,
): ArchiveError {
  if (error instanceof ArchiveError) return error
  const status = statusOf(error)
  outage.begin({ operation, status: status ?? null, error: String(error), ...fields })
  const mistake = explainMisconfigured(error)
  const cause = mistake === null ? error : new Misconfigured(mistake)
  const isRefusal = cause instanceof Misconfigured || (status !== undefined && !isPassing(error))
  const detail = isRefusal ? 'The file store refuses the archive. Its operator finds the reason in its log.' : undefined
  return Object.assign(new ArchiveError('store_unavailable', detail), { cause })
}
