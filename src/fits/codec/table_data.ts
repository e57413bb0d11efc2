import { FitsError } from '../error.ts'
import type { Hdu } from '../hdus.ts'
import { MAX_PACKED_TILE } from '../limits.ts'
import type { Source } from '../source.ts'
import { elementBytes, elementWidth, readDescriptor } from './columns.ts'
import { DataReader } from './data_reader.ts'
import { gunzip, unshuffle } from './gzip.ts'
import { decodeRice, type RiceWidth } from './rice.ts'
import type { PackedColumn, PackedTable } from './table.ts'

/**
 * The bytes of a packed table: its rows, tile by tile, then its heap.
 * @throws FitsError for damaged data
 */
export async function* unpackTable(reader: DataReader, table: PackedTable): AsyncGenerator<Uint8Array> {
  const heap = new Uint8Array(table.heap)
  for (let first = 0, tile = 0; first < table.rows; first += table.tile, tile++) {
    const count = Math.min(table.tile, table.rows - first)
    const rows = new Uint8Array(count * table.rowLength)
    const packed = await reader.copy(tile * table.packedRow, table.packedRow)
    for (const column of table.columns) {
      if (!column.bytes) continue
      const { position, length } = locateColumn(table, column, packed, reader)
      const found = await reader.load(position, length)
      if (column.element === undefined) {
        const values = unpackValues(column, reader, found, length, count * column.bytes, column.letter)
        scatter(values, column.bytes, rows, table.rowLength, column.start)
      } else {
        const arrays = unpackDescriptors(column, reader, found, length, count)
        scatter(arrays.own, column.bytes, rows, table.rowLength, column.start)
        await unpackArrays(table, column, reader, arrays, count, heap)
      }
    }
    yield rows
  }
  if (heap.length) yield heap
}

/**
 * The maximum array lengths of its columns, by column number from 1, as the header declares them.
 * @throws FitsError for damaged data
 */
export async function readPackedLengths(source: Source, hdu: Hdu, table: PackedTable): Promise<Map<number, number>> {
  const lengths = new Map<number, number>()
  const varying = table.columns.filter((column) => column.element !== undefined && column.bytes)
  if (!varying.length) return lengths
  const reader = new DataReader(source, hdu.data, hdu.length)
  for (let first = 0, tile = 0; first < table.rows; first += table.tile, tile++) {
    const count = Math.min(table.tile, table.rows - first)
    const packed = await reader.copy(tile * table.packedRow, table.packedRow)
    for (const column of varying) {
      const { position, length } = locateColumn(table, column, packed, reader)
      const arrays = unpackDescriptors(column, reader, await reader.load(position, length), length, count)
      let most = lengths.get(column.number) ?? 0
      for (let i = 0; i < count; i++)
        most = Math.max(most, readDescriptor(viewBytes(arrays.own), i * column.bytes, column.letter).count)
      lengths.set(column.number, most)
    }
  }
  return lengths
}

function locateColumn({ packedHeap }: PackedTable, column: PackedColumn, row: Uint8Array, reader: DataReader) {
  const { count, offset } = readDescriptor(viewBytes(row), column.from, column.descriptor)
  const position = packedHeap + offset
  if (count > MAX_PACKED_TILE || position + count > reader.length)
    throw new FitsError(`column ${column.number} is not where the table says: the file is damaged or was cut off`)
  return { position, length: count }
}

/** `length` bytes of big-endian values, from the packed ones at `at` in the reader's window. */
function unpackValues(
  { algorithm, number }: PackedColumn,
  reader: DataReader,
  at: number,
  packed: number,
  length: number,
  letter: string,
): Uint8Array {
  const end = at + packed
  const width = elementWidth(letter)
  if (algorithm === 'NOCOMPRESS') {
    if (packed !== length) throw new FitsError(`column ${number} is damaged: it has the wrong size`)
    return reader.bytes.slice(at, end)
  }
  if (algorithm === 'GZIP_1') return gunzip(reader.bytes, at, end, length)
  if (algorithm === 'GZIP_2') {
    const values = gunzip(reader.bytes, at, end, length)
    // CFITSIO says GZIP_2 for complex numbers too, but does not shuffle them
    return letter === 'C' || letter === 'M' ? values : unshuffle(values, width)
  }
  if (width !== 1 && width !== 2 && width !== 4) throw new FitsError(`column ${number} cannot be packed by RICE_1`)
  return unpackRice(reader, at, end, length, width)
}

function unpackRice(reader: DataReader, at: number, end: number, length: number, width: RiceWidth): Uint8Array {
  const count = length / width
  const numbers = new Int32Array(count)
  decodeRice(reader.view, at, end, width, 32, count, numbers)
  const out = new Uint8Array(length)
  const view = viewBytes(out)
  for (let i = 0; i < count; i++)
    if (width === 4) view.setInt32(4 * i, numbers[i]!)
    else if (width === 2) view.setInt16(2 * i, numbers[i]!)
    else out[i] = numbers[i]!
  return out
}

/** Distributes a column's values over the rows. */
function scatter(values: Uint8Array, bytes: number, rows: Uint8Array, rowLength: number, start: number): void {
  for (let from = 0, to = start; from < values.length; from += bytes, to += rowLength)
    for (let i = 0; i < bytes; i++) rows[to + i] = values[from + i]!
}

/**
 * A column's array descriptors: those of the unpacked table, and those of the packed arrays (always
 * Q).
 */
interface Descriptors {
  own: Uint8Array
  packed: Uint8Array
}

function unpackDescriptors(
  column: PackedColumn,
  reader: DataReader,
  at: number,
  length: number,
  count: number,
): Descriptors {
  const own = count * column.bytes
  const both = gunzip(reader.bytes, at, at + length, own + count * 16)
  return { own: both.subarray(0, own), packed: both.subarray(own) }
}

async function unpackArrays(
  table: PackedTable,
  column: PackedColumn,
  reader: DataReader,
  arrays: Descriptors,
  count: number,
  heap: Uint8Array,
): Promise<void> {
  const letter = column.element!
  for (let i = 0; i < count; i++) {
    const own = readDescriptor(viewBytes(arrays.own), i * column.bytes, column.letter)
    if (!own.count) continue
    const packed = readDescriptor(viewBytes(arrays.packed), i * 16, 'Q')
    const length = elementBytes(letter, own.count)
    const position = table.packedHeap + packed.offset
    if (own.offset + length > heap.length || position + packed.count > reader.length)
      throw new FitsError(`an array of column ${column.number} is not where the table says`)
    const at = await reader.load(position, packed.count)
    // an array that packing did not make smaller is stored as it is
    const values =
      packed.count === length
        ? reader.bytes.subarray(at, at + length)
        : unpackValues(column, reader, at, packed.count, length, letter)
    heap.set(values, own.offset)
  }
}

const viewBytes = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
