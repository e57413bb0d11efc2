import anyAscii from 'any-ascii'
import { type Caller, isSuperuser } from '../../caller.ts'
import { all, type Fragment, nothing, query, type Sql } from '../../database/sql.ts'
import type { Given } from '../../schemas/filters.ts'
import { type Box, pointsAround } from '../../schemas/sky.ts'
import type { Region } from './geometry.ts'

/** The ASCII transliteration; what has none (some marks and symbols) stays as it is, for an empty text would match everything. */
const ascii = (text: string): string => anyAscii(text) || text
const like = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`

/**
 * The conditions of filters whose geometries have been read.
 * @param science the configuration types that exclude_calibrations keeps
 */
export const filterConditions = (
  sql: Sql,
  caller: Caller,
  filters: readonly Given[],
  science: readonly string[],
): Fragment =>
  all(
    sql,
    filters.map((filter) => condition(sql, caller, filter, science)),
  )

/** Most blocks bind the value as it was parsed; these bind another, or are chosen by caller or value. */
function condition(sql: Sql, caller: Caller, { name, value }: Given, science: readonly string[]): Fragment {
  switch (name) {
    case 'basename':
      return query(sql, 'frames/filters.basename', { value: like(value as string) })
    case 'target_name':
      return query(sql, 'frames/filters.target_name', {
        value: like(value as string),
        ascii: like(ascii(value as string)),
      })
    case 'target_name_exact':
    case 'submitter':
      return query(sql, `frames/filters.${name}`, { value, ascii: ascii(value as string) })
    case 'exclude_calibrations':
      return value ? query(sql, 'frames/filters.exclude_calibrations', { value: science }) : nothing(sql)
    case 'public':
      return value ? nothing(sql) : ownOnly(sql, caller)
    case 'covers':
      return covers(sql, value as Region)
    case 'intersects':
      return intersects(sql, value as Region)
    case 'box':
      return query(sql, 'frames/filters.box', { ...(value as Box), around: pointsAround(value as Box) })
    default:
      return query(sql, `frames/filters.${name}` as 'frames/filters.start', { value })
  }
}

function ownOnly(sql: Sql, caller: Caller): Fragment {
  if (caller.kind !== 'user') return query(sql, 'frames/filters.public_nothing', {})
  if (isSuperuser(caller)) return query(sql, 'frames/filters.public_not_yet', {})
  return caller.proposals.length ? query(sql, 'frames/filters.public_own', { value: caller.proposals }) : nothing(sql)
}

function covers(sql: Sql, { region, isPoints, pieces }: Region): Fragment {
  if (pieces) return query(sql, 'frames/filters.covers_wide', { region })
  return query(sql, isPoints ? 'frames/filters.covers_points' : 'frames/filters.covers', { region })
}

const intersects = (sql: Sql, { region, pieces }: Region): Fragment =>
  pieces
    ? query(sql, 'frames/filters.intersects_wide', { pieces })
    : query(sql, 'frames/filters.intersects', { region })
