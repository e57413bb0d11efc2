import { isSuperuser } from '../../caller.ts'
import { type Fragment, nothing, planned, query } from '../../database/sql.ts'
import { targetTexts } from '../frames/filters.ts'
import { type Asking, foldedVisible, weightedOf } from './count.ts'
import type { PageSlots } from './pages.ts'

/** How many names are gathered from; of more, frames are looked at one by one. */
const MOST_NAMES = 1000

/** Without three in a row the index of names is of no use. */
const INDEXED = /[\p{L}\p{N}]{3}/u

type TargetSlots = Pick<PageSlots, 'visible' | 'limit' | 'offset'>

/** The slots of frames/list.page that the rollups have to do with. */
export interface PageByRollups {
  beside: Fragment
  count: Fragment
  rows: Fragment
  whole: Fragment
}

/**
 * A page of the frames whose target's name contains a text, newest first, with their count, which is
 * null where more than :most names do. Whatever the text, one plan is right, and is kept; it is
 * planned anew where names have to be read one by one.
 * @param asking about all frames
 */
export function pageByTargets(asking: Asking, text: string, slots: TargetSlots, most = MOST_NAMES): PageByRollups {
  const { sql } = asking
  const { visible, limit, offset } = slots
  const named = query(sql, 'frames/filters.target_name', targetTexts(text))
  const filters = INDEXED.test(text) ? named : planned(named)
  const gathered = query(sql, 'frames/list.gathered', {
    visible,
    filters,
    limit,
    offset,
    gate: query(sql, 'frames/list.has_rows', { offset }),
    members: query(sql, 'rollups/targets.members', {}),
    of_member: query(sql, 'rollups/targets.of_member', {}),
    folded_visible: foldedVisible(asking, sql`now()`),
    folded_filters: nothing(sql),
  })
  return {
    beside: query(sql, 'rollups/targets.named', { named: filters, most }),
    count: countOf(asking, visible, filters, most),
    rows: gathered,
    whole: sql`null`,
  }
}

function countOf(asking: Asking, visible: Fragment, filters: Fragment, most: number): Fragment {
  const { sql, caller } = asking
  const turned = query(sql, 'rollups/count.turned', {
    visible: foldedVisible(asking, sql`now()`),
    visible_then: foldedVisible(asking, sql`s.public_until`),
    days: nothing(sql),
    filters: query(sql, 'rollups/targets.of_targets', {}),
  })
  return query(sql, 'rollups/targets.count', {
    most,
    weighted: weightedOf(asking),
    // nothing changes for a superuser by what becomes public
    turned: isSuperuser(caller) ? sql`select 0 as frames` : turned,
    queued: query(sql, 'rollups/targets.queued', { visible, filters }),
  })
}
