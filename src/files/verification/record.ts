import type { Sql } from '../../database/sql.ts'
import type { DownloadRow } from '../../queries/downloads.ts'
import type { Expected } from '../../queries/verifications/findings.ts'
import type { FilesOf } from '../../queries/verifications/kinds.ts'
import {
  type ThumbnailFileRow,
  thumbnailsBetween,
  thumbnailsOf,
  versionsBetween,
  versionsOf,
} from '../../queries/verifications/records.ts'
import { type RecordedRef, thumbnailRef, versionRef } from '../store/refs.ts'
import type { FileStore } from '../store/store.ts'

/** A stored file with all that is recorded of it. */
export interface FileRecord extends Expected {
  files: FilesOf
  id: number
  /** Of its frame. */
  basename: string
  ref: RecordedRef
  /** Of its name, with the dot. */
  extension: string
  observationDate: string | null
}

const MD5 = /^[0-9a-f]{32}$/i

/** A version as a record. What is no MD5, as the ETag of an object sent in parts, is left out. */
export function versionRecord(row: DownloadRow, { classes }: FileStore): FileRecord {
  return {
    files: 'versions',
    id: row.version_id,
    basename: row.basename,
    ref: versionRef(row, row, classes),
    extension: row.extension,
    observationDate: row.observation_date,
    size: row.size,
    md5: MD5.test(row.md5) ? row.md5.toLowerCase() : null,
    crc32: row.crc32,
  }
}

/** A thumbnail as a record: its key is its MD5 in a directory, and nothing else is recorded. */
function thumbnailRecord(row: ThumbnailFileRow, { kind }: FileStore): FileRecord {
  const { thumbnail_id: id, thumbnail_basename: basename, extension, key, filed } = row
  return {
    files: 'thumbnails',
    id,
    basename: row.basename,
    ref: thumbnailRef(row, { basename, extension, key, filed }),
    extension,
    observationDate: row.observation_date,
    size: null,
    md5: kind === 'local' && MD5.test(key) ? key.toLowerCase() : null,
    crc32: null,
  }
}

/** The records of a span of ids, both ends counted, or of some ids; by id. */
export async function readRecords(
  sql: Sql,
  store: FileStore,
  files: FilesOf,
  which: { first: number; last: number } | { ids: readonly number[] },
): Promise<FileRecord[]> {
  if (files === 'versions') {
    const found = 'ids' in which ? versionsOf(sql, which.ids) : versionsBetween(sql, which.first, which.last)
    return (await found).map((row) => versionRecord(row, store))
  }
  const found = 'ids' in which ? thumbnailsOf(sql, which.ids) : thumbnailsBetween(sql, which.first, which.last)
  return (await found).map((row) => thumbnailRecord(row, store))
}
