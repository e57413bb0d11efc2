import fc from 'fast-check'
import { expect, describe as group, test } from 'vitest'
import type { HeaderValue } from '../../../src/fits/header/dictionary.ts'
import { Real, readMetadata } from '../../../src/fits/header/dictionary.ts'
import { describe } from '../../../src/ingest/describe/describe.ts'
import { BadFile } from '../../../src/ingest/describe/description.ts'
import { isIgnored, splitName } from '../../../src/ingest/describe/file_name.ts'
import { recordJson } from '../../../src/ingest/describe/record.ts'
import { cardsOf, fitsOf, headerOf } from '../../support/fits_file.ts'
import { fileOf, noTags, rulesOf } from '../../support/ingest_files.ts'

const NAME = 'cpt1m010-kb70-20151219-0073-e91'
const FITS = `${NAME}.fits`
const PACKED = `${NAME}.fits.fz`

type Values = Parameters<typeof fitsOf>[0]
const of = (filename: string, values: Values, environment?: Record<string, string>) =>
  describe(fileOf(filename, fitsOf(values)), undefined, rulesOf(environment), noTags)

/** Why a file is refused, and the header that is to blame. */
async function refusal(promise: Promise<unknown>): Promise<[string, string | null]> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(BadFile)
  return [(error as BadFile).message, (error as BadFile).header]
}

group('names', () => {
  test('end at their first dot', () => {
    expect(splitName('a-b.fits.fz')).toEqual({ basename: 'a-b', extension: '.fits.fz' })
    expect(splitName('a')).toEqual({ basename: 'a', extension: '' })
    expect(splitName('.fits')).toEqual({ basename: '.fits', extension: '' })
  })

  test('with IGNORED_CHARS are ignored', () => {
    expect(isIgnored('tstnrs01-fa13', ['-l00', 'tstnrs'])).toBe(true)
    expect(isIgnored('a-l00', ['-l00', 'tstnrs'])).toBe(true)
    expect(isIgnored('a-e00', ['-l00', 'tstnrs', ''])).toBe(false)
  })
})

