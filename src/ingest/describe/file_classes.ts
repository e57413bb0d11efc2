import type { FileClass, FileClassOverrides } from '../../config/file_classes.ts'
import { BadFile } from './description.ts'

/** What a class means for a file. */
export interface Traits {
  /** Where the headers are: in a FITS file, in the first FITS file of a tar, or given beside it. */
  reads: 'fits' | 'tar' | 'metadata'
  /** The extensions that may have it; null: any. */
  extensions: readonly string[] | null
  /** What is put right in the headers, in this order. */
  repairs: readonly ('blacklist' | 'nulls' | 'related' | 'observatory')[]
  /** Which headers it must have: REQUIRED_HEADERS or REQUIRED_THUMBNAIL_METADATA. */
  requires: 'headers' | 'thumbnail'
  contentType(extension: string): string
}

const FITS = ['.fits', '.fits.fz']
const TAR = ['.tar', '.tar.gz']
const image = (extension: string): string => `image/${extension.slice(1)}`

const DATA: Traits = {
  reads: 'metadata',
  extensions: null,
  repairs: [],
  requires: 'headers',
  contentType: () => '',
}
const PHOTON_RANCH: Traits = { ...DATA, repairs: ['blacklist', 'related'] }
const FITS_FILE: Traits = {
  reads: 'fits',
  extensions: FITS,
  repairs: ['blacklist', 'nulls', 'related'],
  requires: 'headers',
  contentType: () => 'image/fits',
}
const LCO_FITS_FILE: Traits = { ...FITS_FILE, repairs: [...FITS_FILE.repairs, 'observatory'] }
const TAR_CLASS = { reads: 'tar', extensions: TAR, contentType: () => 'application/x-tar' } as const

/** The classes of the reference's file library and of its Photon Ranch fork. */
export const TRAITS: Readonly<Record<FileClass, Traits>> = {
  DataFile: DATA,
  FitsFile: FITS_FILE,
  LcoFitsFile: LCO_FITS_FILE,
  TarWithFitsFile: { ...FITS_FILE, ...TAR_CLASS },
  LcoTarWithFitsFile: { ...LCO_FITS_FILE, ...TAR_CLASS },
  ThumbnailFile: { ...DATA, repairs: ['nulls'], requires: 'thumbnail', contentType: image },
  PtrBaseFileClass: PHOTON_RANCH,
  JpgFile: { ...PHOTON_RANCH, contentType: image },
}

const BY_EXTENSION: FileClassOverrides = {
  '.fits': 'FitsFile',
  '.fits.fz': 'LcoFitsFile',
  '.tar.gz': 'TarWithFitsFile',
  '.pdf': 'DataFile',
  '.jpg': 'ThumbnailFile',
  '.jpeg': 'ThumbnailFile',
}

/**
 * The class of the files of an extension.
 * @throws BadFile where it has none, or one that cannot be of such a file
 */
export function classOf(extension: string, overrides: FileClassOverrides): FileClass {
  const found = lookUp(extension, overrides)
  if (found === undefined)
    throw new BadFile(
      `file extension ${extension} is not a currently supported file type: those are ${Object.keys({ ...BY_EXTENSION, ...overrides }).join(', ')}; FILETYPE_MAPPING_OVERRIDES can add it`,
    )
  const { reads, extensions } = TRAITS[found]
  if (extensions && !extensions.includes(extension))
    throw new BadFile(
      `${reads === 'tar' ? 'Tar with Fits files' : 'Fits files'} must have extension ${extensions.join(' or ')}, not ${extension}: FILETYPE_MAPPING_OVERRIDES makes it a ${found}`,
    )
  return found
}

/** The media type under which files of an extension are stored; empty where none is known. */
export function contentTypeOf(extension: string, overrides: FileClassOverrides): string {
  const found = lookUp(extension, overrides)
  return found === undefined ? '' : TRAITS[found].contentType(extension)
}

function lookUp(extension: string, overrides: FileClassOverrides): FileClass | undefined {
  const classes = { ...BY_EXTENSION, ...overrides }
  return Object.hasOwn(classes, extension) ? classes[extension] : undefined
}
