import { query, rows, type Sql } from '../../database/sql.ts'

/** What an import compares of a frame that is here, beside its columns and versions. */
export interface ImportDetails {
  id: number
  /** As JSON text: numbers keep every digit. */
  headers: string
  related: string[]
}

/** Headers and names of related frames, of frames by their ids; those that are gone are left out. */
export const findImportDetails = (sql: Sql, ids: readonly number[]): Promise<ImportDetails[]> =>
  rows<ImportDetails>(query(sql, 'import/here', { ids }))
