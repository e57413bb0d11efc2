import { declaredSum, staleWords } from './checksum.ts'
import { imageData } from './codec/bands.ts'
import { columnsOf, descriptor } from './codec/columns.ts'
import { DataReader } from './codec/data_reader.ts'
import { packedLengths, tableData } from './codec/table_data.ts'
import { withLengths } from './codec/translate.ts'
import { type Hdu, type Unpacked, unpackedOf } from './hdus.ts'
import { headerBytes, integer, padded } from './header/header.ts'
import type { Source } from './source.ts'

const PIECE = 256 * 1024

/**
 * Unpacks a FITS file: byte for byte what CFITSIO's `funpack -C -S` writes. Reads as fast as it is read from, holding one
 * row of tiles at a time. What can be known from the headers is known before the first byte where the source has a size;
 * damage in the data, or in the later headers of a stream, is an error of the stream.
 * @param warn is told of data that do not have the sum that their DATASUM declares; they are unpacked all the same
 * @throws FitsError by the stream: no FITS file, unknown packing, damaged or cut off
 */
export function funpack(source: Source, warn?: (text: string) => void): ReadableStream<Uint8Array> {
  return streamOf(source, unpackedFile(source, warn))
}

/** The pieces of a generator as a stream, which asks for the next one when it is read. */
export function streamOf(source: Source, pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  const close = async () => {
    await source.cancel?.()
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await pieces.next()
          if (!done) return controller.enqueue(value)
          await close()
          controller.close()
        } catch (error) {
          await close().catch(() => undefined)
          throw error
        }
      },
      async cancel() {
        // the generator may be waiting for a source that has fallen silent: closed, it ends
        await close().catch(() => undefined)
        await pieces.return(undefined)
        await close()
      },
    },
    { highWaterMark: 0 },
  )
}

async function* unpackedFile(source: Source, warn?: (text: string) => void): AsyncGenerator<Uint8Array> {
  // a stream cannot be looked through before it is unpacked
  const outputs = source.size === undefined ? unpackedOf(source) : await allOf(unpackedOf(source))
  for await (const output of outputs) {
    yield await headerOf(source, output)
    yield* dataOf(source, output, warn)
  }
}

async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** The header of an unpacked HDU, with the true lengths of its columns of arrays, as CFITSIO declares them. */
export async function headerOf(source: Source, output: Unpacked): Promise<Uint8Array> {
  const lengths =
    output.kind === 'table'
      ? await packedLengths(source, output.hdu, output.table)
      : output.kind === 'same' && output.hdu.header.get('XTENSION') === 'BINTABLE'
        ? await varyingLengths(source, output.hdu)
        : new Map<number, number>()
  const { cards, blocks } = withLengths(output.written, lengths)
  return headerBytes(cards, blocks)
}

/** The data of an unpacked HDU, with its padding: zeros, in text tables blanks. */
export async function* dataOf(
  source: Source,
  output: Unpacked,
  warn?: (text: string) => void,
): AsyncGenerator<Uint8Array> {
  const { hdu, length } = output
  const reader = new DataReader(source, hdu.data, hdu.length, warn && declaredSum(hdu.header))
  if (output.kind === 'image') yield* imageData(reader, output.image)
  else if (output.kind === 'table') yield* tableData(reader, output.table)
  else yield* sameData(reader)
  if (!(await reader.finish())) warn?.(staleWords(hdu, 'DATASUM'))
  const padding = padded(length) - length
  if (padding)
    yield new Uint8Array(padding).fill(hdu.header.get('XTENSION') === 'TABLE' && output.kind === 'same' ? 32 : 0)
}

async function* sameData(reader: DataReader): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < reader.length; at += PIECE) {
    reader.release(at)
    yield await reader.copy(at, Math.min(PIECE, reader.length - at))
  }
}

async function varyingLengths(source: Source, hdu: Hdu): Promise<Map<number, number>> {
  const lengths = new Map<number, number>()
  const varying = columnsOf(hdu.header, 'TFORM').filter(({ element, bytes }) => element !== undefined && bytes)
  if (!varying.length) return lengths
  const rowLength = integer(hdu.header, 'NAXIS1', 0, Number.MAX_SAFE_INTEGER)
  const rows = integer(hdu.header, 'NAXIS2', 0, Number.MAX_SAFE_INTEGER)
  const reader = new DataReader(source, hdu.data, hdu.length)
  for (let row = 0; row < rows; row++) {
    const at = reader.find(row * rowLength, rowLength)
    const found = at < 0 ? await reader.load(row * rowLength, rowLength) : at
    for (const column of varying) {
      const { count } = descriptor(reader.view, found + column.start, column.letter)
      lengths.set(column.number, Math.max(count, lengths.get(column.number) ?? 0))
    }
  }
  return lengths
}
