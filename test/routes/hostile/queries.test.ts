import { describe, expect, test } from 'vitest'
import { FILTERS } from '../../../src/schemas/filters.ts'
import { ask, TEXTS, useHostileArchive } from '../../support/hostile.ts'

useHostileArchive()

describe('query strings', () => {
  const lists = {
    '/frames/': [
      ...FILTERS.flatMap((f) => (f.alias ? [f.name, f.alias] : [f.name])),
      'limit',
      'offset',
      'ordering',
      'cursor',
      'pagination_style',
      'include_thumbnails',
      'format',
    ],
    '/frames/aggregate/': ['start', 'end', 'site_id', 'public', 'query_timeout'],
    '/thumbnails/': ['frame_basename', 'proposal_id', 'observation_id', 'request_id', 'size', 'limit', 'offset'],
    '/versions/': ['md5', 'limit', 'offset'],
  }
  test.each(Object.entries(lists))('every parameter of %s is answered, whatever its value', async (path, names) => {
    for (const name of names)
      for (const text of TEXTS)
        expect([200, 400, 404]).toContain((await ask(`${path}?${name}=${encodeURIComponent(text)}`)).status)
  })

  test.each([
    'limit=99999999999999999999&offset=99999999999999999999',
    'offset=9223372036854775808',
    'offset=-1',
    `limit=${'9'.repeat(400)}`,
    '%',
    '%zz',
    '%ff',
    '%c0%80',
    '%ed%a0%80',
    'basename=%ff',
    '%00=%00',
    '&&&',
    '=',
    '??',
    '[]=1',
    '__proto__=1',
    '__proto__[x]=1',
    'constructor=1',
    'toString=1',
    `ordering=${'-observation_date,basename,'.repeat(1000)}`,
    'ordering=id;drop table frames',
    'ordering=__proto__',
    'ordering=--id',
    Array.from({ length: 10_000 }, (_, i) => `p${i}=1`).join('&'),
    'exclude_OBSTYPE=BIAS&'.repeat(5000),
    'limit=1&'.repeat(5000),
    `x=${'y'.repeat(1_000_000)}`,
  ])('?%s is answered', async (query) => {
    expect((await ask(`/frames/?${query}`)).status).toBe(200)
  })

  test.each(['x', '=', '..', '\0', '🔭', 'A'.repeat(32), `${'A'.repeat(32)}W10`, 'A'.repeat(5000)])(
    'a cursor that the archive did not give is refused: %j',
    async (cursor) => {
      expect(await ask(`/frames/?pagination_style=cursor&cursor=${encodeURIComponent(cursor)}`)).toEqual({
        status: 404,
        body: { detail: 'Invalid cursor' },
      })
    },
  )
})

describe('covers and intersects', () => {
  const recorded = (name: string) => [
    `Error with ${name} query: Point must be specified with exact format 'POINT(RA DEC)'`,
  ]
  const ring = (n: number) =>
    `POLYGON((${Array.from({ length: n }, (_, i) => `${(60 * Math.cos((2 * Math.PI * i) / n)).toFixed(3)} ${(60 * Math.sin((2 * Math.PI * i) / n)).toFixed(3)}`).join(',')},60.000 0.000))`

  test.each([
    'POINT',
    'POINT()',
    'POINT(1,1)',
    'POINT(1 1',
    'POLYGON((0 0,1 1,0 1))',
    'LINESTRING(0 0)',
    'TIN(((0 0,0 1,1 1)))',
    'CURVEPOLYGON(',
    'NURBSCURVE(2,(0 0,1 1))',
    '00',
    '01',
    '0107000000FFFFFF7F',
    '010300000001000000FFFFFFFF',
    'fffffffff',
    '(',
    "'",
    '{}',
    '{',
    '[]',
    '{"type":"Point"}',
    '{"type":"FeatureCollection","features":[]}',
    '{"type":5}',
    `{"type":"Polygon","coordinates":${'['.repeat(2000)}${']'.repeat(2000)}}`,
  ])('%s is refused in the recorded words', async (geometry) => {
    for (const name of ['covers', 'intersects'])
      expect(await ask(`/frames/?${name}=${encodeURIComponent(geometry)}`)).toEqual({
        status: 400,
        body: recorded(name),
      })
  })

  test.each([
    'POINT EMPTY',
    'POINT Z(1 2 3)',
    'POINT ZM(1 2 3 4)',
    'POINT(400 100)',
    'POINT(1e308 1e308)',
    'POINT(-0 -0)',
    'LINESTRING(0 0,180 0)',
    'LINESTRING(0 90,0 -90)',
    'POLYGON EMPTY',
    'POLYGON((0 0,0 0,0 0,0 0))',
    'POLYGON((0 0,1 1,0 1,1 0,0 0))',
    'POLYGON((0 0,90 0,180 0,-90 0,0 0))',
    'POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))',
    'MULTIPOINT((1 1),(2 2))',
    'GEOMETRYCOLLECTION EMPTY',
    'GEOMETRYCOLLECTION(POLYGON((0 0,0 1,1 1,0 0)),POINT(0 0))',
    `${'GEOMETRYCOLLECTION('.repeat(390)}POINT(1 1)${')'.repeat(390)}`,
    'CURVEPOLYGON(CIRCULARSTRING(0 0,4 0,4 4,0 4,0 0))',
    'TIN EMPTY',
    'POLYHEDRALSURFACE EMPTY',
    'TRIANGLE((0 0,0 1,1 1,0 0))',
    'SRID=0;POINT(1 1)',
    '0101000000000000000000F03F000000000000F03F',
    '0101000020E6100000000000000000F87F000000000000F87F',
    '{"type":"GeometryCollection","geometries":[]}',
    ring(150),
  ])('%s is answered', async (geometry) => {
    for (const name of ['covers', 'intersects'])
      expect([200, 400]).toContain((await ask(`/frames/?${name}=${encodeURIComponent(geometry)}`)).status)
  })

  test.each([
    [ring(250), 'Ensure this value has at most 200 positions.'],
    [`POINT(${'9'.repeat(9000)} 1)`, 'Ensure this value has at most 8192 characters.'],
    ['POINT(NaN NaN)', 'Enter finite coordinates.'],
    ['SRID=3857;POINT(1 1)', 'Enter longitude and latitude: SRID 4326, or none.'],
    ['SRID=900913;POINT(1 1)', 'Enter longitude and latitude: SRID 4326, or none.'],
    ['SRID=;POINT(1 1)', 'Enter longitude and latitude: SRID 4326, or none.'],
    ['SRID=-1;POINT(1 1)', 'Enter longitude and latitude: SRID 4326, or none.'],
    ['010100002031BF0D0000000000000000000000000000000000', 'Enter longitude and latitude: SRID 4326, or none.'],
    ['0020000001000DBF3100000000000000000000000000000000', 'Enter longitude and latitude: SRID 4326, or none.'],
    [
      '{"type":"Point","coordinates":[1,1],"crs":{"type":"name","properties":{"name":"EPSG:3857"}}}',
      'Enter longitude and latitude: SRID 4326, or none.',
    ],
    ['POINT(-inf 0)', 'Enter finite coordinates.'],
    ['POINT(1 1)\0', 'Null characters are not allowed.'],
  ])('%j is refused before PostGIS sees it', async (geometry, message) => {
    expect(await ask(`/frames/?covers=${encodeURIComponent(geometry)}`)).toEqual({
      status: 400,
      body: { covers: [message] },
    })
  })
})
