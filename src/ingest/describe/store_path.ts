import type { FileClass, FileClassOverrides } from '../../config/file_classes.ts'
import type { HeaderKeys } from '../../config/types.ts'
import { framePath, thumbnailPath } from '../../files/store/paths.ts'
import { BadFile, type IngestRecord } from './description.ts'
import { showValue } from './header_values.ts'

/**
 * Where the file belongs in the store: the path that the archive derives from the frame's row.
 * @throws BadFile naming the keyword that no path can be made of
 */
export function storePathOf(
  record: IngestRecord,
  extension: string,
  fileClass: FileClass,
  keys: HeaderKeys,
  overrides: FileClassOverrides,
): string {
  const row = {
    basename: record.basename,
    site_id: part(record.site_id, keys.siteId),
    instrument_id: part(record.instrument_id, keys.instrumentId),
    observation_day: day(record.observation_day, keys.observationDay),
    reduction_level: record.reduction_level,
    configuration_type: typeof record.configuration_type === 'string' ? record.configuration_type : '',
  }
  if (fileClass === 'ThumbnailFile') return thumbnailPath(row, record.basename + extension)
  return framePath(row, extension, overrides)
}

/**
 * Slashes, control characters, blanks at either end, and the names of the folder itself and the one
 * above.
 */
const UNFIT = /[/\\\p{Cc}]|^\s|\s$|^\.{1,2}$/u

/** A value that names a folder. */
function part(value: unknown, key: string): string {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
  if (typeof text !== 'string' || text.trim() === '') throw unfit(value, key, 'it is missing or empty')
  if (UNFIT.test(text)) throw unfit(value, key, 'it would make an odd path')
  return text
}

function day(value: unknown, key: string): string {
  const text = part(value, key)
  if (!/^\d{4}-?\d{2}-?\d{2}$/.test(text)) throw unfit(value, key, 'it is no day like 20151221')
  return text
}

function unfit(value: unknown, key: string, why: string): BadFile {
  const what = typeof value === 'string' ? showValue(value) : String(value ?? 'nothing')
  return new BadFile(`${key} is ${what}: ${why}, and the file's place in the store depends on it. Correct it`, key)
}
