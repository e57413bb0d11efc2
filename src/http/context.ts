import type { Context } from 'hono'
import type { Caller } from '../caller.ts'
import type { Services } from '../services.ts'

export interface Env {
  Bindings: Services
  Variables: {
    caller: Caller
    /** Scheme and host that the client used, without a slash at the end. */
    base: string
    /** Whether what it asks of the database is a search, which may be refused for its cost. */
    isSearch?: boolean
  }
}
export type RequestContext = Context<Env>
