import { FitsError } from '../error.ts'
import { MAX_PACKED_TILE } from '../limits.ts'
import { readDescriptor } from './columns.ts'
import type { DataReader } from './data_reader.ts'
import { gunzip, readGunzippedLength, unshuffle } from './gzip.ts'
import { decodeHcompress } from './hcompress.ts'
import type { PackedImage, PerTile } from './image.ts'
import { decodePlio } from './plio.ts'
import { decodeRice } from './rice.ts'

/** How a tile is stored: by the image's algorithm, or if that failed gzipped or as it is. */
export type Packing = 'packed' | 'gzipped' | 'plain'

const PACKINGS: readonly Packing[] = ['packed', 'gzipped', 'plain']

/** Where each tile's bytes are in the data unit, and how they are packed. */
export interface TilePlaces {
  /** Indexes into PACKINGS. */
  packings: Uint8Array
  positions: Float64Array
  lengths: Int32Array
  /** The lowest position of this and all later tiles. */
  least: Float64Array
}

/** How a tile is packed. */
export const tilePacking = (places: TilePlaces, tile: number): Packing => PACKINGS[places.packings[tile]!]!

/** What a tile holds: integers, or raw big-endian bytes. */
export type Pixels =
  | { kind: 'numbers'; numbers: Int32Array | Float64Array }
  | { kind: 'bytes'; bytes: Uint8Array; width: number }

/** Reads the table of tiles. @throws FitsError if a row points outside the heap, or nowhere */
export function readTilePlaces(image: PackedImage, rows: DataView, tiles: number, reader: DataReader): TilePlaces {
  const places: TilePlaces = {
    packings: new Uint8Array(tiles),
    positions: new Float64Array(tiles),
    lengths: new Int32Array(tiles),
    least: new Float64Array(tiles),
  }
  let least = Number.POSITIVE_INFINITY
  for (let tile = tiles - 1; tile >= 0; tile--) {
    readPlace(image, rows, tile, reader.length, places)
    least = Math.min(least, places.positions[tile]!)
    places.least[tile] = least
  }
  return places
}

function readPlace(image: PackedImage, rows: DataView, tile: number, end: number, places: TilePlaces): void {
  for (const [i, packing] of PACKINGS.entries()) {
    const column = image[packing]
    if (!column) continue
    const { count, offset } = readDescriptor(rows, tile * image.rowLength + column.start, column.letter)
    if (!count) continue
    const length = count * (WIDTHS[column.element!] ?? Number.POSITIVE_INFINITY)
    const position = image.heap + offset
    if (length > MAX_PACKED_TILE || position + length > end)
      throw new FitsError(`tile ${tile + 1} is not where the table says: the file is damaged or was cut off`)
    places.packings[tile] = i
    places.positions[tile] = position
    places.lengths[tile] = length
    return
  }
  throw new FitsError(`tile ${tile + 1} is missing`)
}

const WIDTHS: Record<string, number> = { B: 1, A: 1, L: 1, I: 2, J: 4, K: 8, E: 4, D: 8 }

/**
 * A number of a tile, from its row or the same for all.
 * @throws FitsError if the column holds no numbers
 */
export function readTileNumber(value: PerTile, rows: DataView, tile: number, rowLength: number): number | undefined {
  if (value === undefined || typeof value === 'number') return value
  const at = tile * rowLength + value.start
  if (value.letter === 'D') return rows.getFloat64(at)
  if (value.letter === 'E') return rows.getFloat32(at)
  if (value.letter === 'J') return rows.getInt32(at)
  if (value.letter === 'I') return rows.getInt16(at)
  if (value.letter === 'K') return Number(rows.getBigInt64(at))
  if (value.letter === 'B') return rows.getUint8(at)
  throw new FitsError(`the column ${value.name} holds no numbers`)
}

/**
 * Unpacks one tile, whose bytes are at `at` in the reader's window.
 * @param sizes its size per axis; `pixels` is their product
 * @param scratch may be filled and returned
 * @throws FitsError for damaged data
 */
export function unpackTile(
  image: PackedImage,
  packing: Packing,
  reader: DataReader,
  at: number,
  length: number,
  sizes: number[],
  pixels: number,
  scratch: Int32Array,
): Pixels {
  const { bytes, view } = reader
  const end = at + length
  const width = Math.abs(image.bitpix) / 8
  if (packing === 'plain') {
    if (length !== pixels * width) throw new FitsError('a tile that was not packed has the wrong size')
    return { kind: 'bytes', bytes: bytes.subarray(at, end), width }
  }
  if (packing === 'gzipped') {
    if (image.bitpix > 0) throw new FitsError('only floating-point numbers can be in GZIP_COMPRESSED_DATA')
    return { kind: 'bytes', bytes: gunzip(bytes, at, end, pixels * width), width }
  }
  switch (image.algorithm) {
    case 'RICE_1':
      decodeRice(view, at, end, image.rice.width, image.rice.block, pixels, scratch)
      return { kind: 'numbers', numbers: scratch }
    case 'PLIO_1':
      decodePlio(view, at, end, pixels, scratch)
      if (image.shift) for (let i = 0; i < pixels; i++) scratch[i] = scratch[i]! + image.shift
      return { kind: 'numbers', numbers: scratch }
    case 'HCOMPRESS_1': {
      const columns = sizes[0]!
      const rows = pixels / columns
      const range = image.bitpix === 8 || image.bitpix === 16 ? 'narrow' : 'wide'
      return { kind: 'numbers', numbers: decodeHcompress(view, at, end, [rows, columns], range, image.smooth) }
    }
    default: {
      const unpacked = image.algorithm === 'NOCOMPRESS'
      const size = unpacked ? length : readGunzippedLength(bytes, at, end)
      const each = size / pixels
      if (![1, 2, 4, 8].includes(each)) throw new FitsError('a tile is damaged: it has the wrong size')
      if (unpacked) return { kind: 'bytes', bytes: bytes.subarray(at, end), width: each }
      const inflated = gunzip(bytes, at, end, size)
      return { kind: 'bytes', bytes: image.algorithm === 'GZIP_2' ? unshuffle(inflated, each) : inflated, width: each }
    }
  }
}
