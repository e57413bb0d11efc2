import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestArchive, testArchive } from '../support/archive.ts'
import { newFrame } from '../support/frames.ts'
import {
  areaOf,
  between,
  covers,
  isIn,
  meet,
  type Point,
  placesIn,
  ringOf,
  type Star,
  stars,
  wkt,
} from '../support/sphere.ts'
import { seed } from '../support/world.ts'

let archive: TestArchive
let frames: { name: string; star: Star }[]

let turn = 0
const random = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] =>
  fc.sample(fc.noBias(arbitrary), { numRuns, seed: seed + turn++ })
/** Of a ring that halves the sky to within this, neither side is the smaller one. */
const isHalf = (star: Star): boolean => Math.abs(areaOf(star) - 2 * Math.PI) < 1e-3

async function put(name: string, area: unknown): Promise<void> {
  const response = await archive.request('/frames/', { json: newFrame(name, { area }), token: archive.root })
  expect([response.status, response.status === 201 ? null : await response.json()]).toEqual([201, null])
}

async function found(query: Record<string, string>): Promise<string[]> {
  const response = await archive.request(`/frames/?${new URLSearchParams({ limit: '1000', ...query })}`)
  const body = (await response.json()) as { results: { basename: string }[] }
  expect([response.status, response.status === 200 ? null : body]).toEqual([200, null])
  return body.results.map((row) => row.basename).toSorted()
}
const refused = async (query: Record<string, string>): Promise<unknown> => {
  const response = await archive.request(`/frames/?${new URLSearchParams(query)}`)
  return [response.status, await response.json()]
}
const named = (keep: (star: Star) => boolean): string[] =>
  frames
    .filter(({ star }) => keep(star))
    .map(({ name }) => name)
    .toSorted()

beforeAll(async () => {
  archive = await testArchive()
  const shapes = [...random(stars(0.05, 5), 120), ...random(stars(20, 120), 60).filter((s) => !isHalf(s))]
  frames = shapes.map((star, i) => ({ name: `frame ${i}`, star }))
  for (const [i, { name, star }] of frames.entries())
    await put(name, i % 2 ? { type: 'Polygon', coordinates: [ringOf(star, i % 4 > 1)] } : wkt(star, i % 4 > 1))
}, 120_000)
afterAll(() => archive?.close())

describe(`rings of any width, either way round, as a plain model has them (seed ${seed})`, () => {
  test('intersects', async () => {
    for (const [i, ring] of random(stars(1, 120), 120).entries())
      if (!isHalf(ring))
        expect([i, await found({ intersects: wkt(ring, i % 2 === 1) })]).toEqual([i, named((f) => meet(f, ring))])
  })

  test('covers a region', async () => {
    const regions = [...random(stars(0.01, 1), 60), ...random(stars(1, 80), 60)]
    for (const [i, region] of regions.entries())
      if (!isHalf(region))
        expect([i, await found({ covers: wkt(region, i % 2 === 1) })]).toEqual([i, named((f) => covers(f, region))])
  })

  test('covers a point, in every spelling', async () => {
    for (const [i, { centre }] of random(stars(1, 2), 120).entries()) {
      const [ra, dec] = centre
      const text = [
        `POINT(${ra} ${dec})`,
        `SRID=4326;POINT(${ra - 360} ${dec})`,
        JSON.stringify({ type: 'Point', coordinates: centre }),
        `MULTIPOINT((${ra} ${dec}))`,
      ][i % 4]!
      expect([text, await found({ covers: text })]).toEqual([text, named((f) => isIn(f, centre))])
      expect([text, await found({ intersects: text })]).toEqual([text, named((f) => isIn(f, centre))])
    }
  })

  test('every frame covers itself, drawn either way', async () => {
    for (const { name, star } of frames)
      for (const turned of [false, true])
        expect(await found({ covers: wkt(star, turned), basename_exact: name })).toEqual([name])
  })
})

describe('a box in RA and Dec', () => {
  /** Whether a place is in the box, by this margin at least (negative: near it is enough). */
  const inBox = ([ra1, dec1, ra2, dec2]: Box, [ra, dec]: Point, margin: number): boolean => {
    if (dec < dec1 + margin || dec > dec2 - margin) return false
    const width = ra2 - ra1 >= 360 ? 360 : (((ra2 - ra1) % 360) + 360) % 360
    const part = Math.max(-180, margin / Math.max(Math.cos((dec * Math.PI) / 180), 1e-9))
    const off = (((ra - ra1 - part) % 360) + 720) % 360
    return width === 360 || off <= width - 2 * part
  }
  type Box = [number, number, number, number]
  const boxes: fc.Arbitrary<Box> = fc
    .tuple(
      fc.oneof(between(0, 360), fc.constantFrom(0, 350, -20, 180)),
      fc.oneof(between(0.1, 30), between(0, 359), fc.constant(360)),
      fc.oneof(between(-90, 90), fc.constantFrom(-90, 80)),
      fc.oneof(between(-90, 90), fc.constantFrom(90, -80)),
    )
    .map(([ra, width, a, b]) => [ra, Math.min(a, b), width === 360 ? ra + 360 : (ra + width) % 360, Math.max(a, b)])

  test('of any width is met by what a plain model meets it with', async () => {
    const places = frames.map(({ name, star }) => ({
      name,
      star,
      points: [...placesIn(star, areaOf(star) < 0.1 ? 0.2 : 2)],
    }))
    let [met, missed] = [0, 0]
    for (const box of random(boxes, 80)) {
      const names = new Set(await found({ box: box.join(',') }))
      const [ra, dec] = [box[0], (box[1] + box[3]) / 2]
      for (const { name, star, points } of places) {
        // of a star whose complement is inside, these points are outside: only what the model can say is asked
        const isPlain = areaOf(star) < 2 * Math.PI
        const margin = areaOf(star) < 0.1 ? 0.3 : 3
        const meets = isPlain ? points.some((p) => inBox(box, p, 1e-6)) || isIn(star, [ra, dec]) : isIn(star, [ra, dec])
        const misses = isPlain && !meets && !points.some((p) => inBox(box, p, -margin))
        if (meets) met++
        if (misses) missed++
        if (meets || misses) expect([box, name, names.has(name)]).toEqual([box, name, meets])
      }
    }
    expect([met > 500, missed > 500]).toEqual([true, true])
  })
})
