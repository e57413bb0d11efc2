import { ArchiveError } from '../errors.ts'
import type { FileStore } from '../files/store/store.ts'
import type { Services } from '../services.ts'
import { currentJson } from './conditional.ts'
import type { RequestContext } from './context.ts'
import { type Parameters, parametersReader, type Values } from './parameters.ts'
import type { RequestBody } from './request_body.ts'
import type { Answer, Refused } from './responses.ts'
import { originOf } from './session.ts'
import { type CallerOf, VISIBILITY, type Visibility } from './visibility.ts'

// all that a declaration is made of
export * from './named_schemas.ts'
export * from './parameters.ts'
export * from './request_body.ts'
export * from './responses.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One operation: its declaration, from which OpenAPI is made, and the handler that answers it. */
export interface Operation {
  /** The operationId. */
  id: string
  method: Method
  path: `/${string}`
  declaration: Declared
  handle(c: RequestContext): Promise<Response>
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

export interface Declaration<P extends Parameters, B, V extends Visibility> {
  summary: string
  /** Follows what its visibility says by itself. */
  description?: string
  visibility: V
  parameters?: P
  body?: RequestBody<B>
  /** What it may refuse with, besides what comes of its visibility, its parameters and its body. */
  refusals?: readonly Refused[]
  /** Its other answers, by status; one of these takes the place of the refusal of its status. */
  answers: Record<number, Answer>
  /**
   * Cross-site requests that write are refused where a session cookie comes with them. Here they are
   * taken as anonymous, or refused without one too.
   */
  fromOtherSites?: 'anonymous' | 'refused'
  /** Called by browsers and crawlers, not by programs: clients are made without it. */
  forBrowsers?: true
  /** No part of the API: it is not in the OpenAPI document. */
  hidden?: true
  /** A response; or a value for JSON, with an ETag where 304 is declared; or nothing (204). */
  handle(asked: Asked<P, B, V>): unknown
}

/** What the OpenAPI document says of an operation. */
export type Declared = Omit<Declaration<Parameters, unknown, Visibility>, 'handle'>

/**
 * An operation out of its declaration. The handler is called for those who may call it, with values
 * that have been checked.
 *
 * OpenAPIHono declares, but does not read: its validators know neither limits of a body, nor the
 * digits of its numbers, nor lists that change while the archive runs, and they come before the
 * caller is asked for.
 * @param id the operationId, which is the name of its file
 * @param on method and path, as in `GET /frames/{id}/`
 */
export function operation<
  P extends Parameters = Record<never, never>,
  B = undefined,
  V extends Visibility = Visibility,
>(id: string, on: `${Method} /${string}`, declaration: Declaration<P, B, V>): Operation {
  const { visibility, parameters, body, answers } = declaration
  const readParameters = parametersReader(parameters ?? ({} as P))
  const [method, path] = on.split(' ') as [Method, `/${string}`]
  return {
    id,
    method,
    path,
    declaration,
    async handle(c) {
      const { request } = c.env
      if (request) {
        request.operation = id
        request.route = path
      }
      VISIBILITY[visibility].check(c)
      if (declaration.fromOtherSites === 'refused' && originOf(c) === 'other') throw new ArchiveError('cross_site')
      const value = await declaration.handle({
        caller: c.var.caller as CallerOf<V>,
        parameters: await readParameters(c),
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
