import { query, rows, type Sql } from '../../database/sql.ts'
import type { Pool } from '../../database/types.ts'
import { type FrameRow, frameColumns } from '../frames/columns.ts'

/** What an import compares of a frame that is here, beside its columns and versions. */
export interface ImportDetails {
  id: number
  /** As JSON text: numbers keep every digit. */
  headers: string
  related: string[]
}

/** The frames of these names that are here, with their thumbnails. */
export const findFramesNamed = (pool: Pool, names: readonly string[]): Promise<FrameRow[]> =>
  byIndex(pool, (tx) => {
    const columns = frameColumns(tx, { related: false, thumbnails: true })
    return rows<FrameRow>(query(tx, 'import/here.named', { columns, names }))
  })

/** Headers and names of related frames, of frames by their ids; those that are gone are left out. */
export const findImportDetails = (pool: Pool, ids: readonly number[]): Promise<ImportDetails[]> =>
  byIndex(pool, (tx) => rows<ImportDetails>(query(tx, 'import/here.details', { ids })))

/** What the planner knows of tables that are being filled is that they are empty. */
const byIndex = <T>(pool: Pool, work: (tx: Sql) => Promise<T>): Promise<T> =>
  pool.begin(async (tx) => {
    await query(tx, 'frames/create.by_index', {})
    return await work(tx)
  })
