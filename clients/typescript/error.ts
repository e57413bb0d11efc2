/** What was wrong with a member of what was sent. */
export interface Reason {
  /** The name of the member, `version_set.0.md5` for a nested one; null: none in particular. */
  field: string | null
  message: string
}

interface Facts {
  status?: number | null
  reasons?: readonly Reason[]
  retryAfter?: number | null
  text?: string
  cause?: unknown
}

/** What the archive refused or could not do, or why it gave no answer. The message is for people. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
  /** The status of the answer; null: there was none. */
  readonly status: number | null
  /** Why, in the archive's words where it gave any. */
  readonly detail: string
  /** The same by the members of what was sent; empty where the archive does not say it by member. */
  readonly reasons: readonly Reason[]
  /** The seconds that the archive asks to wait; null: it does not say. */
  readonly retryAfter: number | null
  /** The body of the answer as it came. */
  readonly text: string

  /** @param about what was asked for: `GET /frames/` */
  constructor(about: string, detail: string, facts: Facts = {}) {
    const { status = null, reasons = [], retryAfter = null, text = '', cause } = facts
    super(`${about}: ${status === null ? '' : `the archive answers ${status}: `}${detail}`, { cause })
    this.status = status
    this.detail = detail
    this.reasons = reasons
    this.retryAfter = retryAfter
    this.text = text
  }
}

/** The error that an answer is. @param text its body */
export function errorOf(about: string, response: Pick<Response, 'status' | 'headers'>, text: string): ArchiveError {
  const reasons = reasonsIn(parseOr(text, null))
  const detail = reasons.length ? describeReasons(reasons) : brief(text)
  return new ArchiveError(about, detail, {
    status: response.status,
    reasons,
    retryAfter: retryAfterOf(response),
    text,
  })
}

/** The error that stands for no answer. @param cause what `fetch` threw */
export const noAnswer = (about: string, cause: unknown): ArchiveError =>
  new ArchiveError(about, `the archive gives no answer: ${noAnswerReason(cause)}`, { cause })

/** Why a request got no answer: the system's reason where it gives one, as Node's fetch keeps it. */
export function noAnswerReason(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } }
  if (name === 'TimeoutError') return 'it took too long'
  // OpenSSL ends its messages with a line break
  return String(cause?.message || cause?.code || message || name).trim()
}

/** The seconds that an answer asks to wait, from seconds or a date (RFC 9110); null: none. */
export function retryAfterOf({ headers }: Pick<Response, 'headers'>): number | null {
  const text = headers.get('retry-after')?.trim()
  if (!text) return null
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null
}

/** The value of a JSON text; something else for a text that is none, as a proxy's page. */
export function parseOr(text: string, otherwise: unknown): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return otherwise
  }
}

/** The detail of an answer, or its beginning. */
export function brief(text: string): string {
  const { detail } = (parseOr(text, null) ?? {}) as { detail?: unknown }
  if (typeof detail === 'string') return detail
  const words = text.replace(/<[^>]*>|\s+/g, ' ').trim()
  return words.slice(0, 200) || 'an empty answer'
}

/** Reasons as one text. @param nameOf how a field is called; as it is unless given */
export const describeReasons = (reasons: readonly Reason[], nameOf = (field: string): string => field): string =>
  reasons.map(({ field, message }) => (field === null ? message : `${nameOf(field)}: ${message}`)).join('; ')

/** Errors in Django REST framework's shape (`{field: [message]}`, nested) one by one. */
export const reasonsIn = (errors: unknown): Reason[] =>
  [...flat(errors, '')].map(({ field, message }) => ({ field: field || null, message }))

/** Names that say nothing of what was sent. */
const NO_FIELDS = new Set(['detail', 'non_field_errors'])

/** No archive nests its reasons as deep. */
const DEEPEST = 30

function* flat(errors: unknown, field: string, depth = 0): Generator<{ field: string; message: string }> {
  if (depth > DEEPEST) return
  if (typeof errors === 'string') yield { field, message: errors }
  else if (Array.isArray(errors)) for (const error of errors) yield* flat(error, field, depth + 1)
  else if (typeof errors === 'object' && errors !== null)
    for (const [name, error] of Object.entries(errors))
      yield* flat(error, NO_FIELDS.has(name) ? field : field ? `${field}.${name}` : name, depth + 1)
}
