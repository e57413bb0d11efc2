import type { Caller } from '../../caller.ts'
import { query, row, type Sql } from '../../database/sql.ts'
import { type VersionRow, versionColumns } from './columns.ts'

/** A version by id; undefined: there is none. For staff. */
export const getVersion = (sql: Sql, caller: Caller, id: number): Promise<VersionRow | undefined> =>
  row<VersionRow>(query(sql, 'versions/get', { columns: versionColumns(sql, caller), id }))
