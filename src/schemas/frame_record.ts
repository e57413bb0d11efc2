import { ValidationError } from '../errors.ts'
import type { FrameRecord, NewVersion } from '../queries/frame_writes.ts'
import type { ThumbnailRecord } from '../queries/thumbnails.ts'
import { METADATA_FIELDS } from './columns.ts'
import { memberText } from './json_text.ts'

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
