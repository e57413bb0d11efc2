import { thumbnailRef } from '../files/store/refs.ts'
import type { StoredFile } from '../files/store/store.ts'
import type { ThumbnailRow } from '../queries/thumbnails/columns.ts'
import { isOpen, type Links } from './frame.ts'

/** The stored file of a thumbnail, whose URL follows the visibility of its frame. */
export const thumbnailFile = (row: ThumbnailRow): StoredFile => ({
  ...thumbnailRef(row, { ...row, basename: row.thumbnail_basename }),
  isPublic: isOpen(row),
})

/** The file that a thumbnail's new one has replaced. */
export function replacedFile(before: ThumbnailRow | undefined, after: ThumbnailRow): StoredFile[] {
  if (before === undefined) return []
  const [old, current] = [thumbnailFile(before), thumbnailFile(after)]
  return old.path === current.path && old.key === current.key ? [] : [old]
}

/** A thumbnail, with the id of its frame. */
export function showThumbnail(row: ThumbnailRow, { store, base }: Links) {
  return {
    id: row.thumbnail_id,
    size: row.size,
    basename: row.thumbnail_basename,
    extension: row.extension,
    key: row.key,
    frame: row.id,
    url: store.url(thumbnailFile(row), base),
  }
}
