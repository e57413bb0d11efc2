import { type Caller, isSuperuser } from '../../caller.ts'
import type { Pool } from '../../database/open.ts'
import { all, type Fragment, nothing, query, rows, type Sql } from '../../database/sql.ts'
import { type Given, MOST_MATCHES } from '../../schemas/filters.ts'
import { asking } from '../rollups/count.ts'
import { type FacetRow, facetsByRollups } from '../rollups/facets.ts'
import { askRollups, isNobodys } from '../rollups/question.ts'
import type { Made } from '../rollups/remembered.ts'
import type { Remembering, Text } from '../rollups/remembering.ts'
import { filterConditions } from './filters.ts'
import { readRegions, refusing } from './geometry.ts'
import { notPublic, visibleTo } from './visibility.ts'

/** What is aggregated over. */
export interface Scope {
  filters: readonly Given[]
  /** `own not public`: only the caller's own frames that are not public yet. */
  whose: 'visible' | 'own not public'
  /** The configuration types that exclude_calibrations keeps. */
  science: readonly string[]
  /** 0: as long as a search may take. */
  timeoutMs: number
}

const FACETS = ['sites', 'telescopes', 'filters', 'instruments', 'obstypes', 'proposals'] as const
/** Of each facet its values, sorted, with their numbers of frames. */
export type Facets = Record<(typeof FACETS)[number], Map<string, number>>

export interface Aggregates {
  facets: Facets
  /** Whether there were more matches than were looked at. */
  isPartial: boolean
  /** Of what snapshot of the rollups; null: not of these, or not to be remembered. */
  made: Made | null
}

/** The values that occur among the frames of a scope, and how often. */
export async function aggregateFrames(
  reader: Pool,
  caller: Caller,
  scope: Scope,
  most = MOST_MATCHES,
): Promise<Aggregates> {
  if (scope.timeoutMs === 0) return aggregate(reader, caller, scope, most)
  return reader.begin(async (tx) => {
    await query(tx, 'frames/aggregate.timeout', { milliseconds: String(scope.timeoutMs) })
    return aggregate(tx, caller, scope, most)
  })
}

interface Told {
  /** What the text depends on besides: one of few words. */
  form: string
  /** Makes the text, of anything that is in the aggregates but `made`. */
  write: (aggregates: Aggregates) => Text
  /** `alone`: what others make is not waited for. */
  together: 'together' | 'alone'
}

/** The same as a text, remembered where the rollups can tell whether it is current. */
export async function aggregatesAsText(
  remembering: Remembering,
  reader: Pool,
  caller: Caller,
  scope: Scope,
  { form, write, together }: Told,
): Promise<Text> {
  const make = async () => {
    const aggregates = await aggregateFrames(reader, caller, scope)
    return { answer: write(aggregates), made: aggregates.made }
  }
  const { filters, whose, science, timeoutMs } = scope
  const question = askRollups(filters, whose)
  if (!question || isNobodys(caller, question)) return (await make()).answer
  const named = filters.map(({ name, value }) => [name, value])
  const key = JSON.stringify([form, callerOf(caller), whose, named, science])
  if (timeoutMs === 0) return remembering.answer(key, reader, make, together)
  const looking = reader.withLimits({ deadlineMs: Math.max(timeoutMs, LEAST_MS) })
  return remembering.answer(key, looking, make, 'alone')
}

/** What takes a thousand times as long as it should hangs; a connection is not given up for less. */
const LEAST_MS = 1000

/** What an answer depends on of who asks. */
function callerOf(caller: Caller): string | string[] {
  if (caller.kind === 'anonymous') return 'anonymous'
  return isSuperuser(caller) ? 'superuser' : caller.proposals.toSorted()
}

async function aggregate(sql: Sql, caller: Caller, scope: Scope, most: number): Promise<Aggregates> {
  const question = askRollups(scope.filters, scope.whose)
  if (question) {
    const found = await facetsByRollups(asking(sql, caller, question, scope.science))
    return found
      ? { facets: facetsOf(found.rows), isPartial: false, made: found.made }
      : lookAt(sql, caller, scope, null)
  }
  return lookAt(sql, caller, scope, most)
}

/** The same by reading the frames, at most so many of them. */
async function lookAt(sql: Sql, caller: Caller, scope: Scope, most: number | null): Promise<Aggregates> {
  const read = await readRegions(sql, scope.filters)
  const visible = all(sql, [visibleTo(sql, caller), scope.whose === 'visible' ? nothing(sql) : ownOnly(sql, caller)])
  const filters = filterConditions(sql, caller, read, scope.science)
  const bound = most === null ? null : most + 1
  const found = await refusing(read, rows<FacetRow>(query(sql, 'frames/aggregate.get', { visible, filters, bound })))
  const matches = found.find(({ facet }) => facet === 'matches')!.frames
  return { facets: facetsOf(found), isPartial: most !== null && matches > most, made: null }
}

function ownOnly(sql: Sql, caller: Caller): Fragment {
  const hidden = sql`and ${notPublic(sql)}`
  if (isSuperuser(caller)) return hidden
  const value = caller.kind === 'user' ? caller.proposals : []
  return all(sql, [hidden, query(sql, 'frames/filters.public_own', { value })])
}

const facetsOf = (found: readonly FacetRow[]): Facets =>
  Object.fromEntries(
    FACETS.map((name) => [
      name,
      new Map(found.filter(({ facet }) => facet === name).map(({ value, frames }) => [value, frames])),
    ]),
  ) as Facets
