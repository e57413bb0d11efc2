import { afterAll, beforeAll, expect, test } from 'vitest'
import { dummyStore } from '../../../src/files/store/store.ts'
import type { FrameRow } from '../../../src/queries/frames/columns.ts'
import { RawJson } from '../../../src/raw_json.ts'
import { showFrame } from '../../../src/views/frame.ts'
import { testDatabase } from '../../support/archive.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

const AREAS = 4000
/** Coordinates of every size that a double can tell apart, many at the limits of its digits. */
function coordinate(): number {
  const sizes = [180, 90, 20, 10, 1, 1e-3, 1e-6, 1e-9]
  const size = sizes[Math.floor(Math.random() * sizes.length)]!
  const value = (2 * Math.random() - 1) * size
  return Math.random() < 0.2 ? Number(value.toFixed(Math.floor(16 * Math.random()))) : value
}

test('the digits of areas are those that JavaScript writes', async () => {
  const numbers = Array.from({ length: 6 }, () => Array.from({ length: AREAS }, coordinate))
  const [a, b, c, d, e, f] = numbers
  const rows = await database.sql`
    select st_asgeojson(st_makepolygon(st_makeline(array[
      st_makepoint(a, b), st_makepoint(c, d), st_makepoint(e, f), st_makepoint(a, b)])), 15) as area
    from unnest(${a}::float8[], ${b}::float8[], ${c}::float8[], ${d}::float8[], ${e}::float8[], ${f}::float8[])
      as n (a, b, c, d, e, f)`
  const shown = rows.map(({ area }) => {
    const row = { area, versions: [], observation_date: null, public_date: null } as unknown as FrameRow
    return { area: area as string, isRaw: showFrame(row, { store: dummyStore, base: '' }).area instanceof RawJson }
  })
  const raw = shown.filter(({ isRaw }) => isRaw).map(({ area }) => area)
  expect(raw.length).toBeGreaterThan(AREAS / 20)
  expect(raw.filter((area) => area !== JSON.stringify(JSON.parse(area)))).toEqual([])
})
