import { versionRef } from '../files/store/refs.ts'
import type { VersionRow } from '../queries/versions/columns.ts'
import { isOpen, type Links } from './frame.ts'
import { isoTime } from './time.ts'

/**
 * A version on its own. No `url` while its frame has no date, and so no path; nor for staff
 * who may not see the frame: they may know that a file is in the archive, but not fetch it.
 */
export function showVersion(row: VersionRow, { store, base }: Links) {
  const { id, key, md5, extension } = row
  const shown = { id, key, md5, extension, created: isoTime(row.created) }
  if (row.observation_date === null || !row.visible) return shown
  return {
    ...shown,
    url: store.url({ ...versionRef(row, row, store.classes), isPublic: isOpen(row) }, base),
  }
}
