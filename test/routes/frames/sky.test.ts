import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { queries, scripts } from '../../../src/generated/sql.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { dataFile } from '../../support/data.ts'
import { newFrame } from '../../support/frames.ts'
import {
  areaOf,
  away,
  between,
  covers,
  isIn,
  meet,
  namesOf,
  type Point,
  placesIn,
  ringOf,
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
const BEYOND = 'Declination beyond ±90: are RA and Dec swapped?'
async function write(method: string, path: string, json: unknown): Promise<[number, unknown]> {
  const response = await archive.request(path, { method, json, token: archive.root })
  return [response.status, await response.json()]
}
/** A square of a tenth of a degree. */
const small = (centre: Point): Star => ({
  centre,
  corners: [45, -45, -135, 135].map((angle) => away(centre, 0.07, angle)),
})
const refused = async (query: Record<string, string>): Promise<unknown> => {
  const response = await archive.request(`/frames/?${new URLSearchParams(query)}`)
  return [response.status, await response.json()]
}
const named = (keep: (star: Star) => boolean): string[] => namesOf(frames, keep)

beforeAll(async () => {
  archive = await testArchive()
  const shapes = [...random(stars(0.05, 5), 60), ...random(stars(20, 120), 30).filter((s) => !isHalf(s))]
  frames = shapes.map((star, i) => ({ name: `frame ${i}`, star }))
  for (const [i, { name, star }] of frames.entries())
    await put(name, i % 2 ? { type: 'Polygon', coordinates: [ringOf(star, i % 4 > 1)] } : wkt(star, i % 4 > 1))
}, 300_000)
afterAll(() => archive?.close())

describe(`rings of any width, either way round, as a plain model has them (seed ${seed})`, () => {
  test('intersects', async () => {
    for (const [i, ring] of random(stars(1, 120), 60).entries())
      if (!isHalf(ring))
        expect([i, await found({ intersects: wkt(ring, i % 2 === 1) })]).toEqual([i, named((f) => meet(f, ring))])
  })

  test('covers a region', async () => {
    const regions = [...random(stars(0.01, 1), 30), ...random(stars(1, 80), 30)]
    for (const [i, region] of regions.entries())
      if (!isHalf(region))
        expect([i, await found({ covers: wkt(region, i % 2 === 1) })]).toEqual([i, named((f) => covers(f, region))])
  })

  test('covers a point, in every spelling', async () => {
    for (const [i, { centre }] of random(stars(1, 2), 60).entries()) {
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
    for (const box of random(boxes, 60)) {
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
    expect([met > 200, missed > 200]).toEqual([true, true])
  })

  test('has parallels to the north and south, where a polygon has great circles', async () => {
    // between RA 0 and 120 the great circle at Dec 50 goes up to 67, that at Dec 40 to 59
    await put('under the arc', wkt(small([60, 63])))
    await put('under the parallel', wkt(small([60, 49.9])))
    await put('at the corner', wkt(small([0, 50])))
    await put('across the north edge', wkt(small([30, 50])))
    const names = ['across the north edge', 'at the corner', 'under the arc', 'under the parallel']
    const among = (all: string[]) => all.filter((name) => names.includes(name))
    expect(among(await found({ box: '0,40,120,50' }))).toEqual([names[0], names[1], names[3]])
    expect(among(await found({ box: '0,50,120,80' }))).toEqual(names.slice(0, 3))
    expect(among(await found({ box: '0,50.2,120,80' }))).toEqual(['under the arc'])
    expect(among(await found({ intersects: 'POLYGON((0 40,0 50,120 50,120 40,0 40))' }))).toEqual(names.slice(1, 3))
  })

  test('lies across RA 0, goes round the whole circle, or is an edge or a place', async () => {
    await put('at RA 0', wkt(small([0, -40])))
    await put('at the pole', wkt(small([0, -89.999])))
    for (const [box, at0, atPole] of [
      ['350,-41,10,-39', true, false],
      ['-10,-41,10,-39', true, false],
      ['710,-41,730,-39', true, false],
      ['10,-41,350,-39', false, false],
      ['0,-41,360,-39', true, false],
      ['-180,-41,180,-39', true, false],
      ['5,-41,5,-39', false, false],
      ['0,-41,0,-39', true, false],
      ['0,-40,0,-40', true, false],
      ['100,-90,101,-80', false, true],
      ['100,-90,100,-90', false, true],
      ['0,-90,360,-80', false, true],
      ['0,-90,360,-89.95', false, true],
      ['0,-90,360,90', true, true],
    ] as const) {
      const names = await found({ box })
      expect([box, names.includes('at RA 0'), names.includes('at the pole')]).toEqual([box, at0, atPole])
    }
  })

  test.each([
    ['1,2,3', 'Enter four numbers in degrees: RA1,DEC1,RA2,DEC2.'],
    ['1,2,3,4,5', 'Enter four numbers in degrees: RA1,DEC1,RA2,DEC2.'],
    ['1,2,3,', 'Enter four numbers in degrees: RA1,DEC1,RA2,DEC2.'],
    ['1,2,3,x', 'Enter four numbers in degrees: RA1,DEC1,RA2,DEC2.'],
    ['nan,2,3,4', 'Enter four numbers in degrees: RA1,DEC1,RA2,DEC2.'],
    ['1,-inf,3,4', 'Enter four numbers in degrees: RA1,DEC1,RA2,DEC2.'],
    ['1e300,0,3,4', 'Enter four numbers in degrees: RA1,DEC1,RA2,DEC2.'],
    ['1,5,3,4', 'DEC1 must not be above DEC2.'],
    ['-5,10,5,170', BEYOND],
    ['0,-90.5,5,0', BEYOND],
  ])('%s is refused', async (box, reason) => {
    expect(await refused({ box })).toEqual([400, { box: [reason] }])
  })

  test('is looked up by the index of areas', async () => {
    const { strings, slots } = queries['frames/filters.box']
    const places = { around: "'MULTIPOINT(1 1,2 2)'", centre: "'POINT(1.5 1.5)'", inner: 50_000, outer: 100_000 }
    const values: Record<string, unknown> = { ...places, ra: 1, width: 1, dec1: 1, dec2: 2 }
    const condition = strings.reduce((text, part, i) => `${text}${values[slots[i - 1]!]}${part}`)
    const plan = await archive.services.writer.begin(async (tx) => {
      await tx.unsafe('set local enable_seqscan = off')
      return tx.unsafe(`explain select f.id from frames f where true ${condition}`)
    })
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toMatch(
      /Index Scan.* frames_area|Index Scan on frames_area/,
    )
  })
})

describe('regions that went wrong', () => {
  const region = (name: string) => readFileSync(dataFile('routes/frames', `${name}.wkt`), 'utf8')

  test('a circle of 60 degrees, and of 38, holds what is in it and nothing else', async () => {
    await put('in both', wkt(small([-150, -30])))
    await put('opposite', wkt(small([30, 30])))
    for (const name of ['cone60', 'cone38']) {
      const centre = name === 'cone60' ? [40, 20] : [-146, -39]
      await put(`in ${name}`, wkt(small(centre as unknown as Point)))
      const names = await found({ intersects: region(name) })
      expect([name, names.includes(`in ${name}`), names.length < frames.length]).toEqual([name, true, true])
      expect(names.includes(name === 'cone60' ? 'in both' : 'opposite')).toBe(false)
    }
  })

  test('the area of a ring is exact wherever it lies', async () => {
    // the place about which it was not
    const about = (radius: number): Star[] => [
      {
        centre: [126.8, -52.8],
        corners: [0, -70, -150, -220, -300].map((angle) => away([126.8, -52.8], radius, angle)),
      },
    ]
    const rings = [
      ...[0.0001, 0.01, 1, 5].flatMap(about),
      ...random(stars(0.0001, 1), 20),
      ...random(stars(1, 120), 20),
    ]
    for (const ring of rings) {
      const rows = await archive.services.writer`
        select sky_left(st_exteriorring(text::geometry)) as left from unnest(${[wkt(ring), wkt(ring, true)]}::text[]) text`
      const area = areaOf(ring) > 2 * Math.PI ? areaOf(ring) - 4 * Math.PI : areaOf(ring)
      const errors = rows.map((row, i) => (row.left * (i ? -1 : 1)) / area - 1)
      expect([wkt(ring), errors.every((error) => Math.abs(error) < 1e-6)]).toEqual([wkt(ring), true])
    }
  })

  test('an area with a corner that points inwards covers what is in it, wherever it lies', async () => {
    for (const [ra, dec] of [
      [126.8, -52.8],
      [126, -52],
      [306.8, 52.8],
      [20, 20],
    ] as const) {
      const at = (...corners: [number, number][]): string =>
        `POLYGON((${[...corners, corners[0]!].map(([x, y]) => `${ra + x} ${dec + y}`).join(',')}))`
      const name = `L at ${ra}`
      await put(name, at([0, 0], [0, 0.4], [0.2, 0.4], [0.2, 0.2], [0.4, 0.2], [0.4, 0]))
      for (const [region, isIn] of [
        // it shares an edge
        [at([0, 0.05], [0, 0.2], [0.1, 0.2], [0.1, 0.05]), true],
        [at([0.05, 0.05], [0.05, 0.3], [0.1, 0.3], [0.1, 0.05]), true],
        [at([0, 0.05], [0, 0.2], [0.3, 0.3], [0.1, 0.05]), false],
        // only an edge leaves it
        [at([0.1, 0.1], [0.1, 0.35], [0.35, 0.1]), false],
        [at([0, 0.1], [0, 0.35], [0.35, 0.1]), false],
      ] as const)
        expect([region, (await found({ covers: region })).includes(name)]).toEqual([region, isIn])
    }
  })

  test('a region that is cut where the area is cut lies in it, though its corners are on the edges of pieces', async () => {
    const [area, inside] = [region('cut_area'), region('cut_region')]
    await put('cut', area)
    expect((await found({ covers: inside })).includes('cut')).toBe(true)
    const outside = inside.replaceAll(/(?<= )-/g, '')
    expect((await found({ covers: outside })).includes('cut')).toBe(false)
  })

  test('a ring through the whole sky that crosses itself is refused, however many frames there are', async () => {
    for (const name of ['intersects', 'covers'])
      expect(await refused({ [name]: region('snake') })).toEqual([
        400,
        { [name]: ['A ring as wide as this must not cross itself or another.'] },
      ])
    expect((await write('POST', '/frames/', newFrame('snake', { area: region('snake') }))).slice(0, 2)).toEqual([
      400,
      { area: ['A ring as wide as this must not cross itself or another.'] },
    ])
  })

  test('a wide frame that was there before its pieces were kept is searched alike', async () => {
    const wide = 'POLYGON((30 -30,30 60,-60 30,-60 -40,30 -30))'
    await put('wide', {
      type: 'Polygon',
      coordinates: [
        [
          [0, -40],
          [90, -30],
          [120, 30],
          [45, 80],
          [-30, 30],
          [0, -40],
        ],
      ],
    })
    const searches: Record<string, string>[] = [
      { covers: 'POINT(45 15)' },
      { covers: 'POLYGON((0 -40,90 -30,120 30,45 80,-30 30,0 -40))' },
      { intersects: wide },
      { box: '44,0,46,1' },
      { covers: 'POINT(225 -15)' },
    ]
    const before = await Promise.all(searches.map(found))
    expect(before.map((names) => names.includes('wide'))).toEqual([true, true, true, true, false])
    const [kept] = await archive.services
      .writer`select cardinality(pieces) > 1 as kept from frames where basename = 'wide'`
    expect(kept!.kept).toBe(true)
    await archive.services.writer`update frames set pieces = null where basename = 'wide'`
    expect(await Promise.all(searches.map(found))).toEqual(before)
    // what was cut with the wrong sign is cut again by the migration that mends it
    await archive.services.writer`update frames set pieces = (sky_pieces(area))[1:1] where basename = 'wide'`
    expect(await Promise.all(searches.map(found))).not.toEqual(before)
    await archive.services.writer.unsafe(scripts['migrations/000016_sky_pieces']!)
    expect(await Promise.all(searches.map(found))).toEqual(before)
  })

  test('edges and corners are shared by areas with corners that point inwards, and with holes', async () => {
    await put('L', 'POLYGON((200 0,200 4,202 4,202 2,204 2,204 0,200 0))')
    await put('hole', 'POLYGON((200 0,200 4,204 4,204 0,200 0),(201 1,203 1,203 3,201 3,201 1))')
    const here = async (covers: string) => (await found({ covers })).filter((name) => name === 'L' || name === 'hole')
    for (const [covers, names] of [
      ['POLYGON((200 0,200 4,202 4,202 2,204 2,204 0,200 0))', ['L']],
      ['POLYGON((200 0,204 0,204 2,202 2,202 4,200 4,200 0))', ['L']],
      // a corner in the middle of an edge
      ['POLYGON((200 0,200 2,202 2,202 0,200 0))', ['L']],
      // both ends on the edge, the line between them outside
      ['LINESTRING(202 4,204 2)', ['hole']],
      ['LINESTRING(200 0,200 4)', ['L', 'hole']],
      ['POLYGON((200 0,200 1,204 0.5,200 0))', ['L', 'hole']],
      ['POLYGON((200 0,200 4,204 4,204 0,200 0),(201 1,203 1,203 3,201 3,201 1))', ['hole']],
      ['POLYGON((200 0,200 4,204 4,204 0,200 0))', []],
      ['POLYGON((200.5 0.5,200.5 3.5,203.5 3.5,203.5 0.5,200.5 0.5))', []],
      ['POLYGON((201.5 1.5,201.5 2.5,202.5 2.5,202.5 1.5,201.5 1.5))', []],
    ] as const)
      expect([covers, (await here(covers)).toSorted()]).toEqual([covers, names.toSorted()])
  })
})

describe('what lies nowhere on the sky', () => {
  const hex = (type: string, ...numbers: number[]): string => {
    const bytes = new DataView(new ArrayBuffer(8 * numbers.length))
    for (const [i, n] of numbers.entries()) bytes.setFloat64(8 * i, n, true)
    return type + Buffer.from(bytes.buffer).toString('hex')
  }
  const corners = [1, 89, 1, 91, 2, 91, 1, 89]
  const pole = {
    type: 'Polygon',
    coordinates: [
      [
        [0, 89],
        [0, 91],
        [2, 91],
        [2, 89],
        [0, 89],
      ],
    ],
  }
  const polygon = 'POLYGON((0 89,0 91,2 91,2 89,0 89))'

  test.each([
    'POINT(10 185)',
    'POINT(10 -90.001)',
    ' point ( 10 91 )',
    'SRID=4326;POINT(10 91)',
    'POINT Z(10 91 0)',
    'MULTIPOINT((1 1),(10 91))',
    'LINESTRING(0 0,10 91)',
    'LINESTRING(0 0,10 1e6)',
    polygon,
    'MULTIPOLYGON(((0 0,0 1,1 1,0 0)),((0 89,0 91,2 91,0 89)))',
    'GEOMETRYCOLLECTION(POINT(1 1),GEOMETRYCOLLECTION(POINT(1 91)))',
    JSON.stringify({ type: 'Point', coordinates: [10, 91] }),
    JSON.stringify(pole),
    hex('0101000000', 10, 91),
    hex('0101000020E6100000', 10, -91),
    hex('01030000000100000004000000', ...corners),
  ])('%s is refused by its name in a search', async (geometry) => {
    for (const name of ['covers', 'intersects'])
      expect(await refused({ [name]: geometry })).toEqual([400, { [name]: [BEYOND] }])
  })

  test.each([
    hex('0101000000', Number.POSITIVE_INFINITY, 0),
    hex('0101000000', 0, Number.NaN),
    'LINESTRING(0 0,1 inf)',
  ])('%s is refused for its numbers', async (geometry) => {
    for (const name of ['covers', 'intersects'])
      expect(await refused({ [name]: geometry })).toEqual([400, { [name]: ['Enter finite coordinates.'] }])
  })

  test.each(['POINT EMPTY', 'POLYGON EMPTY', 'GEOMETRYCOLLECTION EMPTY', '{"type":"MultiPoint","coordinates":[]}'])(
    '%s is met and covered by nothing',
    async (geometry) => {
      for (const name of ['covers', 'intersects']) expect(await found({ [name]: geometry })).toEqual([])
    },
  )

  test.each([
    pole,
    JSON.stringify(pole),
    polygon,
    `SRID=4326;${polygon}`,
    'POLYGON Z((0 89 0,0 91 0,2 91 0,0 89 0))',
    hex('01030000000100000004000000', ...corners),
  ])('an area of %j is refused at POST, PATCH and in bulk, and nothing is written', async (area) => {
    const at = await write('POST', '/frames/', newFrame(`there ${JSON.stringify(area)}`, { area: null }))
    expect(at[0]).toBe(201)
    const { id } = at[1] as { id: number }
    expect(await write('POST', '/frames/', newFrame('nowhere', { area }))).toEqual([400, { area: [BEYOND] }])
    expect(await write('PATCH', `/frames/${id}/`, { area })).toEqual([400, { area: [BEYOND] }])
    const lines = [newFrame(`good ${JSON.stringify(area)}`), newFrame('nowhere', { area })].map(
      (f) => `${JSON.stringify(f)}\n`,
    )
    const bulk = await archive.request('/frames/bulk/', {
      method: 'POST',
      body: lines.join(''),
      headers: { 'content-type': 'application/x-ndjson' },
      token: archive.root,
    })
    const told = (await bulk.text()).trim().split('\n')
    expect([told.length >= 2, told[1]]).toEqual([true, expect.stringContaining(BEYOND)])
    expect(await found({ basename_exact: 'nowhere' })).toEqual([])
  })

  test.each(['LINESTRING(0 0,180 0)', 'POLYGON((0 0,180 0,180 1,0 1,0 0))'])(
    'an edge between opposite places, as of %s, is refused by what is wrong with it',
    async (geometry) => {
      const reason = 'An edge of 180 degrees has no direction: put a position into it.'
      for (const name of ['covers', 'intersects'])
        expect(await refused({ [name]: geometry })).toEqual([400, { [name]: [reason] }])
    },
  )

  test('RA is folded, as ever', async () => {
    await put('folded', 'POLYGON((369 -70,371 -70,371 -71,369 -71,369 -70))')
    for (const text of ['POINT(10 -70.5)', 'POINT(370 -70.5)', 'POINT(-350 -70.5)', 'POINT(3610 -70.5)'])
      expect([text, (await found({ covers: text })).includes('folded')]).toEqual([text, true])
  })
})
