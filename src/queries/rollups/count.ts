import { type Caller, isSuperuser } from '../../caller.ts'
import { all, type Fragment, nothing, query, type Sql } from '../../database/sql.ts'
import type { Given } from '../../schemas/filters.ts'
import { filterConditions } from '../frames/filters.ts'
import { notPublic, visibleTo } from '../frames/visibility.ts'
import { isNobodys, ofProposals, type Projection, projectionOf, type Question } from './question.ts'

/** A question with the caller who asks it: the fragments that its statements have in common. */
export interface Asking {
  sql: Sql
  caller: Caller
  question: Question
  conditions(filters: readonly Given[]): Fragment
}

/** How many frames answer a question: a select of one number, to be nested. */
export function countByRollups(asking: Asking): Fragment {
  const { sql, caller, question } = asking
  if (isNobodys(caller, question)) return sql`select 0`
  return query(sql, 'rollups/count.get', {
    span: spanOf(asking),
    parts: partsOf(asking, projectionOf(question.groups)),
    group_filters: asking.conditions(question.groups),
    cells: cellsOf(asking),
    folded: foldedOf(asking),
    queued: queuedOf(asking),
  })
}

/** The counts of a part, of the groups that match. */
export function cellsOf({ sql, question, conditions }: Asking): Fragment {
  const that_match = question.groups.length
    ? query(sql, 'rollups/count.that_match', { group_filters: conditions(question.groups) })
    : nothing(sql)
  return query(sql, 'rollups/count.cells', { that_match })
}

/** The :visible and :filters of frames that have the columns of frames. */
const conditionsOf = ({ sql, caller, question, conditions }: Asking) => ({
  visible: all(sql, [
    visibleTo(sql, caller),
    isNotPublicOnly(caller, question) ? sql`and ${notPublic(sql)}` : nothing(sql),
  ]),
  filters: all(sql, [
    conditions([...question.groups, ...whenOf(question), ...question.proposals]),
    ownOnly(sql, caller, question),
  ]),
})

const whenOf = ({ times, night }: Question): Given[] => [...times, ...(night ? [night] : [])]

/** The :folded_filters of folded frames. */
export function foldedFilters({ sql, caller, question, conditions }: Asking): Fragment {
  const own = ownProposals(caller, question)
  const ofKinds = { filters: conditions(question.groups) }
  const ofProposals = { filters: all(sql, [conditions(question.proposals), ownOnly(sql, caller, question)]) }
  return all(sql, [
    conditions(whenOf(question)),
    question.groups.length ? query(sql, 'rollups/count.of_kinds', ofKinds) : nothing(sql),
    question.proposals.length || own ? query(sql, 'rollups/count.of_proposals', ofProposals) : nothing(sql),
  ])
}

/** The :folded_visible of folded frames, at a moment. */
export function foldedVisible({ sql, caller, question }: Asking, at: Fragment): Fragment {
  const member = caller.kind === 'user' && !isSuperuser(caller) && caller.proposals.length > 0
  return all(sql, [
    member ? query(sql, 'rollups/count.seen_by_user', { at, proposals: caller.proposals }) : visibleTo(sql, caller, at),
    isNotPublicOnly(caller, question) ? sql`and ${notPublic(sql, at)}` : nothing(sql),
  ])
}

/**
 * What is counted frame by frame among those that are folded, as (kind, proposal, frames): the parts
 * of days at both ends of the span, and what has become public since the last fold.
 */
export function foldedOf(asking: Asking): Fragment {
  const { sql, caller, question } = asking
  const now = foldedVisible(asking, sql`now()`)
  const filters = foldedFilters(asking)
  const edges = question.times.length === 0 ? null : query(sql, 'rollups/count.edges', { visible: now, filters })
  // nothing changes for a superuser by what becomes public
  const turned =
    isSuperuser(caller) && !isNotPublicOnly(caller, question)
      ? null
      : query(sql, 'rollups/count.turned', {
          visible: now,
          visible_then: foldedVisible(asking, sql`s.public_until`),
          days: question.night ? nothing(sql) : query(sql, 'rollups/count.whole_days', {}),
          filters,
        })
  if (edges && turned) return sql`${edges} union all ${turned}`
  return edges ?? turned ?? sql`select null::int as kind, null::int as proposal, 0 as frames where false`
}

