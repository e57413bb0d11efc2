import type { Caller } from '../../caller.ts'
import { type Fragment, query, type Sql } from '../../database/sql.ts'
import type { Filed, FiledVersion } from '../filed.ts'
import { visibleTo } from '../frames/visibility.ts'

/** A version with the columns of its frame that its path is made of. */
export interface VersionRow extends Filed, FiledVersion {
  id: number
  key: string
  md5: string
  created: string
  /** Whether the caller may see the frame: staff know of every version, but not every file. */
  visible: boolean
  observation_date: string | null
  public_date: string | null
}

/** The columns of a VersionRow, of versions v of frames f. */
export const versionColumns = (sql: Sql, caller: Caller): Fragment =>
  query(sql, 'versions/columns', { visible: visibleTo(sql, caller) })
