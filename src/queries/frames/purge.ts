import type { Pool } from '../../database/open.ts'
import { all, type Fragment, nothing, query, row, rows, type Sql } from '../../database/sql.ts'

/** Which frames are to be deleted: those that meet all that is given. */
export interface Selection {
  /** Observed before this moment, or up to and including it. */
  observedBefore?: string
  observedUntil?: string
  /** The observing day lies after and before these days, so that frames without one stay. */
  afterDay?: string
  beforeDay?: string
  reductionLevel?: number
  requestId?: number
  observationId?: number
  /** In capitals or not, as is the telescope. */
  site?: string
  telescope?: string
  includeTypes?: readonly string[]
  excludeTypes?: readonly string[]
  includeProposals?: readonly string[]
  excludeProposals?: readonly string[]
  includeInstruments?: readonly string[]
  excludeInstruments?: readonly string[]
}

/** The condition of each part of a selection, in the order in which they are always written. */
const BLOCKS = {
  observedBefore: 'frames/purge.observed_before',
  observedUntil: 'frames/purge.observed_until',
  afterDay: 'frames/purge.after_day',
  beforeDay: 'frames/purge.before_day',
  reductionLevel: 'frames/filters.reduction_level',
  requestId: 'frames/filters.request_id',
  observationId: 'frames/filters.observation_id',
  site: 'frames/purge.site',
  telescope: 'frames/purge.telescope',
  includeTypes: 'frames/filters.include_configuration_type',
  excludeTypes: 'frames/purge.exclude_types',
  includeProposals: 'frames/filters.proposal_id__in',
  excludeProposals: 'frames/purge.exclude_proposals',
  includeInstruments: 'frames/filters.instrument_id__in',
  excludeInstruments: 'frames/purge.exclude_instruments',
} as const satisfies Record<keyof Selection, string>

/** The conditions of a selection on frames f. Placeholders are in none. */
export function selectionConditions(sql: Sql, selection: Selection): Fragment {
  const parts = Object.keys(BLOCKS) as (keyof Selection)[]
  const given = parts.filter((part) => selection[part] !== undefined)
  const conditions = given.map((part) =>
    part === 'includeTypes' && selection.includeTypes?.length === 1
      ? query(sql, 'frames/filters.configuration_type', { value: selection.includeTypes[0] })
      : query(sql, BLOCKS[part], { value: selection[part] }),
  )
  return all(sql, [...conditions, query(sql, 'frames/purge.given', {})])
}

/** How much there is; files are those of versions and thumbnails. */
export interface Amount {
  frames: number
  files: number
  /** Of the files whose size is known. */
  bytes: number
  /** Files whose size is not known. */
  unknown_sizes: number
}

/** Runs a statement that may take as long as it needs, until `signal` is aborted. */
function atLeisure<T>(pool: Pool, signal: AbortSignal | undefined, work: (tx: Sql) => Promise<T>): Promise<T> {
  return pool.withLimits({ deadlineMs: null, ...(signal && { signal }) }).begin(async (tx) => {
    await query(tx, 'frames/purge.settings', {})
    return work(tx)
  })
}

/** The moment so many days ago, by the database's clock. */
export const daysAgo = async (sql: Sql, days: number): Promise<string> =>
  (await row<{ moment: string }>(query(sql, 'frames/purge.days_ago', { days })))!.moment

/** How much a selection has. */
export const countSelected = (pool: Pool, selection: Selection): Promise<Amount> =>
  atLeisure(pool, undefined, async (tx) => {
    const conditions = selectionConditions(tx, selection)
    return (await row<Amount>(query(tx, 'frames/purge.count', { conditions })))!
  })

/** A frame, and where it stands in the order in which frames are gone through. */
export interface Place {
  id: number
  place: string | null
}

/**
 * The selections into which one is split so that each is one walk along an index: a type at a time.
 * What is deleted each night for its age is few frames behind all the older ones that are kept: these
 * are not walked through for it.
 */
export function splitSelection(selection: Selection): Selection[] {
  const { afterDay, includeTypes } = selection
  if (afterDay !== undefined || !includeTypes) return [selection]
  return [...new Set(includeTypes)].map((type) => ({ ...selection, includeTypes: [type] }))
}

/** The orders, each served by an index; of a type that is (configuration_type, id). */
const ORDERS = {
  date: { next: 'frames/purge.next_by_date', after: 'frames/purge.after_date_and_id' },
  day: { next: 'frames/purge.next_by_day', after: 'frames/purge.after_day_and_id' },
  id: { next: 'frames/purge.next_by_id', after: 'frames/purge.after_id' },
} as const

/** The next frames of a selection behind a place; null: the first ones. */
export function nextSelected(
  pool: Pool,
  selection: Selection,
  behind: Place | null,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Place[]> {
  const order = orderOf(selection)
  return atLeisure(pool, signal, (tx) => {
    const conditions = selectionConditions(tx, selection)
    const after = behind ? placeCondition(tx, order, behind) : nothing(tx)
    return rows<Place>(query(tx, ORDERS[order].next, { conditions, after, limit }))
  })
}

const placeCondition = (sql: Sql, order: keyof typeof ORDERS, { id, place }: Place): Fragment =>
  order === 'id' ? query(sql, ORDERS.id.after, { id }) : query(sql, ORDERS[order].after, { id, place })

function orderOf(selection: Selection): keyof typeof ORDERS {
  const { afterDay, includeTypes, observedBefore, observedUntil } = selection
  if (afterDay !== undefined) return 'day'
  if (includeTypes) return 'id'
  return observedBefore !== undefined || observedUntil !== undefined ? 'date' : 'id'
}
