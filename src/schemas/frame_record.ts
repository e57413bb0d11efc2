import type { FrameRecord, NewVersion } from '../queries/frame_writes.ts'
import { METADATA_FIELDS } from './frames.ts'
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

export const metadataOf = (checked: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(METADATA_FIELDS.filter((name) => checked[name] !== undefined).map((name) => [name, checked[name]]))
