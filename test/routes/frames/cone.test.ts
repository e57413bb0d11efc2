import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { metresOf } from '../../../src/schemas/sky.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { FAR, newFrame } from '../../support/frames.ts'
import { areaOf, away, between, centres, distanceTo, type Point, type Star, stars, wkt } from '../../support/sphere.ts'
import { seed } from '../../support/world.ts'

let archive: TestArchive
let frames: { name: string; star: Star }[]

let turn = 0
const random = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] =>
  fc.sample(fc.noBias(arbitrary), { numRuns, seed: seed + turn++ })
/** Of a ring that halves the sky to within this, neither side is the smaller one. */
const isHalf = (star: Star): boolean => Math.abs(areaOf(star) - 2 * Math.PI) < 1e-3
const square = (centre: Point, half = 0.07): Star => ({
  centre,
  corners: [45, -45, -135, 135].map((angle) => away(centre, half, angle)),
})

async function put(name: string, area: unknown): Promise<void> {
  const response = await archive.request('/frames/', { json: newFrame(name, { area }), token: archive.root })
  expect([response.status, response.status === 201 ? null : await response.json()]).toEqual([201, null])
}
async function list(query: Record<string, string>): Promise<[number, Record<string, unknown>]> {
  const response = await archive.request(`/frames/?${new URLSearchParams({ limit: '1000', ...query })}`)
  return [response.status, (await response.json()) as Record<string, unknown>]
}
async function found(query: Record<string, string>): Promise<string[]> {
  const [status, body] = await list(query)
  expect([status, status === 200 ? null : body]).toEqual([200, null])
  return (body.results as { basename: string }[]).map((row) => row.basename)
}

beforeAll(async () => {
  archive = await testArchive()
  const shapes = [
    ...random(stars(0.05, 5), 60),
    ...random(stars(20, 120), 30).filter((s) => !isHalf(s)),
    ...[0, 180, 359.96].flatMap((ra) => [-60, 0, 60].map((dec) => square([ra, dec]))),
    ...[89.999, -89.999, 89.95, -89.95].map((dec) => square([77, dec])),
  ]
  frames = shapes.map((star, i) => ({ name: `frame ${i}`, star }))
  for (const { name, star } of frames) await put(name, wkt(star))
  await put('nowhere', null)
}, 300_000)
afterAll(() => archive?.close())

