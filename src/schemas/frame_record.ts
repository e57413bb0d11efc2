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

/** A frame as an ingester sends it, checked. `metadata` holds the columns that were given, and only those. */
export interface FrameRecord {
  basename?: string
  metadata: Record<string, unknown>
  versions: NewVersion[]
  /** The versions as JSON text, as they were sent: their announcement holds all that was said of them. */
  versionsSent?: string
  relatedNames: string[]
  /** The headers as JSON text, as they were sent: they go to the database without passing through JavaScript's numbers. */
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

/** A checked body as what is written: the metadata that was given, and the parts that have tables of their own. */
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

/** The same of a thumbnail, which has one version. @throws ValidationError for another number of them */
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
