import { type Caller, isSuperuser } from '../../caller.ts'
import { type Fragment, query, type Sql } from '../../database/sql.ts'

/** Which frames f the caller may see: the :visible slot of every query that reads frames. */
export function visibleTo(sql: Sql, caller: Caller): Fragment {
  if (isSuperuser(caller)) return query(sql, 'frames/visibility.superuser', {})
  if (caller.kind === 'user' && caller.proposals.length > 0)
    return query(sql, 'frames/visibility.user', { proposals: caller.proposals })
  return query(sql, 'frames/visibility.anonymous', {})
}