group('what cannot go in is refused with the header that is to blame', () => {
  test('an extension without a class', async () => {
    const [message] = await refusal(of('a.txt', {}))
    expect(message).toContain('file extension .txt is not a currently supported file type')
    expect(message).toContain('.fits, .fits.fz, .tar.gz, .pdf, .jpg, .jpeg')
    expect(message).toContain('FILETYPE_MAPPING_OVERRIDES')
  })

  test('required headers that are missing, as they are in the HDU that comes nearest', async () => {
    const without = (...keys: string[]) => cardsOf().filter((card) => !keys.includes(card.slice(0, 8).trim()))
    const primary = headerOf(without('PROPID', 'TELID', 'BLKUID'))
    const extension = headerOf([
      "XTENSION= 'IMAGE   '",
      'BITPIX  =                    8',
      'NAXIS   =                    0',
      'PCOUNT  =                    0',
      'GCOUNT  =                    1',
      ...without('SIMPLE', 'BITPIX', 'NAXIS', 'TELID', 'OBSTYPE'),
    ])
    const both = new Uint8Array([...primary, ...extension])
    expect(await refusal(describe(fileOf(FITS, both), undefined, rulesOf(), noTags))).toEqual([
      'Could not find required keywords in headers! HDU 1 comes nearest and lacks TELID, OBSTYPE',
      'TELID',
    ])
  })

  test('a file that needs metadata and has too little', async () => {
    const [message, header] = await refusal(of('a.pdf', {}))
    expect(message).toMatch(/^Could not find required keywords in headers!.* lack PROPID, DATE-OBS/)
    expect(header).toBe('PROPID')
  })

  test.each([
    ['DATE-OBS', { 'DATE-OBS': '' }, /is missing or empty/],
    ['DATE-OBS', { 'DATE-OBS': null, 'DAY-OBS': '' }, /is missing or empty/],
    ['DATE-OBS', { 'DATE-OBS': 2015.5 }, /has to be text in quotes, not 2015.5/],
    ['DATE-OBS', { 'DATE-OBS': '21/12/15' }, /'21\/12\/15'/],
    ['RLEVEL', { RLEVEL: 'raw' }, /'raw'/],
    ['RLEVEL', { RLEVEL: '91.0' }, /'91.0'/],
    ['RLEVEL', { RLEVEL: null }, /nothing/],
    ['RLEVEL', { RLEVEL: 1e300 }, /1e\+300/],
    ['SITEID', { SITEID: '' }, /missing or empty/],
    ['SITEID', { SITEID: 'c/pt' }, /odd path/],
    ['INSTRUME', { INSTRUME: '..' }, /odd path/],
    ['INSTRUME', { INSTRUME: ' kb70' }, /odd path/],
    ['INSTRUME', { INSTRUME: 'N/A' }, /missing or empty/],
    ['INSTRUME', { INSTRUME: true }, /missing or empty/],
    ['DAY-OBS', { 'DAY-OBS': 'UNKNOWN' }, /missing or empty/],
    ['DAY-OBS', { 'DAY-OBS': '../../..' }, /odd path/],
    ['DAY-OBS', { 'DAY-OBS': 'tonight' }, /no day like 20151221/],
  ] as const)('%s in %j', async (key, values, words) => {
    const [message, header] = await refusal(of(FITS, values))
    expect(header).toBe(key)
    expect(message).toMatch(words)
    expect(message.startsWith(key)).toBe(true)
  })

  test('a type that cannot be told from the name', async () => {
    expect((await refusal(of('a-b-c-d.fits.fz', { OBSTYPE: 'UNKNOWN' })))[1]).toBe('OBSTYPE')
    expect((await refusal(of('a-b-c-d-z00.fits.fz', { OBSTYPE: '' })))[1]).toBe('OBSTYPE')
  })

  test('what is no FITS file, or a part of one, even with metadata beside it', async () => {
    const metadata = readMetadata(
      '{"PROPID":"x","DATE-OBS":"2015-12-21","DAY-OBS":"20151221","INSTRUME":"i","SITEID":"s","TELID":"t","OBSTYPE":"BIAS","BLKUID":1}',
    )
    const damaged = (bytes: Uint8Array) => refusal(describe(fileOf(FITS, bytes), metadata, rulesOf(), noTags))
    expect((await damaged(new TextEncoder().encode('<html>')))[0]).toContain('this is not a FITS file')
    expect((await damaged(new Uint8Array(0)))[0]).toContain('this is not a FITS file')
    expect((await damaged(fitsOf().subarray(0, 500)))[0]).toContain('ends within a header')
    const image = cardsOf()
    image[2] = 'NAXIS   =                    1'
    image.push('NAXIS1  =                10000')
    expect((await damaged(headerOf(image)))[0]).toContain('cut off')
  })

  test('an error of reading is not the fault of the file', async () => {
    const file = { ...fileOf(FITS, fitsOf()), open: () => Promise.reject(new Error('EACCES')) }
    const error = await describe(file, undefined, rulesOf(), noTags).catch((error: unknown) => error)
    expect(error).not.toBeInstanceOf(BadFile)
    expect(String(error)).toContain('EACCES')
  })

  const value: fc.Arbitrary<HeaderValue> = fc.oneof(
    fc.constantFrom(null, '', 'N/A', 'NONE', 'UNKNOWN', '/', '..', true, false, 0, -1, 10n ** 30n),
    fc.string(),
    fc.integer(),
    fc.double().map((x) => new Real(x)),
  )
  const KEYS = [
    ...['PROPID', 'DATE-OBS', 'DAY-OBS', 'INSTRUME', 'SITEID', 'TELID', 'OBSTYPE', 'BLKUID', 'RLEVEL', 'L1PUBDAT'],
    ...['ENCID', 'RADIUS', 'RA', 'DEC', 'ORIGNAME', 'L1IDCAT', 'REQNUM', 'EXTNAME', 'size', 'frame_basename'],
    ...['CD1_1', 'CD1_2', 'CD2_1', 'CD2_2', 'NAXIS1', 'NAXIS2', 'CTYPE1', 'CTYPE2', 'CRVAL1', 'CRPIX1', 'LONPOLE'],
  ]
  const header = fc.tuple(fc.constantFrom(...KEYS), value)
  test('whatever types the headers have, a file is described or refused', async () => {
    const names = [FITS, PACKED, `${NAME}_cat.fits.fz`, 'a-b-c-d-e00.fits.fz', 'x.pdf', 'x.jpg']
    await fc.assert(
      fc.asyncProperty(fc.array(header, { maxLength: 12 }), fc.constantFrom(...names), async (headers, name) => {
        const beside = new Map<string, HeaderValue>([
          ...['PROPID', 'DATE-OBS', 'INSTRUME', 'SITEID', 'TELID', 'OBSTYPE', 'BLKUID', 'size', 'frame_basename'].map(
            (key) => [key, key === 'DATE-OBS' ? '2015-12-21T15:48:03' : 'a'] as const,
          ),
          ['DAY-OBS', '20151221'],
          ...headers,
        ])
        const found = await describe(fileOf(name, fitsOf()), beside, rulesOf(), noTags).catch((error: unknown) => {
          expect(error).toBeInstanceOf(BadFile)
        })
        if (found) expect(JSON.parse(recordJson(found.record)).basename).toBe(name.split('.')[0])
      }),
      { numRuns: 1500 },
    )
  })
})

