import type { FileClassOverrides } from '../../config/file_classes.ts'
import type { Filed } from '../../queries/filed.ts'

const folder = (row: Pick<Filed, 'site_id' | 'instrument_id'>): string => `${row.site_id}/${row.instrument_id}`
const day = (row: Pick<Filed, 'observation_day'>): string => (row.observation_day ?? '').replaceAll('-', '')

/** The level that a name ends in: `…-e91` is 91, `_cat` set aside, no digits 0. */
function levelOfName(basename: string): number {
  const digits = basename.replace(/_cat$/, '').match(/\d{2}$/)
  return digits ? Number(digits[0]) : 0
}

/**
 * A bad pixel mask by its type, or by a name with `bpm` as one of its dash- or underscore-separated
 * parts.
 */
const isBadPixelMask = (row: Filed): boolean =>
  row.configuration_type === 'BPM' || /(^|[-_])bpm([-_]|$)/.test(row.basename)

/** What a tar of the observatory's pipeline is where nothing says its level. */
const TAR_LEVEL = 90

/** The level of a file of the observatory where nothing says it. */
export const inferredLevel = (basename: string, extension: string): number =>
  extension === '.tar.gz' ? TAR_LEVEL : levelOfName(basename)

/**
 * Whether the observatory's repairs apply to files of an extension: by their class, which
 * FILETYPE_MAPPING_OVERRIDES may change.
 */
function isRepaired(extension: string, classes: FileClassOverrides): boolean {
  const known = Object.hasOwn(classes, extension) ? classes[extension] : undefined
  return known === undefined ? extension === '.fits.fz' : known === 'LcoFitsFile' || known === 'LcoTarWithFitsFile'
}

/**
 * Where a frame's file lies in the store, by the rules of the reference's file library, since
 * existing buckets are laid out so: `SITE/INSTRUMENT/DAY/raw|processed/NAME`, and with the
 * observatory's repairs (`.fits.fz` unless `classes` says otherwise): masks apart from the nights,
 * a level that is missing read from the name.
 */
export function framePath(row: Filed, extension: string, classes: FileClassOverrides = {}): string {
  const name = row.basename + extension
  const repaired = isRepaired(extension, classes)
  if (repaired && isBadPixelMask(row)) return `${folder(row)}/bpm/${name}`
  const level = row.reduction_level || (repaired ? inferredLevel(row.basename, extension) : 0)
  return `${folder(row)}/${day(row)}/${level === 0 ? 'raw' : 'processed'}/${name}`
}

/** Where a thumbnail is stored; `name` is its basename with its extension. */
export const thumbnailPath = (
  row: Pick<Filed, 'site_id' | 'instrument_id' | 'observation_day'>,
  name: string,
): string => `${folder(row)}/${day(row)}/thumbnails/${name}`
