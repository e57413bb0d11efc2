import { z } from '@hono/zod-openapi'

const detail = z
  .object({ detail: z.string().openapi({ description: 'What is wrong, for people.', example: 'Not found.' }) })
  .openapi('Detail', { description: 'Why a request was refused.' })
// no type, since generated Java and Go compile with none of the ways to say "an object or a list"
const refusal = z.unknown().openapi('Refusal', {
  description:
    'What was refused, any JSON: mostly an object `{field: [message]}`, nested as the input is (`non_field_errors` for what concerns no single field, `detail: message` for a body that cannot be read); in some cases a list of messages, or a message.',
  example: { start: ['Enter a valid date/time.'] },
})

/** A JSON answer. */
export const ok = (description: string, schema: z.ZodType, example?: unknown) => ({
  description,
  content: { 'application/json': { schema, ...(example === undefined ? {} : { example }) } },
})
/** An HTML page, for people. */
export const htmlPage = (description: string) => ({
  description,
  content: {
    'text/html': { schema: z.string().openapi({ description: 'A page for people.', example: '<!doctype html>…' }) },
  },
})

/** A response header. */
export const header = (description: string, example: string | number, type: 'string' | 'integer' = 'string') => ({
  description,
  schema: { type },
  example,
})

/** A refusal of the whole request, in one sentence. */
export const refused = (description: string, text: string, headers?: Record<string, ReturnType<typeof header>>) => ({
  description,
  ...(headers && { headers }),
  content: { 'application/json': { schema: detail, example: { detail: text } } },
})
const retryAfter = {
  'Retry-After': header('After how many seconds it is worth while to try again.', 30, 'integer'),
}

/** The refusals, by status. */
export const REFUSED = {
  400: {
    description: 'A parameter or the body cannot be used.',
    content: { 'application/json': { schema: refusal, example: { start: ['Enter a valid date/time.'] } } },
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
}
export type Refused = keyof typeof REFUSED

/** The refusals of these statuses, as OpenAPI lists them. */
export const refusals = (codes: readonly Refused[]) => Object.fromEntries(codes.map((code) => [code, REFUSED[code]]))

/** What a client that sends If-None-Match may get. */
export const notModified = { 304: { description: 'What the client has is current.' } }

/** Bytes that are to be streamed, not held in memory. */
export const binary = (description: string) => z.string().openapi({ format: 'binary', description })

const bytes = (type: string) => ({ [type]: { schema: binary('The bytes.') } })

/** The answers of a download that can be had in ranges. */
export const bytesOf = (description: string, type = 'application/octet-stream') => ({
  200: { description, content: bytes(type) },
  206: { description: 'The range that was asked for.', content: bytes(type) },
  ...notModified,
  412: REFUSED[412],
  416: { description: 'There is no such range.' },
})
