import type { Caller } from '../caller.ts'
import { query, row, rows, type Sql } from '../database/sql.ts'
import type { Filed, FiledVersion } from './filed.ts'
import { visibleTo } from './frames/visibility.ts'

/** A version with what is known of its bytes; null: not learnt yet. */
export interface DownloadRow extends Filed, FiledVersion {
  /** The frame's id. */
  id: number
  version_id: number
  key: string
  md5: string
  /** Seconds since 1970. */
  created: number
  observation_date: string | null
  public_date: string | null
  size: number | null
  crc32: number | null
  unpacked_size: number | null
  unpacked_crc32: number | null
  /** 0: the file has no catalogue. */
  catalog_size: number | null
  catalog_crc32: number | null
}

/** What was learnt of a version; undefined leaves what is there. */
export interface Learnt {
  id: number
  size?: number
  crc32?: number
  unpacked_size?: number
  unpacked_crc32?: number
  catalog_size?: number
  catalog_crc32?: number
}

const columns = (sql: Sql) => query(sql, 'downloads.columns', {})

/** The newest files of those frames of `ids` that the caller may see: one query. */
export const ofFrames = (sql: Sql, caller: Caller, ids: readonly number[]): Promise<DownloadRow[]> =>
  rows<DownloadRow>(query(sql, 'downloads.of_frames', { columns: columns(sql), visible: visibleTo(sql, caller), ids }))

/** Versions by id, as far as the caller may see their frames. */
export const ofVersions = (sql: Sql, caller: Caller, ids: readonly number[]): Promise<DownloadRow[]> =>
  rows<DownloadRow>(
    query(sql, 'downloads.of_versions', { columns: columns(sql), visible: visibleTo(sql, caller), ids }),
  )

/** Keeps sizes (bytes) and CRC-32s that were learnt of versions. */
export async function learn(sql: Sql, facts: readonly Learnt[]): Promise<void> {
  if (facts.length > 0) await query(sql, 'downloads.learn', { facts: JSON.stringify(facts) })
}

/** The next versions after an id whose size or CRC-32 is not known, by id. */
export const unlearnt = (sql: Sql, after: number, limit: number): Promise<DownloadRow[]> =>
  rows<DownloadRow>(query(sql, 'downloads.unlearnt', { columns: columns(sql), after, limit }))

/** How many those are in all. */
export async function countUnlearnt(sql: Sql): Promise<number> {
  return (await row<{ count: number }>(query(sql, 'downloads.count_unlearnt', {})))!.count
}
