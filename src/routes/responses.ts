import { z } from '@hono/zod-openapi'

const detail = z
  .object({ detail: z.string().openapi({ description: 'What is wrong, for people.', example: 'Not found.' }) })
  .openapi('Detail', { description: 'Why a request was refused.' })
const refusal = z
  .unknown()
  .openapi('Refusal', { description: 'What was refused: `{field: [message]}`, nested as the input is; or a list of messages; or a message.', example: { start: ['Enter a valid date/time.'] } })

const json = (schema: z.ZodType) => ({ 'application/json': { schema } })
export const ok = (description: string, schema: z.ZodType, example?: unknown) => ({
  description,
  content: { 'application/json': { schema, ...(example === undefined ? {} : { example }) } },
})
const refused = (description: string) => ({ description, content: json(detail) })

const ALL = {
  400: { description: 'A parameter or the body cannot be used.', content: json(refusal) },
  401: refused('The credentials are missing or not valid.'),
  403: refused('The caller may not do this.'),
  404: refused('There is no such thing for this caller.'),
  413: refused('The body is larger than 10 MB.'),
  415: refused('The body is neither JSON nor a form.'),
  429: refused('Too many requests: see Retry-After.'),
  501: refused('Not possible with this archive.'),
  503: refused('The database or the Observation Portal cannot be reached: see Retry-After.'),
}
export type Refused = keyof typeof ALL

/** The refusals an operation may answer with; 401, 429 and 503 may come from any. */
export const refusals = (...codes: Refused[]) =>
  Object.fromEntries([...new Set<Refused>([...codes, 401, 429, 503])].sort().map((code) => [code, ALL[code]])) as Record<Refused, (typeof ALL)[Refused]>

/** Who may call: everyone, with more for those who say who they are; or only those who do. */
export const anyone: Record<string, string[]>[] = [{}, { token: [] }, { bearer: [] }]
export const signedIn: Record<string, string[]>[] = [{ token: [] }, { bearer: [] }]

export const idParameter = (of: string) =>
  z.object({ id: z.unknown().openapi({ type: 'integer', param: { name: 'id', in: 'path', required: true, description: `The id of the ${of}.`, example: 4 } } as never) })

export const body = (schema: z.ZodType) => ({
  required: true,
  content: { 'application/json': { schema }, 'application/x-www-form-urlencoded': { schema }, 'multipart/form-data': { schema } },
})
