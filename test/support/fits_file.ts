import { Buffer } from 'node:buffer'

const BLOCK = 2880

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
  const card = (name: string, value: string) => `${name.padEnd(8)}= ${value}`.padEnd(80)
  const cards = [
    card('SIMPLE', 'T'.padStart(20)),
    card('BITPIX', '32'.padStart(20)),
    card('NAXIS', '2'.padStart(20)),
    card('NAXIS1', '8'.padStart(20)),
    card('NAXIS2', String(rows).padStart(20)),
    ...Object.entries({ ...HEADERS, ...headers }).map(([name, value]) =>
      card(name, typeof value === 'number' ? String(value).padStart(20) : `'${value.padEnd(8)}'`),
    ),
    'END',
  ]
  const pixels = Buffer.alloc(8 * 4 * rows)
  for (let at = 0; at < pixels.length; at += 4) pixels.writeInt32BE(seed, at)
  return Buffer.concat([padded(Buffer.from(cards.map((one) => one.padEnd(80)).join('')), 0x20), padded(pixels, 0)])
}

function padded(bytes: Buffer, fill: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK, fill)])
}
