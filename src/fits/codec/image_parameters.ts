import { FitsError } from '../error.ts'
import { type Header, integer } from '../header/header.ts'
import type { Column } from './columns.ts'
import type { Dither } from './quantize.ts'
import type { RiceWidth } from './rice.ts'

/**
 * How floating-point numbers were quantised, and whether those that are kept as bytes are: not by keywords alone, which an
 * image may have for purposes of its own. Whole numbers are not, whatever such keywords say.
 */
export function quantisationOf(header: Header, bitpix: number, column: (name: string) => Column | undefined) {
  const isLossless = header.get('ZQUANTIZ') === 'NONE'
  const columns = { scale: column('ZSCALE'), zero: column('ZZERO') }
  const quantised = bitpix < 0 && !isLossless && (columns.scale ?? columns.zero) !== undefined
  const keywords = { scale: numeric(header, 'ZSCALE'), zero: numeric(header, 'ZZERO') }
  const { scale, zero } = bitpix > 0 || quantised ? columns : isLossless ? NOTHING : keywords
  const dither = bitpix < 0 && scale !== undefined ? ditherOf(header) : 'none'
  return {
    scale,
    zero,
    quantised,
    blank: column('ZBLANK') ?? blankOf(header, quantised),
    dither,
    firstSeed: dither === 'none' ? 1 : integer(header, 'ZDITHER0', LEAST, MOST, 1),
  }
}

/** What a whole number of 32 bits can be. */
const [LEAST, MOST] = [-(2 ** 31), 2 ** 31 - 1]
const NOTHING = { scale: undefined, zero: undefined }

function blankOf(header: Header, quantised: boolean): number | undefined {
  if (header.get('ZBLANK') === undefined) return numeric(header, 'BLANK')
  return quantised ? integer(header, 'ZBLANK', LEAST, MOST) : numeric(header, 'ZBLANK')
}

function numeric(header: Header, name: string): number | undefined {
  const value = header.get(name)
  return typeof value === 'number' ? value : undefined
}

/** NOISEBIT is of old files, and says nothing of the coding. */
const PARAMETERS = ['BLOCKSIZE', 'BYTEPIX', 'NOISEBIT', 'SCALE', 'SMOOTH']

/** A parameter of the algorithm: ZVALn of the ZNAMEn that names it, or of the usual n where that names nothing else. */
function parameter(header: Header, wanted: string, usual: number): number | undefined {
  const first = header.get('ZNAME1')
  if (first !== undefined && first === header.get('ZNAME2')) throw new FitsError(`${first} is given twice`)
  for (let i = 1; i < 100; i++) if (header.get(`ZNAME${i}`) === wanted) return numeric(header, `ZVAL${i}`)
  return PARAMETERS.includes(String(header.get(`ZNAME${usual}`))) ? undefined : numeric(header, `ZVAL${usual}`)
}

/** Whether what HCOMPRESS_1 quantised is to be smoothed. @throws FitsError */
export const isSmooth = (header: Header): boolean => (parameter(header, 'SMOOTH', 2) ?? 0) !== 0

/** @throws FitsError when the coding is none that is known */
export function riceOf(header: Header): { width: RiceWidth; block: number } {
  const width = parameter(header, 'BYTEPIX', 2) ?? 4
  const block = parameter(header, 'BLOCKSIZE', 1) ?? 32
  if ((width !== 1 && width !== 2 && width !== 4) || !Number.isInteger(block) || block < 1)
    throw new FitsError(`Rice coding with ${width} bytes a pixel and blocks of ${block} is not known`)
  return { width, block }
}

function ditherOf(header: Header): Dither {
  const method = header.get('ZQUANTIZ')
  if (method === 'SUBTRACTIVE_DITHER_1') return 'one'
  if (method === 'SUBTRACTIVE_DITHER_2') return 'two'
  if (method === undefined || method === '' || method === 'NO_DITHER' || method === 'NONE') return 'none'
  throw new FitsError(`quantisation by ${method} is not known`)
}
