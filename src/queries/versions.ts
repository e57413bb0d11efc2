import type { Caller } from '../caller.ts'
import { nothing, query, type Sql } from '../database/sql.ts'
import type { Filed, FiledVersion } from '../files/store/paths.ts'
import { visible } from './visible.ts'

/** A version with the columns of its frame that its path is made of. */
export interface VersionRow extends Filed, FiledVersion {
  id: number
  key: string
  md5: string
  created: string
  /** Whether the caller may see the frame: staff may know of every version, but not fetch every file. */
  visible: boolean
  observation_date: string | null
  public_date: string | null
}

export async function list(
  sql: Sql,
  caller: Caller,
  md5: string | undefined,
  limit: number,
  offset: number,
): Promise<{ count: number; rows: VersionRow[] }> {
  const filters = md5 === undefined ? nothing(sql) : query(sql, 'versions/parts.md5', { value: md5 })
  const columns = query(sql, 'versions/parts.columns', { visible: visible(sql, caller) })
  const rows = (await query(sql, 'versions/list', { columns, filters, limit, offset })) as unknown as (VersionRow & {
    count: number
  })[]
  return { count: rows[0]!.count, rows: rows[0]!.id === null ? [] : rows }
}

export async function get(sql: Sql, caller: Caller, id: number): Promise<VersionRow | undefined> {
  const [row] = await query(sql, 'versions/get', {
    columns: query(sql, 'versions/parts.columns', { visible: visible(sql, caller) }),
    id,
  })
  return row as VersionRow | undefined
}

/** The versions that have one of these MD5s, in no order. */
export const withMd5 = async (sql: Sql, caller: Caller, md5s: readonly string[]): Promise<VersionRow[]> =>
  (await query(sql, 'versions/with_md5', {
    columns: query(sql, 'versions/parts.columns', { visible: visible(sql, caller) }),
    md5s,
  })) as unknown as VersionRow[]

/** Which of these MD5s are there, and of which frames; for ingesters. */
export const known = async (
  sql: Sql,
  md5s: readonly string[],
): Promise<{ frame_id: number; key: string; md5: string; filename: string }[]> =>
  (await query(sql, 'versions/known', { md5s })) as unknown as {
    frame_id: number
    key: string
    md5: string
    filename: string
  }[]

/** A version as far as an ingester needs it. */
export interface StoredVersion {
  key: string
  md5: string
  extension: string
}

/** The versions of a frame, newest first; for ingesters. */
export const ofFrame = async (sql: Sql, basename: string): Promise<StoredVersion[]> =>
  (await query(sql, 'versions/of_frame', { basename })) as unknown as StoredVersion[]
