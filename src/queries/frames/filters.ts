import anyAscii from 'any-ascii'
import { type Caller, isSuperuser } from '../../caller.ts'
import { all, type Fragment, nothing, planned, query, type Sql } from '../../database/sql.ts'
import {
  type Box,
  type Cone,
  centreOf,
  circlesOf,
  metresOf,
  pointsAround,
  pointsAroundCone,
} from '../../schemas/sky.ts'
import type { ReadFilter, Region } from './geometry.ts'
import { notPublic } from './visibility.ts'

/** ASCII, or the text itself where it has no transliteration: an empty one would match all. */
const ascii = (text: string): string => anyAscii(text) || text
const like = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`

/** What target_name is compared with: the text, and the text in ASCII. */
export const targetTexts = (value: unknown): { value: string; ascii: string } => ({
  value: like(String(value)),
  ascii: like(ascii(String(value))),
})

/**
 * The conditions of filters whose geometries have been read.
 * @param science the configuration types that exclude_calibrations keeps
 */
export const filterConditions = (
  sql: Sql,
  caller: Caller,
  filters: readonly ReadFilter[],
  science: readonly string[],
): Fragment =>
  all(
    sql,
    filters.map((filter) => condition(sql, caller, filter, science)),
  )

/** Most blocks bind the parsed value; these bind another, or depend on the caller or value. */
function condition(
  sql: Sql,
  caller: Caller,
  { name, value, region }: ReadFilter,
  science: readonly string[],
): Fragment {
  switch (name) {
    // how many names hold a text, and whether the index can tell, depends on the text
    case 'basename':
      return planned(basename(sql, String(value)))
    case 'target_name':
      return planned(query(sql, 'frames/filters.target_name', targetTexts(value)))
    case 'target_name_exact':
    case 'submitter':
      return query(sql, `frames/filters.${name}`, { value, ascii: ascii(String(value)) })
    case 'empty_target_name':
      return query(sql, value ? 'frames/filters.empty_target_name' : 'frames/filters.given_target_name', {})
    case 'exclude_calibrations':
      return value ? query(sql, 'frames/filters.exclude_calibrations', { value: science }) : nothing(sql)
    case 'public':
      return value ? nothing(sql) : ownOnly(sql, caller)
    case 'covers':
      return covers(sql, region!)
    case 'intersects':
      return intersects(sql, region!)
    case 'box':
      return box(sql, value as Box)
    case 'cone':
      return cone(sql, value as Cone)
    default:
      return query(sql, `frames/filters.${name}` as 'frames/filters.start', { value })
  }
}

/** Digits have no case: what holds "-20190203-" in any case has that for one of its parts. */
function basename(sql: Sql, text: string): Fragment {
  const days = text.match(/(?<=-)[0-9]{8}(?=-)/g)
  const value = like(text)
  return days
    ? query(sql, 'frames/filters.basename_of_days', { value, days })
    : query(sql, 'frames/filters.basename', { value })
}

function ownOnly(sql: Sql, caller: Caller): Fragment {
  if (caller.kind !== 'user') return query(sql, 'frames/filters.public_nothing', {})
  if (isSuperuser(caller)) return sql`and ${notPublic(sql)}`
  return caller.proposals.length ? query(sql, 'frames/filters.public_own', { value: caller.proposals }) : nothing(sql)
}

function covers(sql: Sql, { region, is_points, pieces, one, other }: Region): Fragment {
  if (pieces) return planned(query(sql, 'frames/filters.covers_wide', { region: plannedPlace(sql, region) }))
  const [whole, here, there] = [region, one ?? region, other ?? region].map((text) => keptPlace(sql, text))
  const places = { region: whole, one: here, other: there }
  return query(sql, is_points ? 'frames/filters.covers_points' : 'frames/filters.covers', places)
}

/** The centre of circles of no and of any radius. */
const ANYWHERE = 'POINT(0 0)'

function intersects(sql: Sql, read: Region): Fragment {
  const { region, is_points, pieces, inner_radius, outer_radius, parts } = read
  const circles = radii(inner_radius ?? -1, outer_radius ?? Number.POSITIVE_INFINITY)
  return bySize(is_points && !parts ? 0 : circles.outer, (place) => {
    const centre = place(sql, read.centre ?? ANYWHERE)
    const meets = is_points
      ? query(sql, 'frames/filters.intersects_points', { region: place(sql, region) })
      : pieces
        ? query(sql, 'frames/filters.intersects_wide', { pieces, centre, ...circles })
        : query(sql, 'frames/filters.intersects', { region: place(sql, region), centre, ...circles })
    return sql`${nearParts(sql, read, place)} ${meets}`
  })
}

/** What the index finds by: not the box about all, which is the whole sky where parts are far apart. */
function nearParts(sql: Sql, { region, pieces, parts }: Region, place: Place): Fragment {
  // one that is cut has the whole sky for its box
  if (pieces && !parts) return nothing(sql)
  const near = (parts ?? [region]).map((part) => query(sql, 'frames/filters.near', { part: place(sql, part) }))
  return sql`and (${near.reduce((left, right) => sql`${left} or ${right}`)})`
}

function box(sql: Sql, sides: Box): Fragment {
  const { centre, inner, outer } = circlesOf(sides)
  const circles = radii(metresOf(inner), metresOf(outer))
  return bySize(circles.outer, (place) => {
    const places = { around: place(sql, pointsAround(sides)), centre: place(sql, centre ?? ANYWHERE) }
    return query(sql, 'frames/filters.box', { ...sides, ...circles, ...places })
  })
}

function cone(sql: Sql, circle: Cone): Fragment {
  const radius = metresOf(circle.radius) + TOUCH_METRES
  return bySize(radius, (place) => {
    const places = { around: place(sql, pointsAroundCone(circle)), centre: place(sql, centreOf(circle)) }
    return query(sql, 'frames/filters.cone', { ...places, radius })
  })
}

/** Metres by which a cone may be missed and is still met: 1e-10 degrees. */
const TOUCH_METRES = 1e-5

/** Circles of these radii, with some room for rounding. */
const radii = (inner: number, outer: number) => ({ inner: inner * (1 - 1e-9) - 0.01, outer: outer * (1 + 1e-9) + 0.01 })

/** A degree, in metres. */
const SMALL = 111_000

/** A place in a condition. */
type Place = (sql: Sql, text: string) => Fragment

const keptPlace: Place = (sql, place) => query(sql, 'frames/geometry.place', { place })
const plannedPlace: Place = (sql, place) => query(sql, 'frames/geometry.planned_place', { place })

/**
 * A condition on a region with a radius in metres. Whether the index or the default order finds
 * frames in it sooner depends on how much of the sky it takes: of a large one the database has to
 * know the place before it plans. For small ones one plan is right, and is kept.
 */
const bySize = (radius: number, condition: (place: Place) => Fragment): Fragment =>
  radius > SMALL ? planned(condition(plannedPlace)) : condition(keptPlace)
