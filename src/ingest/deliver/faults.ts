import { ArchiveError } from '../../errors.ts'
import { Misconfigured } from '../../files/store/store.ts'

/**
 * What is needed cannot be had now, and may be later: worth another try. The message is for people.
 */
export class Unavailable extends Error {
  override readonly name = 'Unavailable'
  /** What the other side asks to wait, in seconds; null: it does not say. */
  readonly retryAfterS: number | null

  constructor(reason: string, retryAfterS: number | null = null) {
    super(reason)
    this.retryAfterS = retryAfterS
  }
}

/** A temporary fault lasted too long. The message is the last reason. */
export class GaveUp extends Error {}

/** The run was stopped while something was waited for. */
export class Stopped extends Error {}

/** No file can go in: a token that is not taken, an address where no archive is. The run ends. */
export class Fatal extends Error {}

/** The error as one that may pass; null: the same will fail again for the same reason. */
export function passing(error: unknown): Unavailable | null {
  if (error instanceof Unavailable) return error
  const isAway = error instanceof ArchiveError && error.code === 'store_unavailable' && !isRefusal(error.cause)
  return isAway ? new Unavailable(describeError(error)) : null
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

/** An error in words for a person, with its cause. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (!(error instanceof ArchiveError && cause instanceof Error)) return error.message || error.name
  // the SDK's word for a message that the server did not send
  const parts = [cause.name === 'Error' ? '' : cause.name, cause.message === 'UnknownError' ? '' : cause.message]
  const why = parts.filter(Boolean).join(': ')
  if (error.code === 'store_unavailable')
    return `the file store ${isRefusal(cause) ? 'refuses it' : 'cannot be reached'}: ${why.split('\n')[0]}`
  return `${error.message || error.name} (${why})`
}
