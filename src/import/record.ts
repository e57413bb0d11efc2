import type { NewVersion } from '../schemas/frame_record.ts'
import type { Details, SourceFrame, SourceThumbnail } from './source.ts'

/** A frame as it is written here. */
export interface ImportRecord {
  frame: SourceFrame
  /** To be added, oldest first. */
  versions: NewVersion[]
  details: Details
  /** All of it as `POST /frames/` takes it. */
  json: string
}

/** The record of a frame with versions to be added, oldest first. */
export function importRecord(frame: SourceFrame, versions: NewVersion[], details: Details): ImportRecord {
  // an archive that is written to by its API notes the time itself
  const version_set = versions.map(({ created, ...version }) => version)
  const related_frame_filenames = details.related
  const rest = JSON.stringify({ basename: frame.basename, ...frame.columns, version_set, related_frame_filenames })
  return { frame, versions, details, json: `${rest.slice(0, -1)},"headers":${details.headers}}` }
}

/** The record of a thumbnail that is stored under a key. */
export function thumbnailRecord(frame: SourceFrame, thumbnail: SourceThumbnail, key: string, md5: string): string {
  const { basename, size, extension } = thumbnail
  return JSON.stringify({
    ...frame.columns,
    basename,
    size,
    frame_basename: frame.basename,
    version_set: [{ key, md5, extension }],
  })
}
