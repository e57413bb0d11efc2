import { bytesSource } from '../../src/fits/source.ts'
import type { IngestFile } from '../../src/ingest/describe/description.ts'

const card = (name: string, value: string | number) =>
  `${name.padEnd(8)}= ${typeof value === 'string' ? `'${value}'` : value}`.padEnd(80)

/** A FITS file of one header, with what is required of a frame; `over` changes keywords. */
export function fitsFile(over: Record<string, string | number> = {}): Uint8Array<ArrayBuffer> {
  const cards = {
    'DATE-OBS': '2016-01-02T03:04:05.678',
    'DAY-OBS': '20160102',
    PROPID: 'alpha',
    INSTRUME: 'kb70',
    SITEID: 'cpt',
    TELID: '1m0a',
    OBSTYPE: 'EXPOSE',
    BLKUID: 1,
    RLEVEL: 0,
    EXPTIME: 30.5,
    FILTER: 'rp',
    OBJECT: 'M 31',
    ...over,
  }
  const head = ['SIMPLE  =                    T', 'BITPIX  =                    8', 'NAXIS   =                    0']
  const text = [
    ...head.map((c) => c.padEnd(80)),
    ...Object.entries(cards).map(([k, v]) => card(k, v)),
    'END'.padEnd(80),
  ]
  const whole = text.join('')
  return new TextEncoder().encode(whole.padEnd(Math.ceil(whole.length / 2880) * 2880)) as Uint8Array<ArrayBuffer>
}

export const fileOf = (filename: string, bytes: Uint8Array<ArrayBuffer>): IngestFile => ({
  name: `night/${filename}`,
  filename,
  size: bytes.length,
  open: async () => bytesSource(bytes),
  stream: () => new Blob([bytes]).stream(),
})

/** Files `PREFIX-0001-e00.fits` and so on, each with a content of its own. */
export const manyFiles = (prefix: string, count: number): IngestFile[] =>
  Array.from({ length: count }, (_, i) => {
    const name = `${prefix}-${String(i).padStart(4, '0')}-e00`
    return fileOf(`${name}.fits`, fitsFile({ OBJECT: name }))
  })
