import { FitsError } from './error.ts'
import { BLOCK, dataLength, type Header, padded, readHeader, type Tolerate } from './header/header.ts'
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

export const isTable = (header: Header): boolean => header.get('XTENSION') === 'BINTABLE'
export const isPackedImage = (header: Header): boolean => isTable(header) && header.get('ZIMAGE') === true
