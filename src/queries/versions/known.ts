import type { Caller } from '../../caller.ts'
import { query, rows, type Sql } from '../../database/sql.ts'
import { type VersionRow, versionColumns } from './columns.ts'

/** The versions that have one of these MD5s, in no order. For staff. */
export const findVersions = (sql: Sql, caller: Caller, md5s: readonly string[]): Promise<VersionRow[]> =>
  rows<VersionRow>(query(sql, 'versions/known', { columns: versionColumns(sql, caller), md5s }))
