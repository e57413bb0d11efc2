import { type Fragment, query, rows, type Sql } from '../../database/sql.ts'
import { type Asking, cellsOf, foldedOf, ownProposals, partsOf, queuedOf, spanOf, weightedOf } from './count.ts'
import { isNobodys, ofProposals, projectionOf } from './question.ts'

/** A value of a facet, and how many frames have it. */
export interface FacetRow {
  facet: string
  value: string
  frames: number
}

/** The values among the frames that answer a question; null: the rollups are not built yet. */
export async function facetsByRollups(asking: Asking): Promise<FacetRow[] | null> {
  const { sql, caller, question, conditions } = asking
  if (isNobodys(caller, question)) return []
  const where = projectionOf(question.groups, ['camera', 'type'])
  const filter = projectionOf(question.groups, ['filter', 'type'])
  const single = ofProposals(projectionOf(question.groups))
  const found = await rows<FacetRow>(
    query(sql, 'rollups/facets', {
      span: spanOf(asking),
      parts:
        where === filter
          ? tagged(sql, partsOf(asking, where), 'both')
          : sql`${tagged(sql, partsOf(asking, where), 'camera')} union all ${tagged(sql, partsOf(asking, filter), 'filter')}`,
      projections: [...new Set([where, filter, ofProposals(where), ofProposals(filter), single])],
      group_filters: conditions(question.groups),
      cells: cellsOf(asking),
      by_proposal: byProposal(asking, single),
      folded: foldedOf(asking),
      queued: queuedOf(asking),
    }),
  )
  return found.some(({ facet }) => facet === 'is_built') ? found.filter(({ facet }) => facet !== 'is_built') : null
}

const tagged = (sql: Sql, parts: Fragment, facets: string): Fragment =>
  sql`select p.*, ${facets}::text as facets from (${parts}) p`

/** How many frames each proposal has. */
function byProposal(asking: Asking, projection: number): Fragment {
  const { sql, caller, question } = asking
  if (question.proposals.length || ownProposals(caller, question)) {
    const parts = partsOf(asking, projectionOf(question.groups))
    return query(sql, 'rollups/count.by_some_proposals', { parts, cells: cellsOf(asking) })
  }
  return query(sql, 'rollups/count.by_proposal', { weighted: weightedOf(asking), projection })
}
