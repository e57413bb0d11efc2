import { FitsError } from '../error.ts'
import type { Hdu } from '../hdus.ts'
import { integer } from '../header/header.ts'
import { MAX_BAND, MAX_TABLE_HEAP } from '../limits.ts'
import { type Column, columnsOf, rowBytes } from './columns.ts'

const ALGORITHMS = ['GZIP_1', 'GZIP_2', 'RICE_1', 'NOCOMPRESS'] as const

export interface PackedColumn extends Column {
  algorithm: (typeof ALGORITHMS)[number]
  /** Where the descriptor of its packed bytes is within a row of the packed table, and its letter. */
  from: number
  descriptor: string
}

/** A table packed by columns, so many rows at a time (FITS 4.0 section 10.3). */
export interface PackedTable {
  columns: PackedColumn[]
  rows: number
  rowLength: number
  /** Rows that are packed together. */
  tile: number
  /** Bytes of the arrays of varying length behind the rows. */
  heap: number
  /** Bytes of the table, with its heap. */
  length: number
  /** Of the packed table: its rows' bytes, and where its heap begins. */
  packedRow: number
  packedHeap: number
}

/** @throws FitsError when the header does not fit together or asks for something unknown */
export function packedTable({ header, length }: Hdu): PackedTable {
  const big = Number.MAX_SAFE_INTEGER
  const rows = integer(header, 'ZNAXIS2', 0, big)
  const rowLength = integer(header, 'ZNAXIS1', 0, big)
  const heap = integer(header, 'ZPCOUNT', 0, big, 0)
  const tile = integer(header, 'ZTILELEN', 1, big, rows || 1)
  const tiles = integer(header, 'NAXIS2', 0, big)
  const packedRow = integer(header, 'NAXIS1', 0, big)
  const packed = columnsOf(header, 'TFORM')
  const columns = columnsOf(header, 'ZFORM').map((column, i): PackedColumn => {
    const name = header.get(`ZCTYP${column.number}`) ?? 'GZIP_1'
    const algorithm = ALGORITHMS.find((known) => known === name)
    if (!algorithm) throw new FitsError(`columns packed by ${name} are not known`)
    const { start, letter, element } = packed[i]!
    if (!element) throw new FitsError(`TFORM${column.number} of a packed table is no array`)
    return { ...column, algorithm, from: start, descriptor: letter }
  })
  if (rowBytes(columns) !== rowLength || rowBytes(packed) !== packedRow)
    throw new FitsError('the columns of a packed table are not as wide as its rows')
  if (Math.ceil(rows / tile) > tiles) throw new FitsError(`a packed table of ${rows} rows has only ${tiles} tiles`)
  const whole = rows * rowLength + heap
  if (!Number.isSafeInteger(whole)) throw new FitsError('a table declares more bytes than can be counted')
  if (Math.min(tile, rows) * rowLength > MAX_BAND) throw new FitsError('a packed table has too many rows together')
  if (heap > MAX_TABLE_HEAP) throw new FitsError(`the arrays of a packed table have ${heap} bytes, too many`)
  const packedHeap = integer(header, 'THEAP', tiles * packedRow, length, tiles * packedRow)
  return { columns, rows, rowLength, tile: Math.min(tile, rows || 1), heap, length: whole, packedRow, packedHeap }
}
