import type { RouteConfig } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Caller } from '../caller.ts'
import type { Services } from '../services.ts'

export interface Env {
  Bindings: Services
  Variables: {
    caller: Caller
    /** Scheme and host that the client used, without a slash at the end. */
    base: string
  }
}
export type RequestContext = Context<Env>

/** One operation: its declaration, from which OpenAPI is made, and the handler that answers it. */
export interface Operation {
  route: RouteConfig
  handle(c: RequestContext): Response | Promise<Response>
}

export const operation = (route: RouteConfig, handle: Operation['handle']): Operation => ({ route, handle })

/** A row id out of the path; null: no row can have it. */
export function idOf(c: RequestContext): number | null {
  const text = c.req.param('id') ?? ''
  return /^\d{1,10}$/.test(text) && Number(text) <= 2147483647 ? Number(text) : null
}
