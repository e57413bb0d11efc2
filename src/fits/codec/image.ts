import { FitsError } from '../error.ts'
import type { Hdu } from '../hdus.ts'
import { axes, bytesPerPixel, type Header, integer, product } from '../header/header.ts'
import { MAX_BAND, MAX_PACKED_AXES, MAX_TILE_TABLE } from '../limits.ts'
import { type Column, columnsOf, rowBytes } from './columns.ts'
import { isSmooth, quantisationOf, riceOf } from './image_parameters.ts'
import type { Dither } from './quantize.ts'
import type { RiceWidth } from './rice.ts'

export type Algorithm = 'RICE_1' | 'GZIP_1' | 'GZIP_2' | 'PLIO_1' | 'HCOMPRESS_1' | 'NOCOMPRESS'

/** A number of a tile: of a column, or the same for all tiles. */
export type PerTile = Column | number | undefined

/** An image packed in tiles, as the header of its table tells (FITS 4.0 section 10.1). */
export interface PackedImage {
  bitpix: 8 | 16 | 32 | -32 | -64
  sizes: number[]
  /** Sizes of a tile, along each axis; at the far edges tiles are cut off. */
  tile: number[]
  /** The last axis along which tiles are larger than one pixel: rows of tiles are complete along the axes before it. */
  across: number
  /** Bytes of the image. */
  length: number
  algorithm: Algorithm
  rice: { width: RiceWidth; block: number }
  smooth: boolean
  /** What is added to numbers of PLIO, which cannot be negative. */
  shift: number
  packed: Column | undefined
  gzipped: Column | undefined
  plain: Column | undefined
  /** Of floating-point numbers that were quantised. */
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

/** @throws FitsError when the header does not fit together or asks for something unknown */
export function packedImage({ header, length }: Hdu): PackedImage {
  const name = String(header.get('ZCMPTYPE') ?? '')
  const algorithm = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined
  if (!algorithm) throw new FitsError(name ? `images packed by ${name} are not known` : 'ZCMPTYPE is missing')
  const pixel = bytesPerPixel(header, 'ZBITPIX')
  const bitpix = header.get('ZBITPIX') as PackedImage['bitpix']
  if ((bitpix as number) === 64) throw new FitsError('packed images of 64-bit whole numbers are not known')
  const sizes = axes(header, 'ZNAXIS', MAX_PACKED_AXES)
  const tile = sizes.map((size, i) =>
    Math.min(integer(header, `ZTILE${i + 1}`, 1, Number.MAX_SAFE_INTEGER, i === 0 ? size || 1 : 1), size || 1),
  )
  const across = Math.max(
    0,
    tile.findLastIndex((size) => size > 1),
  )
  const columns = columnsOf(header, 'TFORM')
  const column = (wanted: string) => columns.find((one) => one.name === wanted)
  const packed = column('COMPRESSED_DATA')
  const gzipped = column('GZIP_COMPRESSED_DATA')
  const plain = column('UNCOMPRESSED_DATA')
  for (const one of [packed, gzipped, plain])
    if (one && one.element === undefined) throw new FitsError(`the column ${one.name} holds no arrays`)
  if (!packed) throw new FitsError('the column COMPRESSED_DATA is missing')
  const rows = integer(header, 'NAXIS2', 0, Number.MAX_SAFE_INTEGER)
  const rowLength = integer(header, 'NAXIS1', 0, Number.MAX_SAFE_INTEGER)
  if (rowBytes(columns) !== rowLength) throw new FitsError('the columns are not as wide as the rows')
  const whole = sizes.length ? product(sizes) * pixel : 0
  if (!Number.isSafeInteger(whole)) throw new FitsError('an image declares more bytes than can be counted')
  const tiles = whole ? product(sizes.map((size, i) => Math.ceil(size / tile[i]!))) : 0
  if (tiles !== rows) throw new FitsError(`an image has ${tiles} tiles, its table ${rows} rows`)
  if (rows * rowLength > MAX_TILE_TABLE) throw new FitsError('an image has too many tiles')
  const band = product(sizes.slice(0, across)) * (tile[across] ?? 0) * pixel
  if (band > MAX_BAND) throw new FitsError(`a row of tiles has ${band} bytes, more than ${MAX_BAND}`)
  checkStructure(header, bitpix, plain)
  const heap = integer(header, 'THEAP', rows * rowLength, length, rows * rowLength)
  return {
    bitpix,
    sizes,
    tile,
    across,
    length: whole,
    algorithm,
    rice: algorithm === 'RICE_1' ? riceOf(header) : { width: 4, block: 32 },
    smooth: algorithm === 'HCOMPRESS_1' && isSmooth(header),
    shift: algorithm === 'PLIO_1' && bitpix === 16 && header.get('BZERO') === 32768 ? -32768 : 0,
    packed,
    gzipped,
    plain,
    ...quantisationOf(header, bitpix, column),
    rowLength,
    heap,
  }
}

/** @throws FitsError where the header says what cannot be of an image: nobody can tell what its pixels would be */
function checkStructure(header: Header, bitpix: PackedImage['bitpix'], plain: Column | undefined): void {
  integer(header, 'ZPCOUNT', 0, 0, 0)
  integer(header, 'ZGCOUNT', 1, 1, 1)
  if (plain && plain.element !== LETTERS[bitpix])
    throw new FitsError(`the column ${plain.name} is of letter ${plain.element}, its image has ${bitpix} bits a pixel`)
}

/** The letter of a column that holds pixels as they are. */
const LETTERS: Record<PackedImage['bitpix'], string> = { 8: 'B', 16: 'I', 32: 'J', [-32]: 'E', [-64]: 'D' }
