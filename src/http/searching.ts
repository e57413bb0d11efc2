import type { Pool } from '../database/open.ts'
import { networkOf } from './address.ts'
import type { RequestContext } from './context.ts'

/**
 * Connections for what may take long, in the name of a request: cancelled when its client leaves or
 * its time is over, within the share of its caller. What fails on them is answered in the words for
 * searches.
 */
export function searching(c: RequestContext, pool: Pool = c.env.search): Pool {
  const { caller } = c.var
  c.set('isSearch', true)
  const share = caller.kind === 'user' ? `user:${caller.id}` : `address:${networkOf(c)}`
  const limitMs = caller.kind === 'user' ? SEARCH_MS : 1000 * c.env.config.search.anonTimeoutS
  return pool.withLimits({ signal: c.req.raw.signal, share, until: performance.now() + limitMs })
}

/** Two seconds more than the database's own time-out of a statement: then it hangs. */
const SEARCH_MS = 32_000
