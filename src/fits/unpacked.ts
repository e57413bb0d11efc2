import { type PackedImage, packedImage } from './codec/image.ts'
import { type PackedTable, packedTable } from './codec/table.ts'
import { imageHeader, sameHeader, tableHeader, type Written } from './codec/translate.ts'
import { FitsError } from './error.ts'
import { type Hdu, hdusOf, isPackedImage, isTable } from './hdus.ts'
import { axes } from './header/header.ts'
import { BOMB_RATIO, BOMB_SIZE } from './limits.ts'
import type { Source } from './source.ts'

/** A header and data unit of the unpacked file. */
export type Unpacked = { hdu: Hdu; written: Written; length: number } & (
  | { kind: 'image'; image: PackedImage }
  | { kind: 'table'; table: PackedTable }
  | { kind: 'same' }
)

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
