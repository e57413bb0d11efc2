import { ANY_FRAME } from '../../caller.ts'
import { type Fragment, query } from '../../database/sql.ts'
import { type Asking, countByRollups, foldedFilters, foldedVisible, partsOf, spanOf } from './count.ts'
import { EVERYTHING, PROJECTIONS, projectionOf } from './question.ts'

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
 * The :rows of a page, newest first: walked to where many frames match, and otherwise gathered from
 * the kinds that match, so that neither rare frames nor a high offset make a long walk; and how many
 * frames there are as a :whole.
 * @param deep the offset from which on a page is placed by the rollups
 */
export function newestByRollups(asking: Asking, slots: PageSlots, deep = DEEP): { rows: Fragment; whole: Fragment } {
  const { sql, question } = asking
  const { visible, filters, limit, offset } = slots
  const mayBeRare = question.groups.length > 0
  const gate = query(sql, mayBeRare ? 'frames/list.has_many' : 'frames/list.has_rows', { offset })
  const walk = (open: Fragment, skip: unknown) => query(sql, 'frames/list.walk', { ...slots, gate: open, skip })
  const walked =
    offset > deep && canPlace(asking)
      ? query(sql, 'frames/list.from_place', {
          place: placeOf(asking, offset),
          near: walk(
            query(sql, 'frames/list.is_placed', { gate, offset }),
            sql`greatest(0, ${offset}::bigint - place.newer)`,
          ),
          walked: walk(query(sql, 'frames/list.is_not_placed', { gate, offset }), offset),
        })
      : walk(gate, offset)
  if (!mayBeRare) return { rows: walked, whole: sql`null` }
  const gathered = query(sql, 'frames/list.gathered', {
    visible,
    filters,
    limit,
    offset,
    gate: query(sql, 'frames/list.has_few', { offset }),
    members: query(sql, 'frames/list.kinds', { group_filters: asking.conditions(question.groups) }),
    of_member: query(sql, 'frames/list.of_kind', {}),
    folded_visible: foldedVisible(asking, sql`now()`),
    folded_filters: foldedFilters(asking),
  })
  const everything = { ...EVERYTHING, times: question.times, night: question.night }
  return {
    rows: sql`${walked} union all ${gathered}`,
    whole: countByRollups({ ...asking, caller: ANY_FRAME, question: everything }),
  }
}

/** Buckets are summed from the newest on, and of many groups that takes longer than walking. */
const canPlace = ({ question }: Asking): boolean =>
  question.night === null &&
  question.times.every(({ name }) => name === 'start') &&
  projectionOf(question.groups) <= PROJECTIONS.filter

function placeOf(asking: Asking, offset: number): Fragment {
  const { sql, question } = asking
  const before = { name: 'start', parameter: 'start', value: sql`place.before` }
  const newer = countByRollups({ ...asking, question: { ...question, times: [...question.times, before] } })
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
