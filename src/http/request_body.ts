import type { Services } from '../services.ts'
import { type Body, readBody } from './body.ts'
import type { BodyKind } from './body_budget.ts'
import type { RequestContext } from './context.ts'
import { checkByName, type SchemaName, type ValueOf } from './named_schemas.ts'
import type { Content, Refused } from './responses.ts'

/** What an operation takes as its body: the declaration, and how the handler's value is read. */
export interface RequestBody<B> {
  content: Content
  refusals: readonly Refused[]
  read(c: RequestContext): B | Promise<B>
}

/** A body of JSON or of a form, which its operation makes something of. */
export const body = <B>(
  schema: SchemaName,
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
export const checkedBody = <N extends SchemaName>(schema: N, kind: BodyKind): RequestBody<ValueOf<N>> =>
  body(schema, kind, ({ value }) => checkByName(schema, value))
