import type { ThumbnailRow } from '../queries/thumbnails.ts'
import { thumbnailPath } from '../store/paths.ts'
import type { StoredFile } from '../store/store.ts'
import { isOpen, type Links } from './frame.ts'

export const thumbnailFile = (row: ThumbnailRow): StoredFile => ({
  path: thumbnailPath(row, row.thumbnail_basename, row.extension),
  key: row.key,
  newest: true,
  isPublic: isOpen(row),
})

/** A thumbnail, with the id of its frame. */
export function thumbnail(row: ThumbnailRow, { store, base }: Links) {
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
