import { type Fragment, query, rows, type Sql } from '../../database/sql.ts'
import { type Asking, cellsOf, foldedOf, ownProposals, partsOf, queuedOf, spanOf, weightedOf } from './count.ts'
import { isNobodys, ofProposals, projectionOf } from './question.ts'
import { type Made, madeOf } from './remembered.ts'

/** A value of a facet, and how many frames have it. */
export interface FacetRow {
  facet: string
  value: string
  frames: number
}

/** The facets of a question. */
export interface CountedFacets {
  rows: FacetRow[]
  /** Of what snapshot; null: they cannot be known again as current. */
  made: Made | null
}

/** The values among the frames that answer a question; null: the rollups are not built yet. */
export async function facetsByRollups(asking: Asking): Promise<CountedFacets | null> {
  const { sql, caller, question, conditions } = asking
  if (isNobodys(caller, question)) return { rows: [], made: null }
  const where = projectionOf(question.groups, ['camera', 'type'])
  const filter = projectionOf(question.groups, ['filter', 'type'])
  const single = ofProposals(projectionOf(question.groups))
  const found = await rows<FacetRow>(
    query(sql, 'rollups/facets', {
      span: spanOf(asking),
      parts:
        where === filter
          ? tagged(sql, partsOf(asking, where), 3)
          : sql`${tagged(sql, partsOf(asking, where), 1)} union all ${tagged(sql, partsOf(asking, filter), 2)}`,
      projections: [...new Set([where, filter, ofProposals(where), ofProposals(filter), single])],
      group_filters: conditions(question.groups),
      cells: cellsOf(asking),
      by_proposal: byProposal(asking, single),
      folded: foldedOf(asking),
      queued: queuedOf(asking),
      made: madeBy(asking),
    }),
  )
  const made = found.find(({ facet }) => facet === 'made')
  return made ? { rows: found.filter((one) => one !== made), made: madeOf(made.value) } : null
}

const madeBy = ({ sql, question: { night } }: Asking): Fragment =>
  query(sql, 'rollups/remembered.made', {
    spans: night
      ? query(sql, 'rollups/remembered.night', { night: night.value })
      : query(sql, 'rollups/remembered.times', {}),
  })

const tagged = (sql: Sql, parts: Fragment, facets: 1 | 2 | 3): Fragment =>
  sql`select p.*, ${facets}::int as facets from (${parts}) p`

/** How many frames each proposal has. */
function byProposal(asking: Asking, projection: number): Fragment {
  const { sql, caller, question } = asking
  if (question.proposals.length || ownProposals(caller, question)) {
    const parts = partsOf(asking, projectionOf(question.groups))
    return query(sql, 'rollups/count.by_some_proposals', { parts, cells: cellsOf(asking) })
  }
  return query(sql, 'rollups/count.by_proposal', { weighted: weightedOf(asking), projection })
}
