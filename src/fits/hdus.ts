import { type PackedImage, packedImage } from './codec/image.ts'
import { type PackedTable, packedTable } from './codec/table.ts'
import { imageHeader, sameHeader, tableHeader, type Written } from './codec/translate.ts'
import { FitsError } from './error.ts'
import { axes, BLOCK, dataLength, type Header, padded, readHeader, type Tolerate } from './header/header.ts'
import { BOMB_RATIO, BOMB_SIZE } from './limits.ts'
import type { Source } from './source.ts'

/** A header and data unit of a file as it is. */
export interface Hdu {
  /** From 0. */
  index: number
  header: Header
  /** Where its data unit begins, and its bytes without padding. */
  data: number
  length: number
  /** A primary HDU that an extension follows without EXTEND = T; looked for only where a file is read with `tolerate`. */
  extended?: boolean
}

/** A header and data unit of the unpacked file. */
export type Unpacked = { hdu: Hdu; written: Written; length: number } & (
  | { kind: 'image'; image: PackedImage }
  | { kind: 'table'; table: PackedTable }
  | { kind: 'same' }
)

/**
 * The HDUs in order, from their headers alone. With `tolerate` a file passes that is whole but for its last fill, or that
 * has something else behind its last HDU; it is told.
 * @throws FitsError
 */
export async function* hdusOf(source: Source, tolerate?: Tolerate): AsyncGenerator<Hdu> {
  let offset = 0
  for (let index = 0; source.size === undefined || offset < source.size; index++) {
    const header = await readHeader(source, offset, tolerate)
    if (!header) break
    if (index === 0 && header.get('XTENSION') !== undefined) throw new FitsError('the file begins with an extension')
    const data = offset + header.blocks * BLOCK
    const length = dataLength(header)
    const end = data + padded(length)
    if (source.size !== undefined && end > source.size) {
      if (!tolerate || (length && data + length > source.size)) throw cutOff(source.size, index, end)
      if (length) tolerate(`the data of HDU ${index} are not filled up to whole blocks of ${BLOCK} bytes`)
    }
    const hdu: Hdu = { index, header, data, length }
    if (tolerate && index === 0 && header.get('EXTEND') !== true && header.get('SIMPLE') === true)
      hdu.extended = await beginsExtension(source, end)
    yield hdu
    offset = end
  }
  if (offset === 0) throw new FitsError('this is no FITS file')
}

const cutOff = (size: number, index: number, end: number): FitsError =>
  new FitsError(`the file was cut off: it has ${size} bytes, HDU ${index} alone goes on to byte ${end}`)

async function beginsExtension(source: Source, at: number): Promise<boolean> {
  if (source.size === undefined || at >= source.size) return false
  return new TextDecoder().decode(await source.read(at, 8)) === 'XTENSION'
}

/** What the file unpacks to, HDU by HDU, from the headers alone. @throws FitsError where it cannot be unpacked */
export async function* unpackedOf(source: Source): AsyncGenerator<Unpacked> {
  let empty: Hdu | undefined
  for await (const hdu of hdusOf(source)) {
    // an image that was the primary one takes the place of an empty primary HDU
    const replaces = empty !== undefined && isPackedImage(hdu.header) && hdu.header.get('ZSIMPLE') !== undefined
    const next = unpackedHdu(hdu, replaces ? empty : undefined)
    if (empty && !replaces) yield unpackedHdu(empty)
    empty = hdu.index === 0 && axes(hdu.header, 'NAXIS').length === 0 ? hdu : undefined
    if (!empty) yield next
  }
  if (empty) yield unpackedHdu(empty)
}

/** What one HDU unpacks to; with the empty primary HDU whose place it takes, if so. @throws FitsError */
export function unpackedHdu(hdu: Hdu, empty?: Hdu): Unpacked {
  const { header } = hdu
  const unpacked = ((): Unpacked => {
    if (isPackedImage(header)) {
      const image = packedImage(hdu)
      const written = imageHeader(header, empty ? 'primary' : 'extension', empty?.header)
      return { kind: 'image', hdu, image, written, length: image.length }
    }
    if (isTable(header) && header.get('ZTABLE') === true) {
      const table = packedTable(hdu)
      return { kind: 'table', hdu, table, written: tableHeader(header), length: table.length }
    }
    return { kind: 'same', hdu, written: sameHeader(header), length: hdu.length }
  })()
  if (unpacked.length > Math.max(BOMB_SIZE, hdu.length * BOMB_RATIO))
    throw new FitsError(`HDU ${hdu.index} claims to unpack ${hdu.length} bytes to ${unpacked.length}`)
  return unpacked
}

const isTable = (header: Header): boolean => header.get('XTENSION') === 'BINTABLE'
export const isPackedImage = (header: Header): boolean => isTable(header) && header.get('ZIMAGE') === true