/** What is not folded yet, by the values of frames. */
export const queuedOf = (asking: Asking): Fragment => query(asking.sql, 'rollups/count.queued', conditionsOf(asking))

/** Whether only frames are asked for that are not public yet. */
const isNotPublicOnly = (caller: Caller, { whose, notOnlyPublic }: Question): boolean =>
  whose === 'own not public' || (notOnlyPublic && isSuperuser(caller))

/** A member's own proposals, where only those are asked for. */
export function ownProposals(caller: Caller, { whose, notOnlyPublic }: Question): readonly string[] | null {
  if (caller.kind !== 'user' || isSuperuser(caller)) return null
  return (whose === 'own not public' || notOnlyPublic) && caller.proposals.length > 0 ? caller.proposals : null
}

const ownOnly = (sql: Sql, caller: Caller, question: Question): Fragment => {
  const own = ownProposals(caller, question)
  return own ? query(sql, 'frames/filters.public_own', { value: own }) : nothing(sql)
}

/** The :span of a question: its buckets of time, and what is not whole days. */
export function spanOf({ sql, question }: Asking): Fragment {
  if (question.night) return query(sql, 'rollups/count.night', { night: question.night.value })
  const bounds = (bound: (name: string, value: Fragment) => Fragment | null) =>
    question.times
      .map(({ name, value }) => bound(name, sql`${value as string}::timestamptz`))
      .filter((fragment) => fragment !== null)
      .reduce<Fragment | null>((left, right) => (left ? sql`${left}, ${right}` : right), null)
  const from = bounds((name, value) => (name === 'start' || name === 'observation_date' ? value : null))
  const to = bounds((name, value) => {
    if (name === 'before') return value
    // up to and including it
    return name === 'start' ? null : sql`${value} + interval '1 microsecond'`
  })
  return query(sql, 'rollups/count.times', {
    from: from ? sql`greatest(${from})` : sql`null::timestamptz`,
    to: to ? sql`least(${to})` : sql`null::timestamptz`,
  })
}

/** What a caller who is no member counts: all frames, those that are not public, or public ones. */
function weightsOf(caller: Caller, question: Question): { frames: number; public: number } {
  if (!isSuperuser(caller)) return { frames: 0, public: 1 }
  return { frames: 1, public: isNotPublicOnly(caller, question) ? -1 : 0 }
}

/** What a count c of a single proposal has of frames that the caller sees. */
export function weightedOf({ sql, caller, question }: Asking): Fragment {
  const member = caller.kind === 'user' && !isSuperuser(caller) && caller.proposals.length > 0
  return member
    ? query(sql, 'rollups/count.weighted_of_user', { proposals: caller.proposals })
    : query(sql, 'rollups/count.weighted', weightsOf(caller, question))
}

/** Which counts are added up: of all proposals or of some, of all frames or of public ones. */
export function partsOf({ sql, caller, question, conditions }: Asking, projection: Projection): Fragment {
  const superuser = isSuperuser(caller)
  const proposals = caller.kind === 'user' && !superuser ? caller.proposals : []
  const single = ofProposals(projection)
  const hidden = isNotPublicOnly(caller, question)
  const weights = weightsOf(caller, question)
  const own = ownProposals(caller, question)
  const filters = all(sql, [conditions(question.proposals), ownOnly(sql, caller, question)])
  if (own) {
    const owned = { frames: 1, public: hidden ? -1 : 0 }
    return query(sql, 'rollups/count.from_proposals', { projection: single, ...owned, filters })
  }
  if (question.proposals.length > 0) {
    return proposals.length > 0
      ? query(sql, 'rollups/count.from_proposals_of_user', { projection: single, proposals, filters })
      : query(sql, 'rollups/count.from_proposals', { projection: single, ...weights, filters })
  }
  const everybody = query(sql, 'rollups/count.from_all', { projection, ...weights })
  if (proposals.length === 0) return everybody
  return sql`${everybody} union all ${query(sql, 'rollups/count.from_own', { projection: single, proposals })}`
}

/** What a question's filters mean as conditions on f. */
export const asking = (sql: Sql, caller: Caller, question: Question, science: readonly string[]): Asking => ({
  sql,
  caller,
  question,
  conditions: (filters) => filterConditions(sql, caller, filters, science),
})
