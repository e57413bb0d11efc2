import { FitsError } from '../error.ts'
import { type Header, readInteger } from '../header/header.ts'
import type { Column } from './columns.ts'
import type { Dither } from './quantize.ts'
import type { RiceWidth } from './rice.ts'

/**
 * How floating-point numbers were quantised, and whether those kept as bytes are. Keywords alone do
 * not decide: images use ZSCALE and ZZERO for purposes of their own, and integers are never
 * quantised.
 * @throws FitsError
 */
export function readQuantisation(header: Header, bitpix: number, column: (name: string) => Column | undefined) {
  const isLossless = header.get('ZQUANTIZ') === 'NONE'
  const columns = { scale: column('ZSCALE'), zero: column('ZZERO') }
  const quantised = bitpix < 0 && !isLossless && (columns.scale ?? columns.zero) !== undefined
  const keywords = { scale: readNumber(header, 'ZSCALE'), zero: readNumber(header, 'ZZERO') }
  const { scale, zero } = bitpix > 0 || quantised ? columns : isLossless ? NOTHING : keywords
  const dither = bitpix < 0 && scale !== undefined ? readDither(header) : 'none'
  return {
    scale,
    zero,
    quantised,
    blank: column('ZBLANK') ?? readBlank(header, quantised),
    dither,
    firstSeed: dither === 'none' ? 1 : readInteger(header, 'ZDITHER0', LEAST, MOST, 1),
  }
}

/** The range of a 32-bit integer. */
const [LEAST, MOST] = [-(2 ** 31), 2 ** 31 - 1]
const NOTHING = { scale: undefined, zero: undefined }

function readBlank(header: Header, quantised: boolean): number | undefined {
  if (header.get('ZBLANK') === undefined) return readNumber(header, 'BLANK')
  return quantised ? readInteger(header, 'ZBLANK', LEAST, MOST) : readNumber(header, 'ZBLANK')
}

function readNumber(header: Header, name: string): number | undefined {
  const value = header.get(name)
  return typeof value === 'number' ? value : undefined
}

/** NOISEBIT is in old files, and does not affect the coding. */
const PARAMETERS = ['BLOCKSIZE', 'BYTEPIX', 'NOISEBIT', 'SCALE', 'SMOOTH']

/** A parameter of the algorithm: the ZVALn whose ZNAMEn names it, or else that of the usual n. */
function readParameter(header: Header, wanted: string, usual: number): number | undefined {
  const first = header.get('ZNAME1')
  if (first !== undefined && first === header.get('ZNAME2')) throw new FitsError(`${first} is given twice`)
  for (let i = 1; i < 100; i++) if (header.get(`ZNAME${i}`) === wanted) return readNumber(header, `ZVAL${i}`)
  return PARAMETERS.includes(String(header.get(`ZNAME${usual}`))) ? undefined : readNumber(header, `ZVAL${usual}`)
}

/** Whether HCOMPRESS_1's quantisation steps are to be smoothed. @throws FitsError */
export const isSmooth = (header: Header): boolean => (readParameter(header, 'SMOOTH', 2) ?? 0) !== 0

/** Bytes per number and numbers per block of Rice coding. @throws FitsError if unknown */
export function readRiceParameters(header: Header): { width: RiceWidth; block: number } {
  const width = readParameter(header, 'BYTEPIX', 2) ?? 4
  const block = readParameter(header, 'BLOCKSIZE', 1) ?? 32
  if ((width !== 1 && width !== 2 && width !== 4) || !Number.isInteger(block) || block < 1)
    throw new FitsError(`Rice coding with ${width} bytes a pixel and blocks of ${block} is not supported`)
  return { width, block }
}

function readDither(header: Header): Dither {
  const method = header.get('ZQUANTIZ')
  if (method === 'SUBTRACTIVE_DITHER_1') return 'one'
  if (method === 'SUBTRACTIVE_DITHER_2') return 'two'
  if (method === undefined || method === '' || method === 'NO_DITHER' || method === 'NONE') return 'none'
  throw new FitsError(`quantisation by ${method} is not supported`)
}
