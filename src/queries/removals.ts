import { query, row, rows, type Sql } from '../database/sql.ts'
import { type FrameRow, frameColumns } from './frames/columns.ts'

/** A stored file that no row names any more, claimed for this process for five minutes. */
export interface Removal {
  id: string
  path: string
  key: string
  /** Whether it was the newest at its path. */
  newest: boolean
  /** When its row went, in seconds since 1970. */
  created: number
}

/**
 * Notes files inside the transaction that takes their rows away. They are the caller's to remove
 * once that is committed.
 */
export async function note(
  tx: Sql,
  files: readonly { path: string; key: string; newest: boolean }[],
): Promise<Removal[]> {
  if (files.length === 0) return []
  const noted = files.map(({ path, key, newest }) => ({ path, key, newest }))
  return rows<Removal>(query(tx, 'removals.note', { files: JSON.stringify(noted) }))
}

/** Those that are due, claimed. */
export const claim = (sql: Sql, limit: number): Promise<Removal[]> =>
  rows<Removal>(query(sql, 'removals.claim', { limit }))

/** Those of files at some paths, whoever has claimed them. */
export const noted = (sql: Sql, paths: readonly string[]): Promise<Pick<Removal, 'path' | 'key' | 'newest'>[]> =>
  rows(query(sql, 'removals.noted', { paths }))
/** How many stored files are still to be removed. */
export const countWaiting = async (sql: Sql): Promise<number> =>
  (await row<{ waiting: number }>(query(sql, 'removals.waiting', {})))!.waiting

/** What becomes of claimed ones: off the list; to be tried again; not to be touched for an hour. */
export async function settle(
  sql: Sql,
  what: 'done' | 'release' | 'postpone',
  removals: readonly Removal[],
): Promise<void> {
  if (removals.length) await query(sql, `removals.${what}`, { ids: removals.map(({ id }) => id) })
}

/** The frames that may name a file of one of these names, with all of their files. */
export const naming = (sql: Sql, names: readonly string[]): Promise<FrameRow[]> =>
  rows<FrameRow>(
    query(sql, 'removals.named', { columns: frameColumns(sql, { related: false, thumbnails: true }), names }),
  )
