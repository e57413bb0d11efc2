import anyAscii from 'any-ascii'
import { type Caller, isSuperuser } from '../../caller.ts'
import { all, type Fragment, nothing, query, type Sql } from '../../database/sql.ts'
import { type Box, type Cone, centreOf, metresOf, pointsAround, pointsAroundCone } from '../../schemas/sky.ts'
import type { ReadFilter, Region } from './geometry.ts'

/** ASCII, or the text itself where it has no transliteration: an empty one would match all. */
const ascii = (text: string): string => anyAscii(text) || text
const like = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`

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
    case 'basename':
      return query(sql, 'frames/filters.basename', { value: like(String(value)) })
    case 'target_name':
      return query(sql, 'frames/filters.target_name', { value: like(String(value)), ascii: like(ascii(String(value))) })
    case 'target_name_exact':
    case 'submitter':
      return query(sql, `frames/filters.${name}`, { value, ascii: ascii(String(value)) })
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

function ownOnly(sql: Sql, caller: Caller): Fragment {
  if (caller.kind !== 'user') return query(sql, 'frames/filters.public_nothing', {})
  if (isSuperuser(caller)) return query(sql, 'frames/filters.public_not_yet', {})
  return caller.proposals.length ? query(sql, 'frames/filters.public_own', { value: caller.proposals }) : nothing(sql)
}

function covers(sql: Sql, { region, is_points, pieces }: Region): Fragment {
  if (pieces) return query(sql, 'frames/filters.covers_wide', { region })
  return query(sql, is_points ? 'frames/filters.covers_points' : 'frames/filters.covers', { region })
}

const intersects = (sql: Sql, { region, pieces }: Region): Fragment =>
  pieces
    ? query(sql, 'frames/filters.intersects_wide', { pieces })
    : query(sql, 'frames/filters.intersects', { region })

const box = (sql: Sql, sides: Box): Fragment =>
  query(sql, 'frames/filters.box', { ...sides, around: pointsAround(sides) })

const cone = (sql: Sql, circle: Cone): Fragment =>
  query(sql, 'frames/filters.cone', {
    around: pointsAroundCone(circle),
    centre: centreOf(circle),
    metres: metresOf(circle),
  })
