import type { Pool } from '../database/open.ts'
import { networkOf } from './address.ts'
import type { RequestContext } from './context.ts'

/**
 * Connections for what may take long, in the name of a request: cancelled when its client leaves,
 * within the share of its caller.
 */
export function searching(c: RequestContext, pool: Pool = c.env.search): Pool {
  const { caller } = c.var
  const share = caller.kind === 'user' ? `user:${caller.id}` : `address:${networkOf(c)}`
  return pool.withLimits({ signal: c.req.raw.signal, share, deadlineMs: SEARCH_MS })
}

/** Two seconds more than the database's own time-out of a statement: then it hangs. */
const SEARCH_MS = 32_000
