import type { z } from '@hono/zod-openapi'
import { ValidationError } from '../errors.ts'
import { check } from './check.ts'
import { METADATA_FIELDS } from './columns.ts'
import { type framePut, frameToPut } from './frames.ts'
import { memberText } from './json_text.ts'
import { type thumbnailPut, thumbnailToPut } from './thumbnails.ts'

export interface NewVersion {
  key: string
  md5: string
  extension: string
  /** Bytes; undefined or null: not known. */
  size?: number | null
  crc32?: number | null
  /** When it was added where it is taken over from; absent: now. */
  created?: string
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

/**
 * The record of a frame that is sent whole.
 * @param types the configuration types that it may name
 * @throws ValidationError what is wrong with it; so do those below
 */
export const readFrame = (value: unknown, json: string, types: readonly string[]): NamedRecord =>
  recordOf(check(frameToPut(types), value), json)

/** The record of what is to change of a frame. */
export const readFrameChange = (value: unknown, json: string, types: readonly string[]): FrameRecord =>
  recordOf(check(frameToPut(types).partial(), value), json)

/** The record of a thumbnail that is sent whole. */
export const readThumbnail = (value: unknown, sizes: readonly string[], types: readonly string[]) =>
  thumbnailRecordOf(check(thumbnailToPut(sizes, types), value)) as Required<ThumbnailRecord>

/** The record of what is to change of a thumbnail. */
export const readThumbnailChange = (value: unknown, sizes: readonly string[], types: readonly string[]) =>
  thumbnailRecordOf(check(thumbnailToPut(sizes, types).partial(), value))

/** The record of a checked body. @param json the body as it was sent */
export function recordOf<C extends Partial<z.output<typeof framePut>>>(
  checked: C,
  json: string,
): FrameRecord & Pick<C, 'basename'> {
  return {
    basename: checked.basename,
    metadata: metadataOf(checked),
    versions: checked.version_set ?? [],
    versionsSent: memberText(json, 'version_set'),
    relatedNames: [...new Set(checked.related_frame_filenames)],
    headers: checked.headers === undefined ? undefined : memberText(json, 'headers'),
  }
}

/** The same of a thumbnail. @throws ValidationError unless it has exactly one version */
function thumbnailRecordOf<C extends Partial<z.output<typeof thumbnailPut>>>(checked: C): ThumbnailRecord {
  const versions = checked.version_set
  if (versions && versions.length !== 1)
    throw new ValidationError({ version_set: ['A thumbnail has exactly one version.'] })
  return {
    basename: checked.basename,
    size: checked.size,
    frameBasename: checked.frame_basename,
    metadata: metadataOf(checked),
    version: versions?.[0],
  }
}

const metadataOf = (checked: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(METADATA_FIELDS.filter((name) => checked[name] !== undefined).map((name) => [name, checked[name]]))
