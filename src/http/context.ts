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
