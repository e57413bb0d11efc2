import { type Caller, isSuperuser } from '../../caller.ts'
import { type Fragment, query, type Sql } from '../../database/sql.ts'

/**
 * Which frames f the caller may see: the :visible slot of every query that reads frames.
 * @param at the moment at which it is asked; now unless given
 */
export function visibleTo(sql: Sql, caller: Caller, at: Fragment = sql`now()`): Fragment {
  if (isSuperuser(caller)) return query(sql, 'frames/visibility.superuser', {})
  if (caller.kind === 'user' && caller.proposals.length > 0)
    return query(sql, 'frames/visibility.user', { proposals: caller.proposals, at })
  return query(sql, 'frames/visibility.anonymous', { at })
}

/** Frames f that are not public yet. */
export const notPublic = (sql: Sql, at: Fragment = sql`now()`): Fragment =>
  query(sql, 'frames/visibility.not_public', { at })