describe(`a cone (seed ${seed})`, () => {
  test('is met by the frames that a plain model has within its radius, and those are all in the page', async () => {
    const radii = fc.oneof(between(Math.log(0.01), Math.log(20)).map(Math.exp), between(20, 180))
    for (const [i, [centre, radius]] of random(fc.tuple(centres, radii), 100).entries()) {
      const cone = [centre[0] + 360 * ((i % 3) - 1), centre[1], radius].join(',')
      const names = frames.filter(({ star }) => distanceTo(star, centre) <= radius).map(({ name }) => name)
      expect([cone, (await found({ cone })).toSorted()]).toEqual([cone, names.toSorted()])
    }
  })

  test('is as tight as a millionth of a degree at every frame', async () => {
    for (const [i, centre] of random(centres, frames.length).entries()) {
      const { name, star } = frames[i]!
      const away = distanceTo(star, centre)
      if (away < 1e-5) continue
      for (const [radius, meets] of [
        [away - 1e-6, false],
        [away + 1e-6, true],
      ] as const) {
        const cone = [...centre, radius].join(',')
        expect([cone, name, (await found({ cone, basename_exact: name })).length === 1]).toEqual([cone, name, meets])
      }
    }
  })

  test.each([
    [[0.0, 90], 1],
    [[211, -90], 1],
    [[0, 89.99], 0.5],
    [[0, 0], 0.05],
    [[359.999, 60], 0.1],
    [[180, 0], 0.05],
    [[-180, -60], 0.06],
    [[179.99, 60], 0.2],
  ] as const)('about %j with a radius of %f', async (centre, radius) => {
    const names = frames.filter(({ star }) => distanceTo(star, centre) <= radius).map(({ name }) => name)
    expect(names.length).toBeGreaterThan(0)
    expect((await found({ cone: [...centre, radius].join(',') })).toSorted()).toEqual(names.toSorted())
  })

  test('of 180 degrees is met by every frame that has an area', async () => {
    for (const centre of ['0,0', '45,-90', '180,12.5'])
      expect((await found({ cone: `${centre},180` })).toSorted()).toEqual(frames.map((f) => f.name).toSorted())
  })

  test('touches a frame whose corner or edge is just as far as its radius', async () => {
    await put('corner', 'POLYGON((100 0,101 0,101 -1,100 -1,100 0))')
    const touched = async (cone: string) => (await found({ cone, basename_exact: 'corner' })).length
    expect(await touched('95,0,5')).toBe(1)
    expect(await touched('95,0,4.999999')).toBe(0)
    expect(await touched('100.5,10,10')).toBe(1)
  })

  test('has its radius on the sphere on which PostGIS measures', async () => {
    const [quarter] = await archive.services
      .writer`select st_distance('POINT(0 0)'::geography, 'POINT(90 0)'::geography, false) as metres`
    expect(metresOf(90) / quarter!.metres).toBeCloseTo(1, 11)
  })

  test('searches a wide frame alike whose pieces are not cut yet', async () => {
    const wide = frames.filter(({ star }) => areaOf(star) > 3 && areaOf(star) < 9.5).map(({ name }) => name)
    expect(wide.length).toBeGreaterThan(2)
    const cones = random(fc.tuple(centres, between(1, 100)), 12).map(([centre, radius]) =>
      [...centre, radius].join(','),
    )
    const search = async () => {
      const names: string[][] = []
      for (const cone of cones) names.push(await found({ cone }))
      return names
    }
    const before = await search()
    await archive.services.writer`update frames set pieces = null`
    expect(await search()).toEqual(before)
  })

  test('orders by the distance of the middle of frames, in pages by offset', async () => {
    // farther and farther to the north east, the two last at the same place
    const steps = [0, 0.05, 0.2, 0.9, 1.4, 1.4]
    for (const [i, step] of [...steps.entries()].toReversed())
      await put(`step ${i}`, wkt(square(away([359.95, 70], step, 45), i === 4 || i === 5 ? 0.1 : 0.3)))
    const cone = { cone: '359.95,70,2', basename: 'step' }
    // ties go by descending id: the one that was put last comes first
    const near = ['step 0', 'step 1', 'step 2', 'step 3', 'step 4', 'step 5']
    expect(await found({ ...cone, ordering: 'distance' })).toEqual(near)
    expect(await found({ ...cone, ordering: 'distance', limit: '2', offset: '2' })).toEqual(near.slice(2, 4))
    expect(await found({ ...cone, ordering: '-distance' })).toEqual([
      'step 4',
      'step 5',
      'step 3',
      'step 2',
      'step 1',
      'step 0',
    ])
    expect(await found({ ...cone, ordering: '-reduction_level,distance' })).toEqual(near)
  })

  test('has to be there to order by distance, not too large, and not in pages by cursor', async () => {
    const refused = async (query: Record<string, string>) =>
      expect(await list(query)).toEqual([400, { ordering: [expect.any(String)] }])
    await refused({ ordering: 'distance' })
    await refused({ ordering: 'site_id,-distance', box: '1,2,3,4' })
    await refused({ ordering: 'distance', cone: '1,2,10.1' })
    await refused({ ordering: 'distance', cone: '1,2,1', pagination_style: 'cursor' })
  })

  test('says by its name what is wrong with it', async () => {
    for (const cone of ['10,20', 'x,20,1', '10,91,1', '10,20,0', '10,20,181', '00:61:00,20,1'])
      expect(await list({ cone })).toEqual([400, { cone: [expect.any(String)] }])
  })

  test('shows nobody more than they may see', async () => {
    const area = wkt(square([250, -20]))
    const hidden = newFrame('hidden', { area, public_date: FAR, proposal_id: 'secret' })
    const { status } = await archive.request('/frames/', { json: hidden, token: archive.root })
    expect(status).toBe(201)
    expect(await found({ cone: '250,-20,1', basename_exact: 'hidden' })).toEqual([])
    const response = await archive.request('/frames/?cone=250,-20,1&basename_exact=hidden', { token: archive.root })
    expect(((await response.json()) as { results: unknown[] }).results.length).toBe(1)
  })
})
