import type { Caller } from '../../caller.ts'
import { nothing, type Page, page, query, type Sql } from '../../database/sql.ts'
import { type VersionRow, versionColumns } from './columns.ts'

/** A page of versions, newest first, and the count of all; undefined: of any MD5. For staff. */
export const listVersions = (
  sql: Sql,
  caller: Caller,
  { md5, limit, offset }: { md5: string | undefined; limit: number; offset: number },
): Promise<Page<VersionRow>> =>
  page<VersionRow>(
    query(sql, 'versions/list', {
      columns: versionColumns(sql, caller),
      filters: md5 === undefined ? nothing(sql) : query(sql, 'versions/filters.md5', { value: md5 }),
      limit,
      offset,
    }),
  )
