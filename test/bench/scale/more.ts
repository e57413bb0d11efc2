import { aggregate, type Condition, everything, list, type Request, type Scenario, walk } from './requests.ts'
import { chances, isoOf, type Sampled } from './sample.ts'
import { FIRST_US, SPAN_DAYS } from './scenarios.ts'

const MINUTE_US = 60_000_000
const YEAR_US = 365 * 86_400_000_000
const REQUESTS = 300

/** Rows beside the fifteen: what counts, facets and cursors have to hold for whatever range, filter and ordering. */
export function moreScenarios(sampled: readonly Sampled[]): Scenario[] {
  const few = sampled.slice(0, REQUESTS)
  return [
    { name: 'range and filter', requests: few.map(rangeAndFilter(chances(3))) },
    { name: 'facets of a range', requests: few.map(facets(chances(4))) },
    {
      name: 'facets of all',
      requests: [{ kind: 'aggregate', path: '/frames/aggregate/?counts=true&public=true', where: everything }],
    },
    { name: 'all but some types', requests: excluding(few) },
    ...ORDERINGS.map(([field, column]) => ({
      name: `cursor by ${field}`,
      requests: [
        walk(field, (sql) => sql`${column(sql)}, f.id desc`),
        walk(`-${field}`, (sql) => sql`${column(sql)} desc, f.id desc`),
      ],
    })),
  ]
}

const FIELDS: [string, (frame: Sampled) => string | number, (value: string | number) => Condition][] = [
  ['site_id', (f) => f.site_id, (value) => (sql) => sql`and f.site_id = ${value}`],
  ['telescope_id', (f) => f.telescope_id, (value) => (sql) => sql`and f.telescope_id = ${value}`],
  ['instrument_id', (f) => f.instrument_id, (value) => (sql) => sql`and f.instrument_id = ${value}`],
  ['proposal_id', (f) => f.proposal_id, (value) => (sql) => sql`and f.proposal_id = ${value}`],
  ['configuration_type', (f) => f.configuration_type, (value) => (sql) => sql`and f.configuration_type = ${value}`],
  [
    'primary_optical_element',
    (f) => f.primary_optical_element,
    (value) => (sql) => sql`and f.primary_optical_element = ${value}`,
  ],
  ['reduction_level', (f) => f.reduction_level, (value) => (sql) => sql`and f.reduction_level = ${value}`],
]

/** A range around a frame, from a minute to a year, that begins and ends at any microsecond; and one or two of its values. */
const rangeAndFilter =
  (chance: () => number) =>
  (frame: Sampled): Request => {
    const length = MINUTE_US * (YEAR_US / MINUTE_US) ** chance()
    const from = Math.floor(frame.taken - length * chance())
    const [start, end] = [isoOf(from), isoOf(Math.floor(from + length))]
    const first = Math.floor(chance() * FIELDS.length)
    const chosen = [first, (first + Math.floor(chance() * FIELDS.length)) % FIELDS.length]
    const fields = [...new Set(chosen)].map((i) => FIELDS[i]!)
    return list(
      (sql) =>
        fields.reduce(
          (before, [, value, condition]) => sql`${before} ${condition(value(frame))(sql)}`,
          sql`and f.observation_date >= ${start} and f.observation_date <= ${end}`,
        ),
      ['start', start],
      ['end', end],
      ...fields.map(([name, value]) => [name, value(frame)] as const),
      ['limit', 10],
    )
  }

/** Facets with their counts of whole minutes: aggregates cut to them. */
const facets = (chance: () => number) => (): Request => {
  const minutes = Math.floor(60 * (365 * 24) ** chance())
  const start = FIRST_US + Math.floor(chance() * (SPAN_DAYS * 1440 - minutes)) * MINUTE_US
  return aggregate(isoOf(start), isoOf(start + minutes * MINUTE_US), ['counts', 'true'])
}

/** The newest without one, two or three of the types, and the same at a site. */
function excluding(sampled: readonly Sampled[]): Request[] {
  const sites = [...new Set(sampled.map(({ site_id }) => site_id))]
  const types = [['BIAS'], ['BIAS', 'DARK'], ['BIAS', 'DARK', 'SKYFLAT'], ['SPECTRUM', 'SKYFLAT'], ['EXPOSE']]
  return types.flatMap((excluded) => {
    const names = excluded.map((type) => ['exclude_configuration_type', type] as const)
    const not: Condition = (sql) => sql`and f.configuration_type <> all (${excluded}::text[])`
    return [
      list(not, ...names, ['limit', 10]),
      ...sites.map((site) =>
        list((sql) => sql`${not(sql)} and f.site_id = ${site}`, ...names, ['site_id', site], ['limit', 10]),
      ),
    ]
  })
}

const ORDERINGS: [string, Condition][] = [
  ['id', (sql) => sql`f.id`],
  ['basename', (sql) => sql`f.basename collate "C"`],
  ['observation_date', (sql) => sql`f.observation_date`],
  ['primary_optical_element', (sql) => sql`f.primary_optical_element collate "C"`],
  ['configuration_type', (sql) => sql`f.configuration_type collate "C"`],
  ['proposal_id', (sql) => sql`f.proposal_id collate "C"`],
  ['instrument_id', (sql) => sql`f.instrument_id collate "C"`],
  ['target_name', (sql) => sql`f.target_name collate "C"`],
  ['reduction_level', (sql) => sql`f.reduction_level`],
  ['exposure_time', (sql) => sql`f.exposure_time`],
]
