import { query, rows, type Sql } from '../../database/sql.ts'

/** A version as far as an ingester needs it. */
export interface StoredVersion {
  key: string
  md5: string
  extension: string
}

/** The versions of a frame, newest first; for ingesters. */
export const listVersionsOfFrame = (sql: Sql, basename: string): Promise<StoredVersion[]> =>
  rows<StoredVersion>(query(sql, 'versions/of_frame', { basename }))
