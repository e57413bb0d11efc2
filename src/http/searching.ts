import { isStaff } from '../caller.ts'
import type { Pool } from '../database/open.ts'
import { searchesThrottled } from '../errors.ts'
import { tally } from '../tally.ts'
import { networkOf } from './address.ts'
import type { RequestContext } from './context.ts'

/**
 * Connections for what may take long, in the name of a request: cancelled when its client leaves or
 * its time is over, within the share of its caller, and at the cost of the caller's budget. What
 * fails on them is answered in the words for searches.
 * @throws ArchiveError `throttled`, with the seconds until there is a budget again
 */
export function searching(c: RequestContext, pool: Pool = c.env.search): Pool {
  const { caller } = c.var
  const { budgets, config } = c.env
  const { anonTimeoutS, anonBudget, userBudget } = config.search
  c.set('isSearch', true)
  const isUser = caller.kind === 'user'
  const share = isUser ? `user:${caller.id}` : `address:${networkOf(c)}`
  const until = performance.now() + (isUser ? SEARCH_MS : 1000 * anonTimeoutS)
  const limits = { signal: c.req.raw.signal, share, until }
  if (isStaff(caller)) return pool.withLimits(limits)
  const budget = isUser ? userBudget : anonBudget
  const wait = budgets.wait(share, budget)
  if (wait > 0) {
    tally.throttled.search_budget++
    throw searchesThrottled(wait)
  }
  return pool.withLimits({ ...limits, held: (milliseconds) => budgets.spend(share, budget, milliseconds) })
}

/** Two seconds more than the database's own time-out of a statement: then it hangs. */
const SEARCH_MS = 32_000
