import { FitsError } from '../../fits/error.ts'
import { isPackedImage, readHdus } from '../../fits/hdus.ts'
import { type HeaderDict, readHeaderDict } from '../../fits/header/dictionary.ts'
import type { Header } from '../../fits/header/header.ts'
import type { Source } from '../../fits/source.ts'
import { speaksOfSky } from './area.ts'
import { BadFile, type Metadata } from './description.ts'
import { describeSignature, SIGNATURE_BYTES } from './file_signature.ts'

/** The headers that a frame is described by. */
export interface Found {
  headers: HeaderDict
  /** Those of the other images in the file that may say what sky it shows. */
  images: HeaderDict[]
  /** What was tolerated. */
  warnings: string[]
}

/** Images beyond these are not asked what sky they show. */
const MOST_IMAGES = 100

/** How the reference begins what it says of a file without them. */
const MISSING = 'Could not find required keywords in headers!'

/**
 * The headers of the first HDU of a FITS file that has all that are required, metadata given beside
 * the file taken in. All HDUs are looked at, so that a file that was cut off is noticed.
 * @throws BadFile
 */
export async function fitsHeaders(
  source: Source,
  metadata: Metadata | undefined,
  required: readonly string[],
): Promise<Found> {
  let found: Omit<Found, 'images'> | undefined
  const images: HeaderDict[] = []
  const tolerated: string[] = []
  let nearest: { missing: string[]; index: number } | undefined
  try {
    for await (const hdu of readHdus(source, (what) => tolerated.push(what))) {
      if (found && (images.length === MOST_IMAGES || isTable(hdu.header))) continue
      const { dict, warnings } = readHeaderDict(hdu)
      for (const [key, value] of metadata ?? []) dict.set(key, value)
      const missing = found ? [] : missingOf(dict, required)
      if (!found && !missing.length) {
        found = { headers: dict, warnings }
        continue
      }
      if (images.length < MOST_IMAGES && speaksOfSky(dict)) images.push(dict)
      if (found) continue
      if (!nearest || missing.length < nearest.missing.length) nearest = { missing, index: hdu.index }
    }
  } catch (error) {
    throw error instanceof FitsError ? new BadFile(await explainFitsError(error, source)) : error
  }
  if (found) return { headers: found.headers, images, warnings: [...tolerated, ...found.warnings] }
  const { missing, index } = nearest!
  throw new BadFile(`${MISSING} HDU ${index} comes nearest and lacks ${missing.join(', ')}`, missing[0])
}

/** Bytes of headers, some 6000 cards, that many files may have in memory at once. */
const USUAL = 512 * 1024

const isTable = (header: Header): boolean => /TABLE$/.test(String(header.get('XTENSION'))) && !isPackedImage(header)

/** A file whose headers are read, block by block: beyond what is usual each waits for room. */
export function withRoom(source: Source, room: () => Promise<void>): Source {
  let taken = 0
  return {
    size: source.size,
    async read(start, length) {
      taken += length
      if (taken > USUAL) await room()
      return source.read(start, length)
    },
  }
}

/** Why a file cannot be read as FITS; where it is something else altogether, what that is. */
async function explainFitsError(error: FitsError, source: Source): Promise<string> {
  const words = `as FITS it cannot be read: ${error.message}`
  const known = describeSignature(await source.read(0, SIGNATURE_BYTES).catch(() => NOTHING))
  return known && known !== 'it is a FITS file' ? `${words}; ${known}` : words
}

const NOTHING = new TextEncoder().encode('?')

/**
 * Metadata given beside a file without headers of its own.
 * @throws BadFile where it is not enough
 */
export function metadataHeaders(metadata: Metadata | undefined, required: readonly string[]): Found {
  const headers: HeaderDict = new Map(metadata)
  const missing = missingOf(headers, required)
  if (!missing.length) return { headers, images: [], warnings: [] }
  throw new BadFile(
    `${MISSING} Such a file has none of its own: the metadata given beside it lack ${missing.join(', ')}`,
    missing[0],
  )
}

const missingOf = (headers: HeaderDict, required: readonly string[]): string[] =>
  required.filter((key) => key !== '' && !headers.has(key))
