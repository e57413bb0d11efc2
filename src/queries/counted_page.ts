import { type Fragment, rows } from '../database/sql.ts'

/** So many matches are always counted exactly. */
export const COUNTED = 10_000

/** Which page of a list, and how it is counted. */
export interface Paging {
  limit: number
  offset: number
  /** Whether the count has to be exact however long it takes. */
  exactly?: boolean
  /** So many matches are always counted exactly. */
  most?: number
}

/** A page of a list whose count may be an estimate. */
export interface CountedPage<Row> {
  count: number
  estimated: boolean
  rows: Row[]
  /** Whether rows follow it. */
  more: boolean
}

/**
 * The page of a statement whose rows carry the count and whether it is estimated. It gives one row
 * more than the page when others follow; past the end it is one row whose id is null. An estimate
 * never contradicts the page, and the last page makes it exact.
 */
export async function countedPage<Row extends { id: number }>(
  statement: Fragment,
  { limit, offset }: Paging,
): Promise<CountedPage<Row>> {
  const given = await rows<Row & { count: number; estimated: boolean }>(statement)
  const { count, estimated, id } = given[0]!
  const found = id === null ? [] : given
  const shown = found.slice(0, limit)
  const more = found.length > limit
  if (!estimated) return { count, estimated, rows: shown, more }
  const known = offset + found.length
  if (more) return { count: Math.max(count, known), estimated, rows: shown, more }
  if (found.length > 0 || offset === 0) return { count: known, estimated: false, rows: shown, more }
  return { count: Math.min(count, offset), estimated, rows: shown, more }
}
