import { readFileSync } from 'node:fs'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, describe as group, test } from 'vitest'
import type { HeaderDict } from '../../src/fits/dictionary.ts'
import { areaOf } from '../../src/ingest/area.ts'
import { describe } from '../../src/ingest/describe.ts'
import { fileOf, noTags, rulesOf } from '../ingest/support/files.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'

let server: TestPostgres
let sql: postgres.Sql
beforeAll(async () => {
  server = await startPostgres()
  sql = postgres(await server.createDatabase(), { max: 1, onnotice: () => {} })
  await sql`create extension if not exists postgis`
}, 60_000)
afterAll(async () => {
  await sql?.end()
  await server?.stop()
})

type Area = ReturnType<typeof areaOf>['area']

/** Whether PostGIS has a position inside an area, by both of the questions that searches ask. */
async function has(area: Area, [ra, dec]: readonly [number, number]): Promise<boolean> {
  const point = `POINT(${ra} ${dec})`
  const [row] = await sql`select st_covers(area, ${point}::text::geography) as covers,
    st_intersects(area, ${point}::text::geography) as intersects
    from (select st_geomfromgeojson(${JSON.stringify(area)}::text)::geography as area) as frames`
  expect(row!.covers).toBe(row!.intersects)
  return row!.covers
}

group('PostGIS finds areas where they are', () => {
  test.each([
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
  ] as [string, [number, number][], [number, number][]][])('%s', async (name, inside, outside) => {
    // biome-ignore format: a table
    const file = `${name}-kb99-20240304-0001-e00.fits`
    const bytes = readFileSync(new URL(`../ingest/data/${file}`, import.meta.url))
    const { record } = await describe(fileOf(file, bytes), undefined, rulesOf(), noTags)
    for (const point of inside) expect([point, await has(record.area, point)]).toEqual([point, true])
    for (const point of outside) expect([point, await has(record.area, point)]).toEqual([point, false])
  })

  const { headerKeys } = rulesOf()
  const image = (code: string, ra: number, dec: number, width: number, height: number) => {
    const pixels = 1000
    const headers: HeaderDict = new Map<string, string | number>([
      ...Object.entries({ NAXIS: 2, NAXIS1: pixels, NAXIS2: pixels, CTYPE1: `RA---${code}`, CTYPE2: `DEC--${code}` }),
      ...Object.entries({ CRPIX1: 500.5, CRPIX2: 500.5, CRVAL1: ra, CRVAL2: dec, CD1_2: 0, CD2_1: 0 }),
      ...Object.entries({ CD1_1: -width / pixels, CD2_2: height / pixels }),
    ])
    return areaOf(headers, headerKeys)
  }
  const wide: [string, number, number][] = [
    ['CAR', 350, 10],
    ['CAR', 300, 60],
    ['CAR', 200, 120],
    ['MER', 320, 90],
    ['SFL', 150, 80],
    ['TAN', 114, 114],
    ['ARC', 120, 120],
    ['ZEA', 90, 90],
    ['STG', 200, 30],
  ]
  const places = [0, 47, 133, 180, 271, 359.5].flatMap((ra) => [-75, -31, 0, 12, 60].map((dec) => [ra, dec] as const))
  test.each(wide)('%s, %f by %f degrees, anywhere', async (code, width, height) => {
    let found = 0
    for (const [ra, dec] of places) {
      if (code !== 'TAN' && code !== 'ARC' && code !== 'ZEA' && code !== 'STG' && dec !== 0) continue
      const { area, warnings } = image(code, ra, dec, width, height)
      if (area) found++
      else expect(warnings).toHaveLength(1)
      if (!area) continue
      const [oppositeRa, oppositeDec] = [(ra + 180) % 360, -dec]
      const answers = await Promise.all([has(area, [ra, dec]), has(area, [oppositeRa, oppositeDec])])
      expect([ra, dec, ...answers]).toEqual([ra, dec, true, false])
    }
    expect(found).toBeGreaterThan(5)
  })
  test.each([
    ['CAR', 359.9, 179.9],
    ['ARC', 240, 240],
  ] as const)('%s, %f by %f degrees, cannot be told from the rest', (code, width, height) => {
    const { area, warnings } = image(code, 83, 0, width, height)
    expect([area, warnings]).toEqual([null, [expect.stringContaining('so wide')]])
  })
})
