import { ValidationError } from '../errors.ts'
import { METADATA_FIELDS } from './frames.ts'
import { memberText } from './json_text.ts'

export interface NewVersion {
  key: string
  md5: string
  extension: string
  /** Bytes; undefined or null: not known. */
  size?: number | null
  crc32?: number | null
}

/** A frame as an ingester sends it, checked. `metadata` holds only the columns that were given. */
export interface FrameRecord {
  basename?: string
  metadata: Record<string, unknown>
  versions: NewVersion[]
  /** The versions as they were sent, as JSON text, for their announcement. */
  versionsSent?: string
  relatedNames: string[]
  /** The headers as they were sent, as JSON text: JavaScript's numbers would lose digits. */
  headers?: string
}

export type NamedRecord = FrameRecord & { basename: string }

/** A thumbnail as it is sent, checked; undefined: not given. */
export interface ThumbnailRecord {
  basename?: string
  size?: string
  frameBasename?: string
  /** The frame's metadata, for a frame that is not there yet. */
  metadata: Record<string, unknown>
  version?: NewVersion
}

/** The record of a checked body. @param json the body as it was sent */
export function recordOf(checked: Record<string, unknown>, json: string): FrameRecord {
  return {
    basename: checked.basename as string | undefined,
    metadata: metadataOf(checked),
    versions: (checked.version_set as NewVersion[] | undefined) ?? [],
    versionsSent: memberText(json, 'version_set'),
    relatedNames: [...new Set(checked.related_frame_filenames as string[] | undefined)],
    headers: checked.headers === undefined ? undefined : memberText(json, 'headers'),
  }
}

/** The same of a thumbnail. @throws ValidationError unless it has exactly one version */
export function thumbnailRecordOf(checked: Record<string, unknown>): ThumbnailRecord {
  const versions = checked.version_set as NewVersion[] | undefined
  if (versions && versions.length !== 1)
    throw new ValidationError({ version_set: ['A thumbnail has exactly one version.'] })
  return {
    basename: checked.basename as string | undefined,
    size: checked.size as string | undefined,
    frameBasename: checked.frame_basename as string | undefined,
    metadata: metadataOf(checked),
    version: versions?.[0],
  }
}

const metadataOf = (checked: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(METADATA_FIELDS.filter((name) => checked[name] !== undefined).map((name) => [name, checked[name]]))
