import { ANY_FRAME } from '../../caller.ts'
import { type Fragment, nothing, query } from '../../database/sql.ts'
import { type Asking, asking as ask, countByRollups, foldedFilters, foldedVisible, partsOf, spanOf } from './count.ts'
import { PROJECTIONS, projectionOf } from './question.ts'

/** What the rows of a page are made of besides: the slots of frames/list.walk. */
export interface PageSlots {
  visible: Fragment
  filters: Fragment
  ordering: Fragment
  limit: number
  offset: number
}

/** From how many frames on a page is not walked to from the newest. */
const DEEP = 1000

/**
 * The rows of a page, newest first: walked to where many frames match, and otherwise gathered from
 * the kinds that match, so that neither rare frames nor a high offset make a long walk.
 * @param deep the offset from which on a page is placed by the rollups
 */
export function newestByRollups(asking: Asking, slots: PageSlots, science: readonly string[], deep = DEEP): Fragment {
  const { sql, question } = asking
  const whole = countByRollups(
    ask(sql, ANY_FRAME, { ...question, groups: [], proposals: [], whose: 'visible', notOnlyPublic: false }, science),
  )
  const mayBeRare = question.groups.length > 0
  const gate = mayBeRare ? query(sql, 'frames/list.where_many_match', { whole }) : nothing(sql)
  const walked =
    slots.offset > deep && canPlace(asking)
      ? query(sql, 'frames/list.from_place', { ...slots, gate, place: placeOf(asking, slots.offset, science) })
      : query(sql, 'frames/list.walk', { ...slots, gate })
  if (!mayBeRare) return walked
  const { visible, filters, limit, offset } = slots
  const gathered = query(sql, 'frames/list.by_kinds', {
    visible,
    filters,
    limit,
    offset,
    whole,
    group_filters: asking.conditions(question.groups),
    folded_visible: foldedVisible(asking, sql`now()`),
    folded_filters: foldedFilters(asking),
  })
  return sql`${walked} union all ${gathered}`
}

/** Buckets are summed from the newest on, and of many groups that takes longer than walking. */
const canPlace = ({ question }: Asking): boolean =>
  question.night === null &&
  question.times.every(({ name }) => name === 'start') &&
  projectionOf(question.groups) <= PROJECTIONS.filter

function placeOf(asking: Asking, offset: number, science: readonly string[]): Fragment {
  const { sql, caller, question } = asking
  const before = { name: 'start', parameter: 'start', value: sql`place.before` }
  const newer = countByRollups(ask(sql, caller, { ...question, times: [...question.times, before] }, science))
  return query(sql, 'rollups/place', {
    offset,
    newer,
    span: spanOf(asking),
    parts: partsOf(asking, projectionOf(question.groups)),
    group_filters: asking.conditions(question.groups),
    folded_visible: foldedVisible(asking, sql`now()`),
    folded_filters: foldedFilters(asking),
  })
}
