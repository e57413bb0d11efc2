import { dictOf, type HeaderDict } from '../fits/dictionary.ts'
import { FitsError } from '../fits/error.ts'
import { hdusOf } from '../fits/hdus.ts'
import type { Source } from '../fits/source.ts'
import { LOOKED_AT, looksLike } from './looks.ts'
import { BadFile, type Metadata } from './types.ts'

/** The headers that a frame is described by. */
export interface Found {
  headers: HeaderDict
  /** What was tolerated. */
  warnings: string[]
}

/** How the reference begins what it says of a file without them. */
const MISSING = 'Could not find required keywords in headers!'

/**
 * The headers of the first HDU of a FITS file that has all that are required, metadata given beside the file taken in. All HDUs are
 * looked at, so that a file that was cut off is noticed.
 * @throws BadFile
 */
export async function fitsHeaders(
  source: Source,
  metadata: Metadata | undefined,
  required: readonly string[],
): Promise<Found> {
  let found: Found | undefined
  const tolerated: string[] = []
  let nearest: { missing: string[]; index: number } | undefined
  try {
    for await (const hdu of hdusOf(source, (what) => tolerated.push(what))) {
      if (found) continue
      const { dict, warnings } = dictOf(hdu)
      for (const [key, value] of metadata ?? []) dict.set(key, value)
      const missing = missingOf(dict, required)
      if (!missing.length) found = { headers: dict, warnings }
      if (!nearest || missing.length < nearest.missing.length) nearest = { missing, index: hdu.index }
    }
  } catch (error) {
    throw error instanceof FitsError ? new BadFile(await inWords(error, source)) : error
  }
  if (found) return { headers: found.headers, warnings: [...tolerated, ...found.warnings] }
  const { missing, index } = nearest!
  throw new BadFile(`${MISSING} HDU ${index} comes nearest and lacks ${missing.join(', ')}`, missing[0])
}

/** Bytes of headers, some 6000 cards, that many files may have in memory at once. */
const USUAL = 512 * 1024

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
async function inWords(error: FitsError, source: Source): Promise<string> {
  const words = `as FITS it cannot be read: ${error.message}`
  const known = looksLike(await source.read(0, LOOKED_AT).catch(() => NOTHING))
  return known && known !== 'it is a FITS file' ? `${words}; ${known}` : words
}

const NOTHING = new TextEncoder().encode('?')

/** Metadata given beside a file without headers of its own. @throws BadFile where it is not enough */
export function metadataHeaders(metadata: Metadata | undefined, required: readonly string[]): Found {
  const headers: HeaderDict = new Map(metadata)
  const missing = missingOf(headers, required)
  if (!missing.length) return { headers, warnings: [] }
  throw new BadFile(
    `${MISSING} Such a file has none of its own: the metadata given beside it lack ${missing.join(', ')}`,
    missing[0],
  )
}

const missingOf = (headers: HeaderDict, required: readonly string[]): string[] =>
  required.filter((key) => key !== '' && !headers.has(key))