group('where a file belongs is where the archive will look for it', () => {
  test('whatever dashes the observing day has', async () => {
    expect((await of(FITS, { 'DAY-OBS': '2015-12-21' })).path).toBe(`cpt/kb70/20151221/raw/${FITS}`)
  })

  test('for an observing day that is missing: that of the observation date, of the form of FITS or with a blank', async () => {
    expect((await of(FITS, { 'DAY-OBS': null })).path).toBe(`cpt/kb70/20151221/raw/${FITS}`)
    const { record } = await of(FITS, { 'DAY-OBS': '', 'DATE-OBS': '2015-12-22 01:02:03' })
    expect(record.observation_day).toBe('20151222')
  })

  test('for an observing day without quotes, which is a number', async () => {
    const { path, record } = await of(FITS, { 'DAY-OBS': 20151221 })
    expect(path).toBe(`cpt/kb70/20151221/raw/${FITS}`)
    expect(record.observation_day).toBe('20151221')
  })

  test('with a level that says nothing: by the name, which the archive goes by too', async () => {
    expect((await of(PACKED, { RLEVEL: 0 })).path).toBe(`cpt/kb70/20151221/processed/${PACKED}`)
    expect((await of(PACKED, { EXTNAME: 'BPM' })).path).toBe(`cpt/kb70/20151221/processed/${PACKED}`)
    expect((await of(PACKED, { OBSTYPE: 'BPM' })).path).toBe(`cpt/kb70/bpm/${PACKED}`)
  })
})

group('headers', () => {
  test('given beside a FITS file replace its own', async () => {
    const metadata = readMetadata('{"OBJECT": "M 31", "SITEID": "lsc", "EXPTIME": 12.0}')
    const { record, path } = await describe(fileOf(FITS, fitsOf({ OBJECT: 'M 33' })), metadata, rulesOf(), noTags)
    expect(record.target_name).toBe('M 31')
    expect(path).toMatch(/^lsc\//)
    expect(recordJson(record)).toContain('"exposure_time":12.0')
  })

  test('say nothing of an area where a position cannot be read: the frame goes in, with a warning', async () => {
    const { record, warnings } = await of(FITS, { RADIUS: 30, RA: '1:2:3', DEC: 'N/A' })
    expect(record.area).toBeNull()
    const without = await of(FITS, { RADIUS: 30, RA: '25:00:00', DEC: 10 })
    expect(without.record.area).toBeNull()
    expect(without.warnings).toEqual([
      "no area: RADIUS 30, RA '25:00:00', DEC 10 cannot be read as seconds of arc, hours and degrees",
    ])
    expect(warnings).toEqual([])
  })

  test('put a public date beyond the year 9999 at its end, with a warning', async () => {
    const { record, warnings } = await of('a-t00.fits', { 'DATE-OBS': '9500-01-01T00:00:00' })
    expect(record.public_date).toBe('9999-12-31T23:59:59')
    expect(warnings).toEqual(['L1PUBDAT would lie beyond the year 9999: it is 9999-12-31T23:59:59'])
  })

  test('of the Photon Ranch classes are given beside the file, without what is blacklisted', async () => {
    const overrides = {
      FILETYPE_MAPPING_OVERRIDES: "{'.jpg': 'ocs_archive.input.ptr.JpgFile', '.txt': 'x.PtrBaseFileClass'}",
    }
    const metadata = readMetadata(
      '{"PROPID":"p","DATE-OBS":"2015-12-21T01:00:00","DAY-OBS":"20151221","INSTRUME":"i","SITEID":"s","TELID":"t","OBSTYPE":"EXPOSE","BLKUID":"N/A","HISTORY":"h","ORIGNAME":"a.fits"}',
    )
    const found = await describe(fileOf('a-b.jpg', new Uint8Array(3)), metadata, rulesOf(overrides), noTags)
    expect(found).toMatchObject({ class: 'JpgFile', contentType: 'image/jpg', path: 's/i/20151221/raw/a-b.jpg' })
    expect(found.record).toMatchObject({ related_frame_filenames: ['a'], observation_id: 'N/A' })
    expect(found.record.headers.has('HISTORY')).toBe(false)
    const text = await describe(fileOf('a-b.txt', new Uint8Array(3)), metadata, rulesOf(overrides), noTags)
    expect(text).toMatchObject({ class: 'PtrBaseFileClass', contentType: '' })
  })
})

test('a record is JSON with the numbers of Python, and its versions last', async () => {
  const { record } = await of(FITS, { EXPTIME: '30.', RADIUS: 0, RA: 1, DEC: 15 })
  const text = recordJson(record, [{ key: 'k', md5: 'm', extension: '.fits', size: 5, crc32: 7 }])
  expect(text).toContain('"coordinates":[[[14.999999999999998,15.0],')
  expect(text).toMatch(/"version_set":\[\{"key":"k","md5":"m","extension":"\.fits","size":5,"crc32":7\}\]\}$/)
})
