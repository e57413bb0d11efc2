import { buildPrimaryHeader, type OutputHeader } from './codec/output_headers.ts'
import { FitsError } from './error.ts'
import { streamPieces, unpackData, unpackHeader } from './funpack.ts'
import { type Hdu, readHdus } from './hdus.ts'
import { encodeHeader, FITS_BLOCK, paddedLength } from './header/header.ts'
import { type HduPlan, planHdu } from './plan.ts'
import type { Source } from './source.ts'

/**
 * The source catalogue of a reduced image as a FITS file of its own: an empty primary HDU with the
 * image's header (the first EXTNAME SCI, in any case) and the first table CAT.
 * @param source one with a known size
 * @returns null where the file lacks either
 * @throws FitsError for a damaged file; once the stream has begun, through the stream
 */
export async function extractCatalog(source: Source): Promise<ReadableStream<Uint8Array> | null> {
  const parts = await findParts(source)
  return parts && streamPieces(source, catalogPieces(source, parts))
}

/**
 * The length in bytes of what `extractCatalog` returns, from the headers alone; null without a
 * catalogue.
 * @throws FitsError for a damaged file
 */
export async function catalogSize(source: Source): Promise<number | null> {
  const parts = await findParts(source)
  return parts && (parts.primary.blocks + parts.table.header.blocks) * FITS_BLOCK + paddedLength(parts.table.length)
}

/** Case does not matter. fpack puts its own EXTNAME before the image's, so there may be two. */
const hasName = ({ header }: Hdu, wanted: string): boolean =>
  header.all('EXTNAME').some((name) => typeof name === 'string' && name.trim().toUpperCase() === wanted)

interface CatalogParts {
  primary: OutputHeader
  table: HduPlan
}

async function findParts(source: Source): Promise<CatalogParts | null> {
  if (source.size === undefined)
    throw new FitsError('a catalogue cannot be extracted from a stream, which cannot go back')
  let image: Hdu | undefined
  let table: Hdu | undefined
  for await (const hdu of readHdus(source)) {
    if (hasName(hdu, 'SCI')) image ??= hdu
    if (hasName(hdu, 'CAT') && hdu.header.get('XTENSION') === 'BINTABLE') table ??= hdu
    if (image && table) return { primary: buildPrimaryHeader(image.header), table: planHdu(table) }
  }
  return null
}

async function* catalogPieces(source: Source, { primary, table }: CatalogParts): AsyncGenerator<Uint8Array> {
  yield encodeHeader(primary.cards, primary.blocks)
  yield await unpackHeader(source, table)
  yield* unpackData(source, table)
}
