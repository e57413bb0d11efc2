import { type Caller, isSuperuser } from '../../caller.ts'
import type { Pool } from '../../database/open.ts'
import { all, type Fragment, nothing, query, row, type Sql } from '../../database/sql.ts'
import { visibleTo } from './visibility.ts'

/** What is aggregated over; a filter that is undefined is not applied. */
export interface Scope {
  range?: { start: string; end: string }
  /** `own`: only the caller's own frames that are not public yet. */
  whose: 'all visible' | 'own'
  filters: Partial<Record<(typeof AGGREGATE_FILTERS)[number], string>>
  timeoutMs: number
}
export const AGGREGATE_FILTERS = [
  'site_id',
  'telescope_id',
  'instrument_id',
  'configuration_type',
  'proposal_id',
  'primary_optical_element',
] as const

export interface Aggregates {
  sites: string[]
  telescopes: string[]
  filters: string[]
  instruments: string[]
  obstypes: string[]
  proposals: string[]
}

function ownOnly(sql: Sql, caller: Caller): Fragment {
  if (isSuperuser(caller)) return query(sql, 'frames/aggregate.not_public', {})
  return query(sql, 'frames/aggregate.own', { proposals: caller.kind === 'user' ? caller.proposals : [] })
}

/** The distinct values among the frames of a scope: one query. */
export async function aggregateFrames(reader: Pool, caller: Caller, scope: Scope): Promise<Aggregates> {
  const run = async (sql: Sql): Promise<Aggregates> => {
    const filters = all(sql, [
      scope.range ? query(sql, 'frames/aggregate.range', scope.range) : nothing(sql),
      ...AGGREGATE_FILTERS.filter((name) => scope.filters[name] !== undefined).map((name) =>
        query(sql, `frames/filters.${name}`, { value: scope.filters[name] }),
      ),
      scope.whose === 'own' ? ownOnly(sql, caller) : nothing(sql),
    ])
    const statement = query(sql, 'frames/aggregate.get', { visible: visibleTo(sql, caller), filters })
    return (await row<Aggregates>(statement))!
  }
  if (scope.timeoutMs === 0) return run(reader)
  return reader.begin(async (tx) => {
    await query(tx, 'frames/aggregate.timeout', { milliseconds: String(scope.timeoutMs) })
    return run(tx)
  })
}
