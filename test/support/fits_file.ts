import { Buffer } from 'node:buffer'

const BLOCK = 2880

/** A FITS header of cards, which are filled up to 80 characters. */
export function headerOf(cards: readonly string[]): Uint8Array<ArrayBuffer> {
  const text = [...cards, 'END'].map((card) => card.padEnd(80)).join('')
  return new TextEncoder().encode(text.padEnd(Math.ceil(text.length / BLOCK) * BLOCK))
}

/** The headers that a frame must have, and others, as cards of a FITS file without data. */
export function cardsOf(values: Record<string, string | number | boolean | null> = {}): string[] {
  const all = {
    PROPID: 'LCO2015-1',
    'DATE-OBS': '2015-12-21T15:48:03.963',
    'DAY-OBS': '20151221',
    INSTRUME: 'kb70',
    SITEID: 'cpt',
    TELID: '1m0a',
    OBSTYPE: 'EXPOSE',
    BLKUID: 74180136,
    ...values,
  }
  const said = Object.entries(all).map(([key, value]) => cardOf(key, value))
  return ['SIMPLE  =                    T', 'BITPIX  =                    8', 'NAXIS   =                    0', ...said]
}

const cardOf = (key: string, value: string | number | boolean | null): string => `${key.padEnd(8)}= ${cardValue(value)}`

function cardValue(value: string | number | boolean | null): string {
  if (value === null) return ''
  if (typeof value === 'string') return `'${value.replaceAll("'", "''").padEnd(8)}'`
  return (typeof value === 'number' ? String(value) : value ? 'T' : 'F').padStart(20)
}

/** A FITS file of one header, with what is required of a frame; `values` changes keywords. */
export const fitsOf = (values?: Parameters<typeof cardsOf>[0]): Uint8Array<ArrayBuffer> => headerOf(cardsOf(values))

/** The same, of a frame of its own. */
export const nightFile = (values: Record<string, string | number> = {}): Uint8Array<ArrayBuffer> =>
  fitsOf({
    PROPID: 'alpha',
    'DATE-OBS': '2016-01-02T03:04:05.678',
    'DAY-OBS': '20160102',
    BLKUID: 1,
    RLEVEL: 0,
    EXPTIME: 30.5,
    FILTER: 'rp',
    OBJECT: 'M 31',
    ...values,
  })

/** What the reference's required headers need, of a frame of no particular interest. */
export const HEADERS: Record<string, string | number> = {
  OBSTYPE: 'EXPOSE',
  PROPID: 'shire',
  'DATE-OBS': '2024-02-03T04:05:06.789',
  'DAY-OBS': '20240203',
  INSTRUME: 'fa99',
  SITEID: 'cpt',
  TELID: '1m0a',
  BLKUID: '7',
  RLEVEL: 0,
}

/** A FITS file of one image with these headers; its pixels are all `seed`, so that seeds make contents differ. */
export function fitsFile(headers: Record<string, string | number> = {}, { seed = 1, rows = 1 } = {}): Buffer {
  const form = { SIMPLE: true, BITPIX: 32, NAXIS: 2, NAXIS1: 8, NAXIS2: rows }
  const cards = Object.entries({ ...form, ...HEADERS, ...headers }).map(([key, value]) => cardOf(key, value))
  const pixels = Buffer.alloc(Math.ceil((8 * 4 * rows) / BLOCK) * BLOCK)
  for (let at = 0; at < 8 * 4 * rows; at += 4) pixels.writeInt32BE(seed, at)
  return Buffer.concat([headerOf(cards), pixels])
}
