import type { z } from '@hono/zod-openapi'
import { check } from '../schemas/check.ts'
import type { Services } from '../services.ts'
import { type Body, readBody } from './body.ts'
import type { BodyKind } from './body_budget.ts'
import type { RequestContext } from './context.ts'
import type { Refused } from './responses.ts'

/** What an operation takes as its body: the declaration, and how the handler's value is read. */
export interface RequestBody<B> {
  content: Record<string, { schema: z.ZodType; example?: unknown }>
  refusals: readonly Refused[]
  read(c: RequestContext): B | Promise<B>
}

/** A body of JSON or of a form, which its operation makes something of. */
export const body = <B>(
  schema: z.ZodType,
  kind: BodyKind,
  parse: (body: Body, services: Services) => B | Promise<B>,
): RequestBody<B> => ({
  content: {
    'application/json': { schema },
    'application/x-www-form-urlencoded': { schema },
    'multipart/form-data': { schema },
  },
  refusals: [400, 413, 415],
  read: async (c) => parse(await readBody(c, kind), c.env),
})

/** A body of JSON or of a form that fits the schema. */
export const checkedBody = <S extends z.ZodType>(schema: S, kind: BodyKind): RequestBody<z.output<S>> =>
  body(schema, kind, ({ value }) => check(schema, value))
