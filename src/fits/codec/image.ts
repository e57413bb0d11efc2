import { FitsError } from '../error.ts'
import type { Hdu } from '../hdus.ts'
import { bytesPerPixel, type Header, product, readAxes, readInteger } from '../header/header.ts'
import { MAX_BAND, MAX_PACKED_AXES, MAX_TILE_TABLE } from '../limits.ts'
import { type Column, readColumns, rowBytes } from './columns.ts'
import { isSmooth, readQuantisation, readRiceParameters } from './image_parameters.ts'
import type { Dither } from './quantize.ts'
import type { RiceWidth } from './rice.ts'

export type Algorithm = 'RICE_1' | 'GZIP_1' | 'GZIP_2' | 'PLIO_1' | 'HCOMPRESS_1' | 'NOCOMPRESS'

/** A number of a tile: from a column, or the same for all tiles. */
export type PerTile = Column | number | undefined

/** An image packed in tiles, as the header of its table describes it (FITS 4.0 section 10.1). */
export interface PackedImage {
  bitpix: 8 | 16 | 32 | -32 | -64
  sizes: number[]
  /** The size of a tile per axis; tiles at the far edges are cut off. */
  tile: number[]
  /**
   * The last axis on which tiles are longer than one pixel: rows of tiles span the axes before it.
   */
  across: number
  /** Bytes of the image. */
  length: number
  algorithm: Algorithm
  rice: { width: RiceWidth; block: number }
  smooth: boolean
  /** Added to PLIO's numbers, which cannot be negative. */
  shift: number
  packed: Column | undefined
  gzipped: Column | undefined
  plain: Column | undefined
  /** How floating-point numbers were quantised. */
  scale: PerTile
  zero: PerTile
  blank: PerTile
  dither: Dither
  /** Whether floating-point numbers kept as bytes are quantised ones. */
  quantised: boolean
  firstSeed: number
  rowLength: number
  heap: number
}

const NAMES: Record<string, Algorithm> = {
  RICE_1: 'RICE_1',
  RICE_ONE: 'RICE_1',
  GZIP_1: 'GZIP_1',
  GZIP_2: 'GZIP_2',
  PLIO_1: 'PLIO_1',
  HCOMPRESS_1: 'HCOMPRESS_1',
  NOCOMPRESS: 'NOCOMPRESS',
}

/**
 * How an image is packed, from the header of its table.
 * @throws FitsError if the header is inconsistent or asks for something unknown
 */
export function readPackedImage({ header, length }: Hdu): PackedImage {
  const name = String(header.get('ZCMPTYPE') ?? '')
  const algorithm = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined
  if (!algorithm) throw new FitsError(name ? `images packed by ${name} are not supported` : 'ZCMPTYPE is missing')
  const pixel = bytesPerPixel(header, 'ZBITPIX')
  const bitpix = header.get('ZBITPIX') as PackedImage['bitpix']
  if ((bitpix as number) === 64) throw new FitsError('packed images of 64-bit integers are not supported')
  const sizes = readAxes(header, 'ZNAXIS', MAX_PACKED_AXES)
  const tile = sizes.map((size, i) =>
    Math.min(readInteger(header, `ZTILE${i + 1}`, 1, Number.MAX_SAFE_INTEGER, i === 0 ? size || 1 : 1), size || 1),
  )
  const across = Math.max(
    0,
    tile.findLastIndex((size) => size > 1),
  )
  const columns = readColumns(header, 'TFORM')
  const column = (wanted: string) => columns.find((one) => one.name === wanted)
  const packed = column('COMPRESSED_DATA')
  const gzipped = column('GZIP_COMPRESSED_DATA')
  const plain = column('UNCOMPRESSED_DATA')
  for (const one of [packed, gzipped, plain])
    if (one && one.element === undefined) throw new FitsError(`the column ${one.name} holds no arrays`)
  if (!packed) throw new FitsError('the column COMPRESSED_DATA is missing')
  const rows = readInteger(header, 'NAXIS2', 0, Number.MAX_SAFE_INTEGER)
  const rowLength = readInteger(header, 'NAXIS1', 0, Number.MAX_SAFE_INTEGER)
  if (rowBytes(columns) !== rowLength) throw new FitsError('the columns are not as wide as the rows')
  const whole = sizes.length ? product(sizes) * pixel : 0
  if (!Number.isSafeInteger(whole)) throw new FitsError('an image declares more bytes than can be counted')
  const tiles = whole ? product(sizes.map((size, i) => Math.ceil(size / tile[i]!))) : 0
  if (tiles !== rows) throw new FitsError(`an image has ${tiles} tiles, its table ${rows} rows`)
  if (rows * rowLength > MAX_TILE_TABLE) throw new FitsError('an image has too many tiles')
  const band = product(sizes.slice(0, across)) * (tile[across] ?? 0) * pixel
  if (band > MAX_BAND) throw new FitsError(`a row of tiles has ${band} bytes, more than ${MAX_BAND}`)
  checkStructure(header, bitpix, plain)
  const heap = readInteger(header, 'THEAP', rows * rowLength, length, rows * rowLength)
  return {
    bitpix,
    sizes,
    tile,
    across,
    length: whole,
    algorithm,
    rice: algorithm === 'RICE_1' ? readRiceParameters(header) : { width: 4, block: 32 },
    smooth: algorithm === 'HCOMPRESS_1' && isSmooth(header),
    shift: algorithm === 'PLIO_1' && bitpix === 16 && header.get('BZERO') === 32768 ? -32768 : 0,
    packed,
    gzipped,
    plain,
    ...readQuantisation(header, bitpix, column),
    rowLength,
    heap,
  }
}

/** @throws FitsError for values that no image can have: its pixels would be anyone's guess */
function checkStructure(header: Header, bitpix: PackedImage['bitpix'], plain: Column | undefined): void {
  readInteger(header, 'ZPCOUNT', 0, 0, 0)
  readInteger(header, 'ZGCOUNT', 1, 1, 1)
  if (plain && plain.element !== LETTERS[bitpix])
    throw new FitsError(`the column ${plain.name} is of type ${plain.element}, its image has ${bitpix} bits a pixel`)
}

/** The column letter of unpacked pixels, by BITPIX. */
const LETTERS: Record<PackedImage['bitpix'], string> = { 8: 'B', 16: 'I', 32: 'J', [-32]: 'E', [-64]: 'D' }
