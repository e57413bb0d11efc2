import { expect, describe as group, test } from 'vitest'
import { describe } from '../../../src/ingest/describe/describe.ts'
import { readData } from '../../support/data.ts'
import { fitsOf } from '../../support/fits_file.ts'
import { fileOf, noTags, rulesOf } from '../../support/ingest_files.ts'

/** Files of which the right record is known, and of which a program may make another. */
function described(folder: string, name: string) {
  return describe(fileOf(name, readData(folder, name)), undefined, rulesOf(), noTags)
}

group('of a repeated keyword the first value holds', () => {
  test('in the record and for the sky, and a warning says so', async () => {
    const { record, warnings } = await described('ingest/describe', 'dup-kb99-20240304-0001-e00.fits')
    expect(record.primary_optical_element).toBe('V')
    expect(record.headers.get('FILTER')).toBe('V')
    expect(record.area!.coordinates[0]!.every(([ra]) => Math.abs(ra! - 10) < 1)).toBe(true)
    expect(warnings).toEqual([
      'CRVAL1 appears 2 times, with 10.0 and 100.0: the first value counts',
      "FILTER appears 2 times, with 'V' and 'R': the first value counts",
    ])
  })
})

group('a DATASUM that is not that of the data', () => {
  test('is taken with a warning', async () => {
    const { record, warnings } = await described('fits', 'stalesum-kb99-20240304-0001-e00.fits.fz')
    expect(record.basename).toBe('stalesum-kb99-20240304-0001-e00')
    expect(warnings).toContainEqual(expect.stringMatching(/^HDU 1 .*DATASUM and CHECKSUM/))
  })

  test('is looked for in all HDUs of a file, which must not be whole blocks', async () => {
    const primary = fitsOf({ DATASUM: '5' })
    const axes = ['BITPIX  = 8', 'NAXIS   = 1', 'NAXIS1  = 10', 'PCOUNT  = 0', 'GCOUNT  = 1', "DATASUM = '0'"]
    const text = ["XTENSION= 'IMAGE   '", ...axes, 'END'].map((card) => card.padEnd(80)).join('')
    const bytes = Buffer.concat([primary, Buffer.from(text.padEnd(2880)), Buffer.alloc(10, 1)])
    const { warnings } = await describe(fileOf('a-b-c-d-e00.fits', new Uint8Array(bytes)), undefined, rulesOf(), noTags)
    expect(warnings.filter((warning) => warning.includes('DATASUM'))).toHaveLength(2)
  })
})

test('the FITS member of a tar is found by what it is', async () => {
  const { record } = await described('ingest/describe', 'folder-kb99-20240304-0001-e00.tar.gz')
  expect(record.headers.get('SIMPLE')).toBe(true)
  expect(record.instrument_id).toBe('kb99')
})
