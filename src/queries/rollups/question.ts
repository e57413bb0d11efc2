import { type Caller, isSuperuser } from '../../caller.ts'
import type { Given } from '../../schemas/filters.ts'

/** What rollups tell apart; the projections of sql/migrations/000008_rollups.sql are of these. */
type Dimension = 'site' | 'camera' | 'filter' | 'type'

const DIMENSIONS: Record<string, Dimension> = {
  site_id: 'site',
  telescope_id: 'camera',
  instrument_id: 'camera',
  primary_optical_element: 'filter',
  configuration_type: 'type',
  exclude_configuration_type: 'type',
  include_configuration_type: 'type',
  exclude_calibrations: 'type',
  reduction_level: 'type',
}
const TIMES = ['start', 'end', 'before', 'observation_date']

/** Filters that rollups can answer, sorted by what they are about. */
export interface Question {
  groups: readonly Given[]
  times: readonly Given[]
  night: Given | null
  proposals: readonly Given[]
  /** Only frames that are not public yet, of those that the caller may see as a member. */
  whose: 'visible' | 'own not public'
  /** `public=false` was given. */
  notOnlyPublic: boolean
}

/** `site_id__in` is about what `site_id` is about. */
const stem = (name: string): string => name.replace(/__in$/, '')

/** Nights that have a number (rollup_night). */
const isCounted = ({ value }: Given): boolean => '1858-11-17' <= String(value) && String(value) <= '2128-01-09'

/** Filters as a question to the rollups; null: they do not know what one of them is about. */
export function askRollups(filters: readonly Given[], whose: Question['whose'] = 'visible'): Question | null {
  const groups: Given[] = []
  const times: Given[] = []
  const nights: Given[] = []
  const proposals: Given[] = []
  let notOnlyPublic = false
  for (const filter of filters) {
    const { name } = filter
    if (Object.hasOwn(DIMENSIONS, stem(name))) groups.push(filter)
    else if (TIMES.includes(name)) times.push(filter)
    else if (name === 'dayobs') nights.push(filter)
    else if (stem(name) === 'proposal_id') proposals.push(filter)
    else if (name === 'public') notOnlyPublic ||= filter.value === false
    else return null
  }
  if (nights.length > 1 || (nights.length > 0 && times.length > 0) || !nights.every(isCounted)) return null
  return { groups, times, night: nights[0] ?? null, proposals, whose, notOnlyPublic }
}

export const PROJECTIONS = { none: 0, type: 1, site: 2, filter: 3, camera: 4, all: 5 } as const
export type Projection = (typeof PROJECTIONS)[keyof typeof PROJECTIONS]

/**
 * The smallest projection that tells apart what the filters, and what is to be told apart besides,
 * are about.
 */
export function projectionOf(groups: readonly Given[], besides: readonly Dimension[] = []): Projection {
  const about = new Set([...groups.map(({ name }) => DIMENSIONS[stem(name)]!), ...besides])
  const where = about.has('camera') ? PROJECTIONS.camera : about.has('site') ? PROJECTIONS.site : PROJECTIONS.none
  if (about.has('filter')) return where === PROJECTIONS.none ? PROJECTIONS.filter : PROJECTIONS.all
  return where === PROJECTIONS.none && about.has('type') ? PROJECTIONS.type : where
}

/** The same among those that are kept of single proposals. */
export const ofProposals = (projection: Projection): Projection =>
  projection === PROJECTIONS.filter || projection === PROJECTIONS.camera ? PROJECTIONS.all : projection

/** Whether nothing can match: an anonymous caller has no frames of their own. */
export function isNobodys(caller: Caller, { whose, notOnlyPublic }: Question): boolean {
  if (caller.kind === 'anonymous') return notOnlyPublic || whose === 'own not public'
  return whose === 'own not public' && !isSuperuser(caller) && caller.proposals.length === 0
}

/** The filter by a part of the target's name, where nothing else is asked for. */
export function askTargets(filters: readonly Given[]): Given | null {
  const [filter, ...others] = filters.filter(({ name, value }) => name !== 'public' || value !== true)
  return filter?.name === 'target_name' && others.length === 0 ? filter : null
}

/** The question about all frames that a caller may see. */
export const EVERYTHING: Question = {
  groups: [],
  times: [],
  night: null,
  proposals: [],
  whose: 'visible',
  notOnlyPublic: false,
}
