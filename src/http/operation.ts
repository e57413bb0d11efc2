import { createRoute, type RouteConfig } from '@hono/zod-openapi'
import type { FileStore } from '../files/store/store.ts'
import type { Services } from '../services.ts'
import type { RequestContext } from './context.ts'
import { currentJson } from './etag.ts'
import { describeParameters, type Parameters, readParameters, type Values } from './parameters.ts'
import type { RequestBody } from './request_body.ts'
import { type Refused, refusals } from './responses.ts'
import { type CallerOf, VISIBILITY, type Visibility } from './visibility.ts'

/** One operation: its declaration, from which OpenAPI is made, and the handler that answers it. */
export interface Operation {
  route: RouteConfig
  handle(c: RequestContext): Promise<Response>
}

export interface Declaration<P extends Parameters, B, V extends Visibility> {
  /** The operationId, which is the name of its file. */
  id: string
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  path: string
  tag: 'frames' | 'thumbnails' | 'versions' | 'files' | 'authentication' | 'archive'
  summary: string
  /** Follows what the visibility says by itself. */
  description?: string
  visibility: V
  parameters?: P
  body?: RequestBody<B>
  /** What it may refuse with, besides what comes of its visibility, its parameters and its body. */
  refusals?: readonly Refused[]
  /** Its other answers, by status; one of these takes the place of the refusal of its status. */
  answers: RouteConfig['responses']
  /** What a browser with a session sends for another site: refused, unless it is taken for an anonymous caller's. */
  fromOtherSites?: 'anonymous'
  /** No part of the API: it is not in the OpenAPI document. */
  hidden?: true
}

/** What a handler is given. */
export interface Asked<P extends Parameters = Record<never, never>, B = undefined, V extends Visibility = Visibility> {
  caller: CallerOf<V>
  parameters: Values<P>
  body: B
  services: Services
  /** What the addresses of files are made of. */
  links: { store: FileStore; base: string }
  c: RequestContext
}

/**
 * An operation out of its declaration and its handler. The handler is called for callers who may call it, with values that have been checked;
 * what it gives is answered as JSON (with an ETag where 304 is declared), nothing as 204.
 *
 * OpenAPIHono declares, but does not read: its validators know neither limits of a body, nor the digits of its numbers, nor lists that change
 * while the archive runs, and they come before the caller is asked for.
 */
export function operation<
  P extends Parameters = Record<never, never>,
  B = undefined,
  V extends Visibility = Visibility,
>(declaration: Declaration<P, B, V>, answer: (asked: Asked<P, B, V>) => unknown): Operation {
  const { visibility, parameters, body, answers } = declaration
  return {
    route: routeOf(declaration),
    async handle(c) {
      VISIBILITY[visibility].check(c)
      const value = await answer({
        caller: c.var.caller as CallerOf<V>,
        parameters: parameters ? await readParameters(parameters, c) : ({} as Values<P>),
        body: body ? await body.read(c) : (undefined as B),
        services: c.env,
        links: { store: c.env.store, base: c.var.base },
        c,
      })
      if (value instanceof Response) return value
      if (value === undefined) return c.body(null, 204)
      return 304 in answers ? currentJson(c, value) : c.json(value, 201 in answers ? 201 : 200)
    },
  }
}

function routeOf<B>(declaration: Declaration<Parameters, B, Visibility>): RouteConfig {
  const { id, method, path, tag, summary, description, visibility, parameters = {}, body, answers } = declaration
  const { security, says } = VISIBILITY[visibility]
  return createRoute({
    method,
    path,
    operationId: id,
    tags: [tag],
    summary,
    description: [says, description].filter(Boolean).join(' '),
    security,
    ...(Object.keys(parameters).length && { parameters: describeParameters(parameters) }),
    ...(body && { request: { body: { required: true, content: body.content } } }),
    responses: { ...refusals(refusedBy(declaration)), ...answers },
    ...(declaration.hidden && { hide: true }),
  })
}

const UNSAFE = ['post', 'put', 'patch', 'delete']

/** The statuses with which an operation may refuse: 401, 429, 500 and 503 may come from any that asks who calls. */
function refusedBy<B>(declaration: Declaration<Parameters, B, Visibility>): Refused[] {
  const { method, visibility, parameters = {}, body, fromOtherSites } = declaration
  if (visibility === 'unidentified') return []
  const given = Object.values(parameters)
  return [
    401,
    429,
    500,
    503,
    ...(declaration.refusals ?? []),
    ...(body?.refusals ?? []),
    ...(given.some((p) => p.refuses) ? [400 as const] : []),
    ...(given.some((p) => p.in === 'path') ? [404 as const] : []),
    ...(visibility !== 'anyone' || (UNSAFE.includes(method) && !fromOtherSites) ? [403 as const] : []),
  ]
}
