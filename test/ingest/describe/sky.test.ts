import { expect, describe as group, test } from 'vitest'
import { describe } from '../../../src/ingest/describe/describe.ts'
import type { Description } from '../../../src/ingest/describe/description.ts'
import { readData } from '../../support/data.ts'
import { cardsOf as cards, type cardsOf, fitsOf, headerOf } from '../../support/fits_file.ts'
import { fileOf, noTags, rulesOf } from '../../support/ingest_files.ts'

type Values = NonNullable<Parameters<typeof cardsOf>[0]>

const describeBytes = (bytes: Uint8Array): Promise<Description> =>
  describe(fileOf('x.fits', bytes), undefined, rulesOf(), noTags)
const describeFile = (name: string): Promise<Description> =>
  describeBytes(readData('ingest/describe', `${name}-kb99-20240304-0001-e00.fits`))

const ringOf = ({ record }: Description): number[][] => record.area!.coordinates[0]!

/** Degrees on the sky between what was found and what is right. */
function expectCorner(found: readonly number[], [ra, dec]: readonly [number, number], within: number): void {
  expect(Math.abs(found[0]! - ra) * Math.cos((dec * Math.PI) / 180)).toBeLessThan(within)
  expect(Math.abs(found[1]! - dec)).toBeLessThan(within)
}

group('the sky of files that break with custom', () => {
  // the first corner, as astropy's pixel_to_world(0, 0).icrs has it
  test.each([
    ['decra', [183.6044488786826, 21.99754160668199]],
    ['gal', [83.63291033640374, 22.018299298656224]],
    ['fk4', [84.35694414529132, 22.026738206839422]],
    ['tpvnopv', [83.6044488786826, 21.99754160668199]],
  ] as [string, [number, number]][])('%s', async (name, corner) => {
    const found = await describeFile(name)
    expect(found.warnings).toEqual([])
    expect(ringOf(found)).toHaveLength(5)
    expectCorner(ringOf(found)[0]!, corner, 1e-9)
  })

  test.each([
    ['crvalquoted', "CRVAL1 is '150.0', which is not a number"],
    ['cdzero', 'singular'],
    ['radeg', 'RA 83.63 cannot be hours'],
  ])('%s has no area, and a warning', async (name, reason) => {
    const { record, warnings } = await describeFile(name)
    expect(record.area).toBeNull()
    expect(warnings).toEqual([expect.stringContaining(reason)])
  })

  test('blanks may pad the parts of a sexagesimal', async () => {
    const found = await describeFile('padded')
    const [ra, dec] = [(5 + 4 / 60 + 3.2 / 3600) * 15, 22 + 1 / 60 + 2.5 / 3600]
    expectCorner(ringOf(found)[0]!, [ra - 1 / 6, dec + 1 / 6], 1e-9)
  })

  test('a box with a pole in it is a square around it, half as wide as RADIUS says', async () => {
    const ring = ringOf(await describeFile('polebox'))
    // its middle is a sixth of a degree from the pole, at RA 150
    const flat = ring.map(([ra, dec]) => {
      const angle = ((ra! - 150) * Math.PI) / 180
      return [(90 - dec!) * Math.sin(angle), (90 - dec!) * Math.cos(angle) - 1 / 6] as const
    })
    for (const [i, [x, y]] of flat.entries()) {
      expect(Math.abs(x)).toBeCloseTo(0.5, 4)
      expect(Math.abs(y)).toBeCloseTo(0.5, 4)
      if (i) expect(Math.hypot(x - flat[i - 1]![0], y - flat[i - 1]![1])).toBeCloseTo(1, 4)
    }
  })

  test('a strip of 300 degrees goes along its parallels', async () => {
    const { record, warnings } = await describeFile('stripcar')
    expect(warnings).toEqual([])
    const ring = record.area!.coordinates[0]!
    expect(ring.at(-1)).toEqual(ring[0])
    for (const [ra, dec] of ring) {
      expect(ra).toBeGreaterThan(31)
      expect(ra).toBeLessThan(329)
      expect(Math.abs(dec!)).toBeLessThan(4.951)
    }
    for (const [i, [ra, dec]] of ring.slice(1).entries())
      expect(Math.hypot(ra! - ring[i]![0]!, dec! - ring[i]![1]!)).toBeLessThan(12)
  })
})

