import { describe, expect, test } from 'vitest'
import { framePath, thumbnailPath } from '../../../src/files/store/paths.ts'
import type { Filed } from '../../../src/queries/filed.ts'

const row = (more: Partial<Filed> = {}): Filed => ({
  basename: 'cpt1m010-kb70-20160102-0001-e91',
  site_id: 'cpt',
  instrument_id: 'kb70',
  observation_day: '2016-01-02',
  reduction_level: 0,
  configuration_type: 'EXPOSE',
  ...more,
})
const kind = (path: string) => path.split('/').at(-2)

describe('the path of a frame', () => {
  test('is site, instrument, night, kind and name', () => {
    expect(framePath(row({ reduction_level: 91 }), '.fits')).toBe(
      'cpt/kb70/20160102/processed/cpt1m010-kb70-20160102-0001-e91.fits',
    )
    expect(framePath(row(), '.fits')).toBe('cpt/kb70/20160102/raw/cpt1m010-kb70-20160102-0001-e91.fits')
    expect(thumbnailPath(row(), 'a-small.jpg')).toBe('cpt/kb70/20160102/thumbnails/a-small.jpg')
  })

  test('has a level from the name where the observatory repairs the files: with .fits.fz, or as FILETYPE_MAPPING_OVERRIDES says', () => {
    expect(kind(framePath(row(), '.fits.fz'))).toBe('processed')
    expect(kind(framePath(row({ basename: 'a-e90_cat' }), '.fits.fz'))).toBe('processed')
    expect(kind(framePath(row({ basename: 'a-e00' }), '.fits.fz'))).toBe('raw')
    expect(kind(framePath(row(), '.fits.fz', { '.fits.fz': 'FitsFile' }))).toBe('raw')
    expect(kind(framePath(row(), '.fits', { '.fits': 'LcoFitsFile' }))).toBe('processed')
    expect(kind(framePath(row(), '.fits.fz', { '.fits': 'LcoFitsFile' }))).toBe('processed')
  })

  test("of the observatory's tars without a level is that of processed files", () => {
    expect(kind(framePath(row({ basename: 'a' }), '.tar.gz'))).toBe('raw')
    expect(kind(framePath(row({ basename: 'a' }), '.tar.gz', { '.tar.gz': 'TarWithFitsFile' }))).toBe('raw')
    expect(kind(framePath(row({ basename: 'a' }), '.tar.gz', { '.tar.gz': 'LcoTarWithFitsFile' }))).toBe('processed')
  })

  test.each(['bpm-a', 'a-bpm-b', 'a_bpm', 'bpm'])(
    'puts the mask %s apart where the observatory repairs the files',
    (basename) => {
      expect(framePath(row({ basename }), '.fits.fz')).toBe(`cpt/kb70/bpm/${basename}.fits.fz`)
      expect(framePath(row({ basename }), '.fits', { '.fits': 'LcoFitsFile' })).toBe(`cpt/kb70/bpm/${basename}.fits`)
      expect(kind(framePath(row({ basename }), '.fits'))).toBe('raw')
      expect(kind(framePath(row({ basename }), '.fits.fz', { '.fits.fz': 'FitsFile' }))).toBe('raw')
    },
  )

  test('does not take a name that only contains the letters for a mask', () => {
    expect(framePath(row({ basename: 'a-bpmx-b' }), '.fits.fz')).not.toContain('/bpm/')
    expect(framePath(row({ basename: 'a', configuration_type: 'BPM' }), '.fits.fz')).toContain('/bpm/')
  })
})
