import { afterAll, beforeAll, expect, describe as group, test } from 'vitest'
import type { HeaderDict } from '../../../src/fits/header/dictionary.ts'
import { areaOf } from '../../../src/ingest/describe/area.ts'
import { describe } from '../../../src/ingest/describe/describe.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { bulk, ndjson } from '../../support/bulk.ts'
import { readData } from '../../support/data.ts'
import { newFrame } from '../../support/frames.ts'
import { fileOf, noTags, rulesOf } from '../../support/ingest_files.ts'

let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive()
})
afterAll(() => archive.close())

type Area = ReturnType<typeof areaOf>['area']
type Place = [number, number]

/** Which of some frames a search finds at a place. */
async function foundAt([ra, dec]: Place, target: string): Promise<string[]> {
  const search = async (question: string): Promise<string[]> => {
    const query = new URLSearchParams({ [question]: `POINT(${ra} ${dec})`, target_name_exact: target, limit: '1000' })
    const response = await archive.request(`/frames/?${query}`)
    expect(response.status).toBe(200)
    const { results } = (await response.json()) as { results: { basename: string }[] }
    return results.map(({ basename }) => basename).sort()
  }
  const found = await search('covers')
  expect(await search('intersects')).toEqual(found)
  return found
}

async function put(areas: Map<string, Area>, target: string): Promise<void> {
  const records = [...areas].map(([name, area]) => newFrame(name, { area, target_name: target }))
  const told = await bulk(archive, ndjson(records))
  expect(told.filter(({ outcome }) => outcome !== 'created')).toEqual([])
}

group('files are found where they show the sky, and not elsewhere', () => {
  const files: [string, Place[], Place[]][] = [
    [
      'polebox',
      [
        [150, 89.833],
        [330, 89.99],
        [0, 90],
      ],
      [
        [150, 89.1],
        [330, 89.5],
        [0, -90],
      ],
    ],
    [
      'stripcar',
      [
        [180, 0],
        [40, -4],
        [320, 4],
      ],
      [
        [10, 0],
        [350, 4],
        [180, 6],
        [180, 90],
        [180, -90],
      ],
    ],
  ]
  test.each(files)('%s', async (name, inside, outside) => {
    const file = `${name}-kb99-20240304-0001-e00.fits`
    const bytes = readData('ingest/describe', file)
    const { record } = await describe(fileOf(file, bytes), undefined, rulesOf(), noTags)
    await put(new Map([[name, record.area]]), name)
    for (const place of inside) expect([place, await foundAt(place, name)]).toEqual([place, [name]])
    for (const place of outside) expect([place, await foundAt(place, name)]).toEqual([place, []])
  })
})

const PIXELS = 1000
function image(code: string, [ra, dec]: Place, width: number, height: number): ReturnType<typeof areaOf> {
  const headers: HeaderDict = new Map<string, string | number>([
    ...Object.entries({ NAXIS: 2, NAXIS1: PIXELS, NAXIS2: PIXELS, CTYPE1: `RA---${code}`, CTYPE2: `DEC--${code}` }),
    ...Object.entries({ CRPIX1: (PIXELS + 1) / 2, CRPIX2: (PIXELS + 1) / 2, CRVAL1: ra, CRVAL2: dec }),
    ...Object.entries({ CD1_1: -width / PIXELS, CD1_2: 0, CD2_1: 0, CD2_2: height / PIXELS }),
  ])
  return areaOf(headers, rulesOf().headerKeys)
}

group('wide images cover themselves, not the rest of the sky', () => {
  const equator = [0, 47, 133, 180, 271, 359.5].map((ra): Place => [ra, 0])
  const everywhere = equator.flatMap(([ra]) => [-75, -31, 0, 12, 60].map((dec): Place => [ra, dec]))
  const wide: [string, number, number, Place[]][] = [
    ['CAR', 350, 10, equator],
    ['CAR', 300, 60, equator],
    ['CAR', 200, 120, equator],
    ['MER', 220, 90, equator],
    ['SFL', 150, 80, equator],
    ['TAN', 114, 114, everywhere],
    ['ARC', 120, 120, everywhere],
    ['AIT', 200, 60, equator],
    ['ZEA', 90, 90, everywhere],
    ['STG', 200, 30, everywhere],
  ]
  test.each(wide)('%s, %f by %f degrees', async (code, width, height, centers) => {
    const target = `${code} ${width}`
    const nameOf = ([ra, dec]: Place): string => `${code}-${width}-${ra}-${dec}`
    await put(new Map(centers.map((center) => [nameOf(center), image(code, center, width, height).area])), target)
    for (const center of centers) {
      expect(await foundAt(center, target)).toContain(nameOf(center))
      expect(await foundAt([(center[0] + 180) % 360, -center[1]], target)).not.toContain(nameOf(center))
    }
  })

  test.each([
    ['CAR', 359.9, 179.9],
    ['MER', 320, 90],
    ['ARC', 160, 160],
  ])('%s, %f by %f degrees, cannot be told from the rest of the sky', (code, width, height) => {
    const { area, warnings } = image(code, [83, 0], width, height)
    expect([area, warnings]).toEqual([null, [expect.stringContaining('too wide')]])
  })
})
