import type { FileClassOverrides } from '../../config/file_classes.ts'
import type { Filed, FiledThumbnail, FiledVersion } from '../../queries/filed.ts'
import type { FrameRow, FrameThumbnail } from '../../queries/frames/columns.ts'
import { framePath, thumbnailPath } from './paths.ts'
import type { StoredFile } from './store.ts'

/** A stored file as its record says. */
export type RecordedRef = Omit<StoredFile, 'isPublic'>

/**
 * The file of a version, whose path is made of the columns that its frame had when it was stored.
 */
export function versionRef(
  row: Filed,
  { extension, key, filed, newer, elsewhere }: FiledVersion & { key: string },
  classes?: FileClassOverrides,
): RecordedRef {
  const pathOf = (columns: Filed | null) => framePath(columns ?? row, extension, classes)
  const path = pathOf(filed)
  const isHere = (later: Filed | null) => pathOf(later) === path
  const pathNow = filed === null ? undefined : pathOf(null)
  return { path, pathNow, key, newest: !newer?.some(isHere) && !elsewhere?.some(isHere) }
}

/**
 * The file of a thumbnail, which is always the newest at its path.
 * @param filed null: as its frame is now
 */
export function thumbnailRef(
  row: Filed,
  thumbnail: { basename: string; extension: string; key: string; filed: FiledThumbnail | null },
): RecordedRef {
  const { basename, extension, key, filed } = thumbnail
  const name = basename + extension
  const pathNow = thumbnailPath(row, name)
  if (filed === null) return { path: pathNow, key, newest: true }
  return { path: thumbnailPath(filed, filed.name ?? name), pathNow, key, newest: true }
}

/** The file of the version that stands at `i` of a frame's. */
export function frameVersionRef(row: FrameRow, i: number, classes?: FileClassOverrides): RecordedRef {
  const [, key, , extension, , filed, elsewhere] = row.versions[i]!
  // most frames have one version
  const newer = i === 0 ? null : row.versions.slice(0, i).flatMap((later) => (later[3] === extension ? [later[5]] : []))
  return versionRef(row, { extension, key, filed, newer, elsewhere }, classes)
}

/** The file of a thumbnail as it is nested in its frame. */
export const frameThumbnailRef = (row: FrameRow, [, , basename, extension, key, filed]: FrameThumbnail): RecordedRef =>
  thumbnailRef(row, { basename, extension, key, filed })

/** Every stored file of a frame: its versions and its thumbnails. */
export const frameRefs = (row: FrameRow, classes?: FileClassOverrides): RecordedRef[] => [
  ...row.versions.map((_, i) => frameVersionRef(row, i, classes)),
  ...(row.thumbnails ?? []).map((thumbnail) => frameThumbnailRef(row, thumbnail)),
]
