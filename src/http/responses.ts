import type { SchemaName } from './named_schemas.ts'

/** A schema by its name, or a small one in OpenAPI's own words. */
type Described = SchemaName | Words
interface Words {
  type: 'string' | 'object'
  format?: string
  enum?: string[]
  additionalProperties?: object
  description?: string
  example?: unknown
}

/** What a body holds, by its media type. */
export type Content = Record<string, { schema: Described; example?: unknown }>
/** An answer, as a declaration describes it. */
export interface Answer {
  description: string
  headers?: Record<string, Header>
  content?: Content
}
/** An answer with a body. */
export interface Filled extends Answer {
  content: Content
}

/** A JSON answer. */
export const ok = (description: string, schema: Described, example?: unknown): Filled => ({
  description,
  content: { 'application/json': { schema, ...(example === undefined ? {} : { example }) } },
})
/** An HTML page, for people. */
export const htmlPage = (description: string): Filled => ({
  description,
  content: {
    'text/html': { schema: { type: 'string', description: 'A page for people.', example: '<!doctype html>…' } },
  },
})

type Header = {
  description: string
  schema: { type: 'string' | 'integer' }
  example: string | number
}

/** A response header. */
export const header = (
  description: string,
  example: string | number,
  type: 'string' | 'integer' = 'string',
): Header => ({
  description,
  schema: { type },
  example,
})

/** A refusal of the whole request, in one sentence. */
export const refused = (description: string, text: string, headers?: Answer['headers']): Filled => ({
  description,
  ...(headers && { headers }),
  content: { 'application/json': { schema: 'detail', example: { detail: text } } },
})
const retryAfter = {
  'Retry-After': header('After how many seconds it is worth while to try again.', 30, 'integer'),
}

/** The refusals, by status. */
export const REFUSED = {
  400: {
    description: 'A parameter or the body cannot be used.',
    content: { 'application/json': { schema: 'refusal', example: { start: ['Enter a valid date/time.'] } } },
  },
  401: refused('The credentials are missing or not valid.', 'Invalid token.', {
    'WWW-Authenticate': header('How to say who one is.', 'Token'),
  }),
  403: refused(
    'The caller may not do this; or a browser that is signed in was made to ask by another site.',
    'You do not have permission to perform this action.',
  ),
  404: refused('There is no such thing for this caller.', 'Not found.'),
  412: refused(
    'If-Match or If-Unmodified-Since ask for something else than there is.',
    'What is stored is not what was asked for: it has changed.',
  ),
  413: refused(
    'The body is larger than 16 KB for credentials, 256 KB for a ZIP, or 10 MB for a record.',
    'The body is larger than 10 MB.',
  ),
  415: refused('The body is neither JSON nor a form.', 'Unsupported media type "text/csv" in request.'),
  422: refused('A stored file is damaged.', 'The stored file a.fits.fz is damaged: it cannot be unpacked.'),
  429: refused(
    "Too many requests; or searches that took more of the database's time than one address or user has.",
    'Request was throttled. Expected available in 30 seconds.',
    retryAfter,
  ),
  500: refused('The archive failed; the request may be sent again.', 'The archive failed. The fault is in its log.'),
  503: refused(
    'The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy.',
    'The database cannot be reached. Try again shortly.',
    retryAfter,
  ),
} satisfies Record<number, Answer>
export type Refused = keyof typeof REFUSED

/** The refusals of these statuses, as OpenAPI lists them. */
export const refusals = (codes: readonly Refused[]) => Object.fromEntries(codes.map((code) => [code, REFUSED[code]]))

/** What a client that sends If-None-Match may get. */
export const notModified = { 304: { description: 'What the client has is current.' } }

/** Bytes that are to be streamed, not held in memory. */
export const binary = (description: string): Words => ({ type: 'string', format: 'binary', description })

const bytes = (type: string): Content => ({ [type]: { schema: binary('The bytes.') } })

/** The answers of a download that can be had in ranges. */
export const bytesOf = (description: string, type = 'application/octet-stream'): Record<number, Answer> => ({
  200: { description, content: bytes(type) },
  206: { description: 'The range that was asked for.', content: bytes(type) },
  ...notModified,
  412: REFUSED[412],
  416: { description: 'There is no such range.' },
})