const IMAGE: Values = {
  NAXIS1: 100,
  NAXIS2: 60,
  CTYPE1: 'RA---TAN',
  CTYPE2: 'DEC--TAN',
  CRPIX1: 50.5,
  CRPIX2: 30.5,
  CRVAL1: 83.6,
  CRVAL2: 22.5,
  CD1_1: -0.001,
  CD1_2: 0.0001,
  CD2_1: 0.0001,
  CD2_2: 0.001,
}
const warned = async (values: Values): Promise<string> => {
  const { record, warnings } = await describeBytes(fitsOf({ ...IMAGE, ...values }))
  expect(record.area).toBeNull()
  expect(warnings).toHaveLength(1)
  return warnings[0]!
}

group('what is missing or wrong in a WCS costs the area, and a warning names it', () => {
  test.each(Object.keys(IMAGE).filter((key) => !key.startsWith('NAXIS')))('%s', async (key) => {
    const { [key]: value, ...others } = IMAGE
    const misspelt = { ...others, [`X${key.slice(1)}`]: value! }
    const { record, warnings } = await describeBytes(fitsOf(misspelt))
    expect(record.area).toBeNull()
    expect(warnings).toEqual([expect.stringContaining(`${key} is missing`)])
    expect(await warned({ [key]: null })).toMatch(new RegExp(`${key} (is missing|has no value)`))
    if (typeof value === 'number') expect(await warned({ [key]: String(value) })).toContain(`${key} is '`)
  })

  test('frames that do not stay with the stars, and those that are not known', async () => {
    expect(await warned({ RADESYS: 'GAPPT' })).toContain("RADESYS 'GAPPT'")
    expect(await warned({ RADECSYS: 'J2001' })).toContain("RADECSYS 'J2001'")
    expect(await warned({ CTYPE1: 'HLON-TAN', CTYPE2: 'HLAT-TAN' })).toContain('HLON')
    expect(await warned({ CTYPE1: 'LINEAR', CTYPE2: 'LINEAR' })).toContain('not coordinates on the sky')
  })

  test('an equinox says which frame it is, in old words too', async () => {
    const cornerOf = async (values: Values): Promise<number[]> => {
      const found = await describeBytes(fitsOf({ ...IMAGE, ...values }))
      expect(found.warnings).toEqual([])
      return ringOf(found)[0]!
    }
    const [icrs, fk4, fk5] = [
      await cornerOf({}),
      await cornerOf({ RADESYS: 'FK4', EQUINOX: 1950 }),
      await cornerOf({ RADESYS: 'FK5', EQUINOX: 2000 }),
    ]
    expect(Math.abs(fk4[0]! - icrs[0]!)).toBeGreaterThan(0.7)
    expect(fk5).not.toEqual(icrs)
    for (const same of [{ EQUINOX: 1950 }, { EPOCH: 1950 }, { RADECSYS: 'FK4' }, { EQUINOX: 'B1950.0' }] as Values[])
      expect(await cornerOf(same)).toEqual(fk4)
    for (const same of [
      { EQUINOX: 2000 },
      { RADECSYS: 'fk5' },
      { EQUINOX: 'J2000' },
      { EQUINOX: '2000.0' },
    ] as Values[])
      expect(await cornerOf(same)).toEqual(fk5)
    for (const same of [{ RADESYS: 'ICRS', EQUINOX: 2015.5 }, { RADESYS: '' }] as Values[])
      expect(await cornerOf(same)).toEqual(icrs)
    expect(await warned({ EQUINOX: -1 })).toContain('EQUINOX -1')
    expect(await warned({ EQUINOX: 'OF DATE' })).toContain("EQUINOX is 'OF DATE'")
  })

  test('an image that says nothing of the sky has no area, and that is no fault', async () => {
    const { record, warnings } = await describeBytes(fitsOf({ NAXIS1: 100, NAXIS2: 60 }))
    expect([record.area, warnings]).toEqual([null, []])
  })
})

