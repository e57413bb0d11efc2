import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { newFrame } from '../../support/frames.ts'
import {
  areaOf,
  away,
  between,
  centres,
  isIn,
  meet,
  namesOf,
  type Point,
  type Star,
  stars,
  wkt,
} from '../../support/sphere.ts'
import { seed } from '../../support/world.ts'

let archive: TestArchive
let frames: { name: string; star: Star }[]

let turn = 0
const random = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] =>
  fc.sample(fc.noBias(arbitrary), { numRuns, seed: seed + turn++ })
const isHalf = (star: Star): boolean => Math.abs(areaOf(star) - 2 * Math.PI) < 1e-3

async function found(query: Record<string, string>): Promise<string[]> {
  const response = await archive.request(`/frames/?${new URLSearchParams({ limit: '1000', ...query })}`)
  const body = (await response.json()) as { results: { basename: string }[] }
  expect([query, response.status, response.status === 200 ? null : body]).toEqual([query, 200, null])
  return body.results.map((row) => row.basename).toSorted()
}
const named = (keep: (star: Star) => boolean): string[] => namesOf(frames, keep)

beforeAll(async () => {
  archive = await testArchive()
  const shapes = [...random(stars(0.05, 8), 60), ...random(stars(20, 110), 12).filter((s) => !isHalf(s))]
  frames = shapes.map((star, i) => ({ name: `frame ${i}`, star }))
  for (const { name, star } of frames) {
    const { status } = await archive.request('/frames/', {
      json: newFrame(name, { area: wkt(star) }),
      token: archive.root,
    })
    expect(status).toBe(201)
  }
}, 300_000)
afterAll(() => archive?.close())

const ringText = (star: Star) => /\(\(.*\)\)/.exec(wkt(star))![0]

test(`areas meet a region of several parts, far apart, where they meet one of them (seed ${seed})`, async () => {
  const regions = fc.array(
    stars(0.5, 50).filter((s) => !isHalf(s)),
    { minLength: 2, maxLength: 6 },
  )
  for (const parts of random(regions, 25)) {
    const intersects = `MULTIPOLYGON(${parts.map(ringText).join(',')})`
    const names = named((star) => parts.some((part) => meet(star, part)))
    expect([intersects, await found({ intersects })]).toEqual([intersects, names])
  }
})

test('areas meet some places where they hold one, and cover them where they hold all', async () => {
  const near = (star: Star) => fc.tuple(between(0, 0.5), between(0, 360)).map(([d, a]) => away(star.centre, d, a))
  const places = fc.oneof(
    fc.array(centres, { minLength: 2, maxLength: 40 }),
    stars(1, 2).chain((star) => fc.array(near(star), { minLength: 2, maxLength: 4 })),
  )
  for (const points of random(places, 40)) {
    const text = `MULTIPOINT(${points.map((p) => p.join(' ')).join(',')})`
    expect([text, await found({ intersects: text })]).toEqual([text, named((s) => points.some((p) => isIn(s, p)))])
    expect([text, await found({ covers: text })]).toEqual([text, named((s) => points.every((p) => isIn(s, p)))])
  }
})

test('RA of any turn is the same place to every filter, however it is written', async () => {
  const [ra, dec]: Point = [10, 4]
  for (const { star } of frames.slice(0, 12)) {
    const [lon, lat] = star.centre
    const at = (turns: number): Point => [lon + 360 * turns, lat]
    const box = (x: number) => `${x - 0.2},${lat - 0.2},${x + 0.2},${lat + 0.2}`
    const ring = (x: number): Point[] => [
      [x, lat],
      [x + 0.2, lat],
      [x, lat + 0.2],
      [x, lat],
    ]
    const wkb = ([x, y]: Point) => {
      const bytes = Buffer.alloc(21)
      bytes.writeUInt8(1, 0)
      bytes.writeUInt32LE(1, 1)
      bytes.writeDoubleLE(x, 5)
      bytes.writeDoubleLE(y, 13)
      return bytes.toString('hex')
    }
    const spellings: Record<string, (turns: number) => [string, string]> = {
      'a point': (n) => ['covers', `POINT(${at(n).join(' ')})`],
      EWKT: (n) => ['intersects', `SRID=4326;POINT(${at(n).join(' ')})`],
      GeoJSON: (n) => ['covers', JSON.stringify({ type: 'Point', coordinates: at(n) })],
      WKB: (n) => ['intersects', wkb(at(n))],
      'a ring': (n) => [
        'intersects',
        `POLYGON((${ring(at(n)[0])
          .map((p) => p.join(' '))
          .join(',')}))`,
      ],
      'a ring in GeoJSON': (n) => ['intersects', JSON.stringify({ type: 'Polygon', coordinates: [ring(at(n)[0])] })],
      'a box': (n) => ['box', box(at(n)[0])],
      'a cone': (n) => ['cone', `${at(n).join(',')},0.2`],
    }
    if (Math.abs(lat) > 89.5) continue
    for (const [spelling, write] of Object.entries(spellings)) {
      const all: string[][] = []
      for (const turns of [0, 1, -1, 2]) all.push(await found(Object.fromEntries([write(turns)])))
      expect([spelling, star.centre, all.slice(1)]).toEqual([spelling, star.centre, [all[0], all[0], all[0]]])
      expect([spelling, all[0]!.length > 0 || !isIn(star, star.centre)]).toEqual([spelling, true])
    }
  }
  expect(await found({ covers: `POINT(${ra + 3600} ${dec})` })).toEqual(named((s) => isIn(s, [ra, dec])))
})
