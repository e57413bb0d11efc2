import type { Caller } from '../../src/caller.ts'
import type { Pool } from '../../src/database/open.ts'
import { query, rows, type Sql } from '../../src/database/sql.ts'
import { type Aggregates, aggregatesAsText } from '../../src/queries/frames/aggregate.ts'
import { filterConditions } from '../../src/queries/frames/filters.ts'
import { notPublic, visibleTo } from '../../src/queries/frames/visibility.ts'
import type { FacetRow } from '../../src/queries/rollups/facets.ts'
import type { Remembering } from '../../src/queries/rollups/remembering.ts'
import type { Given } from '../../src/schemas/filters.ts'
import { CALLERS, type Choose, COLUMNS, moment, SCIENCE } from './random_frames.ts'

const FILTERS: Record<string, (choose: Choose) => unknown> = {
  site_id: COLUMNS.site_id,
  telescope_id: COLUMNS.telescope_id,
  instrument_id: COLUMNS.instrument_id,
  primary_optical_element: COLUMNS.primary_optical_element,
  configuration_type: COLUMNS.configuration_type,
  reduction_level: ({ pick }) => pick([0, 91, 5, null]),
  proposal_id: COLUMNS.proposal_id,
  exclude_configuration_type: ({ pick }) => pick([['BIAS'], ['BIAS', 'DARK'], []]),
  include_configuration_type: ({ pick }) => pick([['BIAS'], ['EXPOSE', 'DARK']]),
  exclude_calibrations: ({ pick }) => pick([true, false]),
  start: moment,
  end: moment,
  before: moment,
  observation_date: moment,
  dayobs: ({ pick }) => pick(['2016-01-01', '2019-06-07', '2000-01-01']),
  public: ({ pick }) => pick([true, false]),
}

export interface Asked {
  caller: Caller
  filters: Given[]
  whose: 'visible' | 'own not public'
}
/** Any question that rollups can answer. */
export function anything(choose: Choose): Asked {
  const { pick, chance } = choose
  const names = Object.keys(FILTERS).filter(() => chance(pick([0, 0.1, 0.25])))
  const filters = names
    .filter(
      (name) => name !== 'dayobs' || !names.some((n) => ['start', 'end', 'before', 'observation_date'].includes(n)),
    )
    .map((name) => ({ name, parameter: name, value: FILTERS[name]!(choose) }))
  return { caller: pick(CALLERS), filters, whose: chance(0.2) ? 'own not public' : 'visible' }
}

/** The conditions of a question on frames, without the rollups. */
export function plainConditions(sql: Sql, { caller, filters, whose }: Asked) {
  const own =
    caller.kind === 'user'
      ? caller.isSuperuser
        ? sql`true`
        : sql`f.proposal_id = any (${caller.proposals}::text[])`
      : sql`false`
  const visible = sql`${visibleTo(sql, caller)} and (${whose === 'visible'}::boolean or ${notPublic(sql)} and ${own})`
  return { visible, filters: filterConditions(sql, caller, filters, SCIENCE) }
}

/** The facets of a question by reading all frames. */
export const recountFacets = (sql: Sql, asked: Asked): Promise<FacetRow[]> =>
  rows<FacetRow>(query(sql, 'frames/aggregate.get', { ...plainConditions(sql, asked), bound: null })).then((found) =>
    found.filter(({ facet }) => facet !== 'matches'),
  )

/** Facets as sorted lines of text, to be compared. */
export const textOf = (found: readonly FacetRow[]): string[] =>
  found.map(({ facet, value, frames }) => `${facet} ${value} ${frames}`).toSorted()

/** The same of an answer of a process that remembers. */
export async function askRemembering(process: Remembering, pool: Pool, asked: Asked): Promise<string[]> {
  const { caller, filters, whose } = asked
  const write = ({ facets }: Aggregates) => {
    const found = Object.entries(facets).flatMap(([facet, values]) =>
      [...values].map(([value, frames]) => ({ facet, value, frames })),
    )
    return { text: JSON.stringify(textOf(found)), etag: '' }
  }
  const scope = { filters, whose, science: SCIENCE, timeoutMs: 0 }
  const told = { form: 'test', write, together: 'together' } as const
  return JSON.parse((await aggregatesAsText(process, pool, caller, scope, told)).text)
}