group('a box around a position', () => {
  const box = (RA: Values[string], DEC: Values[string], RADIUS: Values[string] = 900): Promise<Description> =>
    describeBytes(fitsOf({ RA, DEC, RADIUS }))
  test.each([24.5, 83.63, '83.63', -30])('%j hours of RA cannot be', async (ra) => {
    const { record, warnings } = await box(ra, 22)
    expect(record.area).toBeNull()
    expect(warnings[0]).toContain('cannot be hours')
  })
  test('degrees may be text with their unit', async () => {
    expectCorner(ringOf(await box('83.63d', '22d'))[0]!, [83.38, 22.25], 1e-9)
  })
  test('a declination beyond the poles', async () => {
    expect((await box(5.5, '91')).warnings[0]).toContain('beyond the poles')
  })
  test('a box that would be half the sky', async () => {
    expect((await box(5.5, 10, 200_000)).warnings[0]).toContain('too wide')
  })
  test.each([90, -90, 89.9, -89.9])('around Dec %f lies on the right side of the sky', async (dec) => {
    const ring = ringOf(await box(5, dec))
    for (const [, latitude] of ring) expect(Math.abs(latitude! - dec)).toBeLessThan(0.5)
  })
})

group('the sky of an image in another HDU than the headers', () => {
  const extension = (values: Values, xtension = 'IMAGE'): Uint8Array => {
    const own = Object.entries(values).map(
      ([key, value]) => `${key.padEnd(8)}= ${typeof value === 'string' ? `'${value}'` : String(value).padStart(20)}`,
    )
    const begin = [
      `XTENSION= '${xtension.padEnd(8)}'`,
      'BITPIX  =                    8',
      'NAXIS   =                    2',
    ]
    return headerOf([...begin, ...own])
  }
  const whole = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))
  const { NAXIS1, NAXIS2, ...sky } = IMAGE
  const image = (changes: Values = {}): Uint8Array =>
    whole(
      extension({ NAXIS1: NAXIS1!, NAXIS2: NAXIS2!, PCOUNT: 0, GCOUNT: 1, ...sky, ...changes }),
      new Uint8Array(3 * 2880),
    )
  const primary = headerOf([...cards(), 'EXTEND  =                    T'])

  test('is found', async () => {
    const found = await describeBytes(whole(primary, image()))
    const same = await describeBytes(fitsOf(IMAGE))
    expect(found.record.area).toEqual(same.record.area)
    expect(found.record.headers.has('CRVAL1')).toBe(false)
  })
  test('is that of the first image that has one', async () => {
    const found = await describeBytes(whole(primary, image({ CRVAL1: 'N/A' }), image()))
    expect(found.record.area).not.toBeNull()
    expect(found.warnings).toEqual([])
  })
  test('is that of the first with a warning where the others show other parts', async () => {
    const first = await describeBytes(whole(primary, image()))
    const found = await describeBytes(whole(primary, image(), image({ CRPIX1: -70 })))
    expect(found.record.area).toEqual(first.record.area)
    expect(found.warnings).toEqual([expect.stringContaining('different parts of the sky')])
    expect((await describeBytes(whole(primary, image(), image({ CRPIX1: 51.5 })))).warnings).toEqual([])
  })
  test('is not looked for behind a RADIUS', async () => {
    const box = headerOf([...cards({ RA: 5.5, DEC: 10, RADIUS: 900 }), 'EXTEND  =                    T'])
    const found = await describeBytes(whole(box, image()))
    expectCorner(ringOf(found)[0]!, [82.25, 10.25], 1e-9)
  })
  test('is warned of where it cannot be used', async () => {
    const found = await describeBytes(whole(primary, image({ RADESYS: 'GAPPT' })))
    expect(found.warnings).toEqual([expect.stringContaining('GAPPT')])
  })
  test('is not that of a table', async () => {
    const table = extension({ NAXIS1: 100, NAXIS2: 60, PCOUNT: 0, GCOUNT: 1, TFIELDS: 0, ...sky }, 'BINTABLE')
    const found = await describeBytes(whole(primary, table, new Uint8Array(3 * 2880)))
    expect([found.record.area, found.warnings]).toEqual([null, []])
  })
})
