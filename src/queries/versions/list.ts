import type { Caller } from '../../caller.ts'
import { nothing, query, type Sql } from '../../database/sql.ts'
import { COUNTED, type CountedPage, countedPage, type Paging } from '../counted_page.ts'
import { type VersionRow, versionColumns } from './columns.ts'

/** A page of versions, newest first, and their count; undefined: of any MD5. For staff. */
export function listVersions(
  sql: Sql,
  caller: Caller,
  { md5, ...paging }: Paging & { md5: string | undefined },
): Promise<CountedPage<VersionRow>> {
  const filters = md5 === undefined ? nothing(sql) : query(sql, 'versions/filters.md5', { value: md5 })
  const { limit, offset, exactly = false, most = COUNTED } = paging
  const count = exactly
    ? query(sql, 'versions/list.count_all', { filters })
    : query(sql, 'versions/list.count', { filters, most })
  const slots = { columns: versionColumns(sql, caller), count, filters, limit, offset }
  return countedPage<VersionRow>(query(sql, 'versions/list.page', slots), paging)
}
