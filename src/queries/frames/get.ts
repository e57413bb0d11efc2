import type { Caller } from '../../caller.ts'
import { query, row, type Sql } from '../../database/sql.ts'
import { type FrameRow, frameColumns, type Parts } from './columns.ts'
import { visibleTo } from './visibility.ts'

/** A frame by id; undefined: no such frame for this caller. */
export const getFrame = (sql: Sql, caller: Caller, id: number, parts: Parts): Promise<FrameRow | undefined> =>
  row<FrameRow>(query(sql, 'frames/get', { columns: frameColumns(sql, parts), visible: visibleTo(sql, caller), id }))
