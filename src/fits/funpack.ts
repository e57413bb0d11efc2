import { streamFrom } from '../bytes.ts'
import { describeStaleSum, readDataSum } from './checksum.ts'
import { unpackImage } from './codec/bands.ts'
import { readColumns, readDescriptor } from './codec/columns.ts'
import { DataReader } from './codec/data_reader.ts'
import { declareLengths } from './codec/output_headers.ts'
import { readPackedLengths, unpackTable } from './codec/table_data.ts'
import type { Hdu } from './hdus.ts'
import { encodeHeader, paddedLength, readInteger } from './header/header.ts'
import { type HduPlan, planUnpacking } from './plan.ts'
import type { Source } from './source.ts'

const PIECE = 256 * 1024

/**
 * Unpacks a FITS file, byte for byte as CFITSIO's `funpack -C -S` does, at the pace the result is
 * read, holding one row of tiles at a time. If the source has a known size, faults in its headers
 * surface before the first byte.
 * @param warn gets a message for data that do not match their DATASUM; they are unpacked all the
 * same
 * @throws FitsError through the stream: not FITS, unknown packing, damaged or truncated
 */
export function funpack(source: Source, warn?: (text: string) => void): ReadableStream<Uint8Array> {
  return streamPieces(source, unpackFile(source, warn))
}

/** A stream of what a generator yields, pulled on demand; closes the source at the end. */
export function streamPieces(source: Source, pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  const close = async () => {
    await source.cancel?.()
  }
  async function* thenClose(): AsyncGenerator<Uint8Array, void, undefined> {
    let isWhole = false
    try {
      yield* pieces
      isWhole = true
    } finally {
      await close().catch((error) => {
        // a failure of the pieces says more than one of closing after it
        if (isWhole) throw error
      })
    }
  }
  // the generator may be waiting for a source that stalled: closing the source ends it
  return streamFrom(thenClose(), () => close().catch(() => undefined))
}

async function* unpackFile(source: Source, warn?: (text: string) => void): AsyncGenerator<Uint8Array> {
  // a source without a size cannot be scanned before it is unpacked
  const outputs = source.size === undefined ? planUnpacking(source) : await collect(planUnpacking(source))
  for await (const output of outputs) {
    yield await unpackHeader(source, output)
    yield* unpackData(source, output, warn)
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/**
 * The header bytes of an unpacked HDU. Columns of arrays declare their true maximum lengths, as
 * CFITSIO writes them.
 * @throws FitsError for damaged data
 */
export async function unpackHeader(source: Source, output: HduPlan): Promise<Uint8Array> {
  const lengths =
    output.kind === 'table'
      ? await readPackedLengths(source, output.hdu, output.table)
      : output.kind === 'same' && output.hdu.header.get('XTENSION') === 'BINTABLE'
        ? await readArrayLengths(source, output.hdu)
        : new Map<number, number>()
  const { cards, blocks } = declareLengths(output.header, lengths)
  return encodeHeader(cards, blocks)
}

/**
 * The data bytes of an unpacked HDU, padded to whole blocks: with zeros, in ASCII tables with
 * blanks.
 * @throws FitsError for damaged data
 */
export async function* unpackData(
  source: Source,
  output: HduPlan,
  warn?: (text: string) => void,
): AsyncGenerator<Uint8Array> {
  const { hdu, length } = output
  const reader = new DataReader(source, hdu.data, hdu.length, warn && readDataSum(hdu.header))
  if (output.kind === 'image') yield* unpackImage(reader, output.image)
  else if (output.kind === 'table') yield* unpackTable(reader, output.table)
  else yield* copyData(reader)
  if (!(await reader.finish())) warn?.(describeStaleSum(hdu, 'DATASUM'))
  const padding = paddedLength(length) - length
  if (padding)
    yield new Uint8Array(padding).fill(hdu.header.get('XTENSION') === 'TABLE' && output.kind === 'same' ? 32 : 0)
}

async function* copyData(reader: DataReader): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < reader.length; at += PIECE) {
    reader.release(at)
    yield await reader.copy(at, Math.min(PIECE, reader.length - at))
  }
}

async function readArrayLengths(source: Source, hdu: Hdu): Promise<Map<number, number>> {
  const lengths = new Map<number, number>()
  const varying = readColumns(hdu.header, 'TFORM').filter(({ element, bytes }) => element !== undefined && bytes)
  if (!varying.length) return lengths
  const rowLength = readInteger(hdu.header, 'NAXIS1', 0, Number.MAX_SAFE_INTEGER)
  const rows = readInteger(hdu.header, 'NAXIS2', 0, Number.MAX_SAFE_INTEGER)
  const reader = new DataReader(source, hdu.data, hdu.length)
  for (let row = 0; row < rows; row++) {
    const at = reader.find(row * rowLength, rowLength)
    const found = at < 0 ? await reader.load(row * rowLength, rowLength) : at
    for (const column of varying) {
      const { count } = readDescriptor(reader.view, found + column.start, column.letter)
      lengths.set(column.number, Math.max(count, lengths.get(column.number) ?? 0))
    }
  }
  return lengths
}
