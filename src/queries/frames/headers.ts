import type { Caller } from '../../caller.ts'
import { query, row, type Sql } from '../../database/sql.ts'
import { visibleTo } from './visibility.ts'

/** The headers of a frame as JSON text; undefined: no such frame for this caller. */
export async function getHeaders(sql: Sql, caller: Caller, id: number): Promise<string | undefined> {
  const found = await row<{ data: string }>(query(sql, 'frames/headers', { visible: visibleTo(sql, caller), id }))
  return found?.data
}
