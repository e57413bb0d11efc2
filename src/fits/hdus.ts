import { FitsError } from './error.ts'
import { dataLength, FITS_BLOCK, type Header, paddedLength, readHeader, type Tolerate } from './header/header.ts'
import type { Source } from './source.ts'

/** A header and data unit, as it is in the file. */
export interface Hdu {
  /** Counted from 0. */
  index: number
  header: Header
  /** Byte offset of the data unit, and its length without padding. */
  data: number
  length: number
  /** A primary HDU that extensions follow without EXTEND = T; only set when `tolerate` is given. */
  extended?: boolean
}

/**
 * The HDUs of a file in order, reading headers only.
 * @param tolerate gets a warning for each flaw that is let pass: missing padding at the end, or
 * trailing bytes that are no HDU. Without it these throw
 * @throws FitsError
 */
export async function* readHdus(source: Source, tolerate?: Tolerate): AsyncGenerator<Hdu> {
  let offset = 0
  for (let index = 0; source.size === undefined || offset < source.size; index++) {
    const header = await readHeader(source, offset, tolerate)
    if (!header) break
    if (index === 0 && header.get('XTENSION') !== undefined) throw new FitsError('the file begins with an extension')
    const data = offset + header.blocks * FITS_BLOCK
    const length = dataLength(header)
    const end = data + paddedLength(length)
    if (source.size !== undefined && end > source.size) {
      if (!tolerate || (length && data + length > source.size)) throw truncatedFile(source.size, index, end)
      if (length) tolerate(`the data of HDU ${index} are not padded to whole blocks of ${FITS_BLOCK} bytes`)
    }
    const hdu: Hdu = { index, header, data, length }
    if (tolerate && index === 0 && header.get('EXTEND') !== true && header.get('SIMPLE') === true)
      hdu.extended = await extensionBegins(source, end)
    yield hdu
    offset = end
  }
  if (offset === 0) throw new FitsError('this is not a FITS file')
}

const truncatedFile = (size: number, index: number, end: number): FitsError =>
  new FitsError(`the file was cut off: it has ${size} bytes, HDU ${index} alone goes on to byte ${end}`)

async function extensionBegins(source: Source, at: number): Promise<boolean> {
  if (source.size === undefined || at >= source.size) return false
  return new TextDecoder().decode(await source.read(at, 8)) === 'XTENSION'
}

/** Whether an HDU is a binary table. */
export const isBinaryTable = (header: Header): boolean => header.get('XTENSION') === 'BINTABLE'
/** Whether an HDU is a binary table that holds a packed image (FITS 4.0 section 10.1). */
export const isPackedImage = (header: Header): boolean => isBinaryTable(header) && header.get('ZIMAGE') === true
