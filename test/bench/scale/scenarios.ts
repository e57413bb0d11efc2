import { aggregate, everything, list, type Request, type Scenario } from './requests.ts'
import { chances, isoOf, type Sampled } from './sample.ts'

const DAY_US = 86_400_000_000
/** When the fill's first frame was taken, and for how long it goes on: see test/adopt/fill-reference.sql. */
export const FIRST_US = Date.parse('2018-11-22T00:00:00Z') * 1000
export const SPAN_DAYS = 2920

const isoDay = (microseconds: number): string => isoOf(microseconds).slice(0, 10)
const different = (requests: readonly Request[]): Request[] => [
  ...new Map(requests.map((request) => [request.path, request])).values(),
]

/** The fifteen scenarios over a fill of `frames`, asked for about these frames. */
export function scenariosOf(sampled: readonly Sampled[], frames: number): Scenario[] {
  const chance = chances(2)
  const onSky = sampled.flatMap(({ ra, dec }) => (ra === null || dec === null ? [] : [{ ra, dec }]))
  const each = (make: (frame: Sampled, i: number) => Request) => different(sampled.map(make))
  const ranges = (days: number) =>
    each(() => {
      const minute = Math.floor(chance() * (SPAN_DAYS - days) * 1440)
      const start = FIRST_US + minute * 60_000_000
      return aggregate(isoOf(start), isoOf(start + days * DAY_US))
    })
  return [
    { name: 'detail', requests: each(({ id }) => ({ kind: 'detail', path: `/frames/${id}/`, id })) },
    { name: 'first page of 100', requests: [list(everything)] },
    { name: 'page of 10', requests: [list(everything, ['limit', 10])] },
    {
      name: 'one request id',
      requests: each(({ request_id }) =>
        list((sql) => sql`and f.request_id = ${request_id}`, ['request_id', request_id]),
      ),
    },
    { name: 'a night at a site', requests: each(night) },
    { name: 'a week of a proposal', requests: different(sampled.filter(isOnSky).map(week)) },
    {
      name: 'covers a point',
      requests: different(
        onSky.map(({ ra, dec }) => {
          const point = `POINT(${ra.toFixed(6)} ${dec.toFixed(6)})`
          return list((sql) => sql`and st_covers(f.area, ${point}::text::geography)`, ['covers', point])
        }),
      ),
    },
    { name: 'intersects a square degree', requests: different(onSky.filter(isInside).map(squareDegree)) },
    {
      name: 'exact name',
      requests: each(({ basename }) => list((sql) => sql`and f.basename = ${basename}`, ['basename_exact', basename])),
    },
    {
      name: 'name contains',
      requests: each(({ basename }) => {
        const part = /-\d{8}-\d{4}-/.exec(basename)![0]
        return list((sql) => sql`and strpos(lower(f.basename), ${part}) > 0`, ['basename', part])
      }),
    },
    {
      name: 'target contains',
      requests: different(
        sampled.filter(isOnSky).map(({ target_name }, i) => {
          // "target 49" is part of a few names, and so is "get 49"
          const part = target_name.slice(i % 4, 'target '.length + 2)
          return list((sql) => sql`and strpos(lower(f.target_name), ${part}) > 0`, ['target_name', part])
        }),
      ),
    },
    {
      name: 'site only',
      requests: each(({ site_id }) => list((sql) => sql`and f.site_id = ${site_id}`, ['site_id', site_id])),
    },
    {
      name: 'deep offset',
      requests: each(() => list(everything, ['offset', Math.floor(frames * (0.25 + 0.25 * chance()))])),
    },
    { name: 'aggregate a month', requests: ranges(30) },
    { name: 'aggregate a year', requests: ranges(365) },
  ]
}

/** Calibrations have no place, and one target and proposal for all. */
const isOnSky = ({ ra }: Sampled): boolean => ra !== null

/** By the observing day or by its two ends, which are the same frames at most of the fill's sites. */
function night({ day, site_id }: Sampled, i: number): Request {
  const site = ['site_id', site_id] as const
  if (i % 2) return list((sql) => sql`and f.observation_day = ${day} and f.site_id = ${site_id}`, ['dayobs', day], site)
  const noon = Date.parse(`${day}T12:00:00Z`) * 1000
  const [start, end] = [isoOf(noon), isoOf(noon + DAY_US - 1)]
  return list(
    (sql) => sql`and f.observation_date >= ${start} and f.observation_date <= ${end} and f.site_id = ${site_id}`,
    ['start', start],
    ['end', end],
    site,
  )
}

function week({ taken, proposal_id }: Sampled): Request {
  const [start, end] = [isoDay(taken - 3 * DAY_US), isoDay(taken + 4 * DAY_US)]
  return list(
    (sql) =>
      sql`and f.observation_date >= ${start} and f.observation_date <= ${end} and f.proposal_id = ${proposal_id}`,
    ['start', start],
    ['end', end],
    ['proposal_id', proposal_id],
  )
}

/** Whether a square degree around it is a polygon without a seam. */
const isInside = ({ ra, dec }: { ra: number; dec: number }): boolean => Math.abs(dec) < 75 && Math.abs(ra) < 177

function squareDegree({ ra, dec }: { ra: number; dec: number }): Request {
  const width = 0.5 / Math.cos((dec * Math.PI) / 180)
  const [west, east] = [ra - width, ra + width].map((x) => x.toFixed(5))
  const [south, north] = [dec - 0.5, dec + 0.5].map((y) => y.toFixed(5))
  const corners = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ]
  const square = `POLYGON((${corners.map((corner) => corner.join(' ')).join(',')}))`
  return list((sql) => sql`and st_intersects(f.area, ${square}::text::geography)`, ['intersects', square])
}
