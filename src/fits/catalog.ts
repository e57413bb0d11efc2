import { primaryHeader, type Written } from './codec/translate.ts'
import { FitsError } from './error.ts'
import { dataOf, headerOf, streamOf } from './funpack.ts'
import { type Hdu, hdusOf, type Unpacked, unpackedHdu } from './hdus.ts'
import { BLOCK, headerBytes, padded } from './header/header.ts'
import type { Source } from './source.ts'

/**
 * The catalogue of a reduced image as a FITS file of its own: an empty primary HDU with the header of the image (EXTNAME
 * SCI, in any case), and its table of sources (EXTNAME CAT); the first of each. Null without the one or the other. The source must have a size.
 * @throws FitsError when the file is damaged; afterwards by the stream
 */
export async function catalog(source: Source): Promise<ReadableStream<Uint8Array> | null> {
  const parts = await partsOf(source)
  return parts && streamOf(source, pieces(source, parts))
}

/** Bytes that `catalog` gives, from the headers alone; null where it gives none. @throws FitsError as there */
export async function catalogSize(source: Source): Promise<number | null> {
  const parts = await partsOf(source)
  return parts && (parts.primary.blocks + parts.table.written.blocks) * BLOCK + padded(parts.table.length)
}

/** Whether an HDU has a name, in any case. What was packed may have two: fpack writes its own before that of the image. */
const isNamed = ({ header }: Hdu, wanted: string): boolean =>
  header.all('EXTNAME').some((name) => typeof name === 'string' && name.trim().toUpperCase() === wanted)

interface Parts {
  primary: Written
  table: Unpacked
}

async function partsOf(source: Source): Promise<Parts | null> {
  if (source.size === undefined) throw new FitsError('a catalogue is not taken out of a stream, which cannot go back')
  let image: Hdu | undefined
  let table: Hdu | undefined
  for await (const hdu of hdusOf(source)) {
    if (isNamed(hdu, 'SCI')) image ??= hdu
    if (isNamed(hdu, 'CAT') && hdu.header.get('XTENSION') === 'BINTABLE') table ??= hdu
    if (image && table) return { primary: primaryHeader(image.header), table: unpackedHdu(table) }
  }
  return null
}

async function* pieces(source: Source, { primary, table }: Parts): AsyncGenerator<Uint8Array> {
  yield headerBytes(primary.cards, primary.blocks)
  yield await headerOf(source, table)
  yield* dataOf(source, table)
}
