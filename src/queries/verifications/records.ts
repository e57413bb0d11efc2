import { all, query, row, rows, type Sql } from '../../database/sql.ts'
import type { DownloadRow } from '../downloads.ts'
import type { Filed, FiledThumbnail } from '../filed.ts'
import type { FilesOf } from './kinds.ts'

/** A thumbnail with the columns of its frame that its path is made of. */
export interface ThumbnailFileRow extends Filed {
  thumbnail_id: number
  thumbnail_basename: string
  extension: string
  key: string
  observation_date: string | null
  filed: FiledThumbnail | null
}

/** Which files are verified of their own, and not in turn. */
export interface Choice {
  basenames?: readonly string[]
  site?: string
  /** An observing day, `2024-01-31`. */
  day?: string
  /** Versions stored from this time on, and before that one, as texts of timestamps. */
  since?: string
  until?: string
}

const versionColumns = (sql: Sql) => query(sql, 'downloads.columns', {})
const thumbnailColumns = (sql: Sql) => query(sql, 'thumbnails/columns', {})

/** The versions of a span of ids, by id. */
export const versionsBetween = (sql: Sql, first: number, last: number): Promise<DownloadRow[]> =>
  rows<DownloadRow>(
    query(sql, 'verifications/records.versions', {
      columns: versionColumns(sql),
      which: query(sql, 'verifications/records.versions_between', { first, last }),
    }),
  )

/** Versions by id. */
export const versionsOf = (sql: Sql, ids: readonly number[]): Promise<DownloadRow[]> =>
  rows<DownloadRow>(
    query(sql, 'verifications/records.versions', {
      columns: versionColumns(sql),
      which: query(sql, 'verifications/records.versions_by_id', { ids }),
    }),
  )

/** The versions with the highest ids. */
export const newestVersions = (sql: Sql, limit: number): Promise<DownloadRow[]> =>
  rows<DownloadRow>(query(sql, 'verifications/records.newest_versions', { columns: versionColumns(sql), limit }))

/** The thumbnails of a span of ids, by id. */
export const thumbnailsBetween = (sql: Sql, first: number, last: number): Promise<ThumbnailFileRow[]> =>
  rows<ThumbnailFileRow>(
    query(sql, 'verifications/records.thumbnails', {
      columns: thumbnailColumns(sql),
      which: query(sql, 'verifications/records.thumbnails_between', { first, last }),
    }),
  )

/** Thumbnails by id. */
export const thumbnailsOf = (sql: Sql, ids: readonly number[]): Promise<ThumbnailFileRow[]> =>
  rows<ThumbnailFileRow>(
    query(sql, 'verifications/records.thumbnails', {
      columns: thumbnailColumns(sql),
      which: query(sql, 'verifications/records.thumbnails_by_id', { ids }),
    }),
  )

/** The ids of chosen files, at most `limit`. Thumbnails have no time: with one, none are chosen. */
export async function chooseFiles(sql: Sql, files: FilesOf, choice: Choice, limit: number): Promise<number[]> {
  const { basenames, site, day, since, until } = choice
  if (files === 'thumbnails' && (since !== undefined || until !== undefined)) return []
  const filters = all(sql, [
    ...(basenames === undefined ? [] : [query(sql, 'verifications/records.basename', { names: basenames })]),
    ...(site === undefined ? [] : [query(sql, 'verifications/records.site', { site })]),
    ...(day === undefined ? [] : [query(sql, 'verifications/records.day', { day })]),
    ...(since === undefined ? [] : [query(sql, 'verifications/records.since', { since })]),
    ...(until === undefined ? [] : [query(sql, 'verifications/records.until', { until })]),
  ])
  const name = `verifications/records.chosen_${files}` as const
  return (await rows<{ id: number }>(query(sql, name, { filters, limit }))).map(({ id }) => id)
}

/** About how many stored files there are. */
export const expectFiles = async (sql: Sql): Promise<number> =>
  (await row<{ files: number }>(query(sql, 'verifications/records.expected', {})))!.files
