import type { Caller } from '../../caller.ts'
import { query, rows, type Sql } from '../../database/sql.ts'
import { type VersionRow, versionColumns } from './columns.ts'

/** The versions that have one of these MD5s, in no order. For staff. */
export const findVersions = (sql: Sql, caller: Caller, md5s: readonly string[]): Promise<VersionRow[]> =>
  rows<VersionRow>(query(sql, 'versions/known.list', { columns: versionColumns(sql, caller), md5s }))

/** Whose a content is. */
export interface Owner {
  frame_id: number
  key: string
  md5: string
  filename: string
}

/** Which of these MD5s are there, and of which frames; for ingesters. */
export const findOwners = (sql: Sql, md5s: readonly string[]): Promise<Owner[]> =>
  rows<Owner>(query(sql, 'versions/known.owners', { md5s }))
