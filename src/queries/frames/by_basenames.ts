import type { Caller } from '../../caller.ts'
import { query, rows, type Sql } from '../../database/sql.ts'
import { type FrameRow, frameColumns } from './columns.ts'
import { visibleTo } from './visibility.ts'

/** The frames that a file of one of these names may belong to, of those the caller may see. */
export const findFramesByBasename = (sql: Sql, caller: Caller, names: readonly string[]): Promise<FrameRow[]> =>
  rows<FrameRow>(
    query(sql, 'frames/by_basenames', {
      columns: frameColumns(sql, { related: false, thumbnails: true }),
      visible: visibleTo(sql, caller),
      names,
    }),
  )
