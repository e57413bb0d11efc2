import { FitsError } from '../error.ts'
import type { Hdu } from '../hdus.ts'
import { readInteger } from '../header/header.ts'
import { MAX_BAND, MAX_TABLE_HEAP } from '../limits.ts'
import { type Column, readColumns, rowBytes } from './columns.ts'

const ALGORITHMS = ['GZIP_1', 'GZIP_2', 'RICE_1', 'NOCOMPRESS'] as const

export interface PackedColumn extends Column {
  algorithm: (typeof ALGORITHMS)[number]
  /** Offset of its packed bytes' descriptor within a row of the packed table, and its letter. */
  from: number
  descriptor: string
}

/** A table packed column by column, a number of rows at a time (FITS 4.0 section 10.3). */
export interface PackedTable {
  columns: PackedColumn[]
  rows: number
  rowLength: number
  /** Rows packed together. */
  tile: number
  /** Bytes of the variable-length arrays after the rows. */
  heap: number
  /** Bytes of the table including its heap. */
  length: number
  /** Of the packed table: bytes of a row, and the offset of its heap. */
  packedRow: number
  packedHeap: number
}

/**
 * How a table is packed, from its header.
 * @throws FitsError if the header is inconsistent or asks for something unknown
 */
export function readPackedTable({ header, length }: Hdu): PackedTable {
  const big = Number.MAX_SAFE_INTEGER
  const rows = readInteger(header, 'ZNAXIS2', 0, big)
  const rowLength = readInteger(header, 'ZNAXIS1', 0, big)
  const heap = readInteger(header, 'ZPCOUNT', 0, big, 0)
  const tile = readInteger(header, 'ZTILELEN', 1, big, rows || 1)
  const tiles = readInteger(header, 'NAXIS2', 0, big)
  const packedRow = readInteger(header, 'NAXIS1', 0, big)
  const packed = readColumns(header, 'TFORM')
  const columns = readColumns(header, 'ZFORM').map((column, i): PackedColumn => {
    const name = header.get(`ZCTYP${column.number}`) ?? 'GZIP_1'
    const algorithm = ALGORITHMS.find((known) => known === name)
    if (!algorithm) throw new FitsError(`columns packed by ${name} are not supported`)
    const { start, letter, element } = packed[i]!
    if (!element) throw new FitsError(`TFORM${column.number} of a packed table is not an array`)
    return { ...column, algorithm, from: start, descriptor: letter }
  })
  if (rowBytes(columns) !== rowLength || rowBytes(packed) !== packedRow)
    throw new FitsError('the columns of a packed table are not as wide as its rows')
  if (Math.ceil(rows / tile) > tiles) throw new FitsError(`a packed table of ${rows} rows has only ${tiles} tiles`)
  const whole = rows * rowLength + heap
  if (!Number.isSafeInteger(whole)) throw new FitsError('a table declares more bytes than can be counted')
  if (Math.min(tile, rows) * rowLength > MAX_BAND) throw new FitsError('a packed table has too many rows together')
  if (heap > MAX_TABLE_HEAP) throw new FitsError(`the arrays of a packed table have ${heap} bytes, too many`)
  const packedHeap = readInteger(header, 'THEAP', tiles * packedRow, length, tiles * packedRow)
  return { columns, rows, rowLength, tile: Math.min(tile, rows || 1), heap, length: whole, packedRow, packedHeap }
}
