import { type PackedImage, readPackedImage } from './codec/image.ts'
import { buildImageHeader, buildTableHeader, cleanHeader, type OutputHeader } from './codec/output_headers.ts'
import { type PackedTable, readPackedTable } from './codec/table.ts'
import { FitsError } from './error.ts'
import { type Hdu, isBinaryTable, isPackedImage, readHdus } from './hdus.ts'
import { readAxes } from './header/header.ts'
import { BOMB_RATIO, BOMB_SIZE } from './limits.ts'
import type { Source } from './source.ts'

/**
 * One HDU of the unpacked file: where it comes from, its new header, and its data length in bytes.
 */
export type HduPlan = { hdu: Hdu; header: OutputHeader; length: number } & (
  | { kind: 'image'; image: PackedImage }
  | { kind: 'table'; table: PackedTable }
  | { kind: 'same' }
)

/**
 * What a file unpacks to, HDU by HDU, from its headers alone.
 * @throws FitsError if it cannot be unpacked
 */
export async function* planUnpacking(source: Source): AsyncGenerator<HduPlan> {
  let empty: Hdu | undefined
  for await (const hdu of readHdus(source)) {
    // a packed primary image moves back into the empty primary HDU that fpack put before it
    const replaces = empty !== undefined && isPackedImage(hdu.header) && hdu.header.get('ZSIMPLE') !== undefined
    const next = planHdu(hdu, replaces ? empty : undefined)
    if (empty && !replaces) yield planHdu(empty)
    empty = hdu.index === 0 && readAxes(hdu.header, 'NAXIS').length === 0 ? hdu : undefined
    if (!empty) yield next
  }
  if (empty) yield planHdu(empty)
}

/**
 * What one HDU unpacks to. `empty` is the empty primary HDU whose place it takes, if any.
 * @throws FitsError
 */
export function planHdu(hdu: Hdu, empty?: Hdu): HduPlan {
  const { header } = hdu
  const unpacked = ((): HduPlan => {
    if (isPackedImage(header)) {
      const image = readPackedImage(hdu)
      const output = buildImageHeader(header, empty ? 'primary' : 'extension', empty?.header)
      return { kind: 'image', hdu, image, header: output, length: image.length }
    }
    if (isBinaryTable(header) && header.get('ZTABLE') === true) {
      const table = readPackedTable(hdu)
      return { kind: 'table', hdu, table, header: buildTableHeader(header), length: table.length }
    }
    return { kind: 'same', hdu, header: cleanHeader(header), length: hdu.length }
  })()
  if (unpacked.length > Math.max(BOMB_SIZE, hdu.length * BOMB_RATIO))
    throw new FitsError(`HDU ${hdu.index} claims to unpack ${hdu.length} bytes to ${unpacked.length}`)
  return unpacked
}
