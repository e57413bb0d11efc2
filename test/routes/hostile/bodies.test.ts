import { describe, expect, test } from 'vitest'
import { newFrame, newVersion } from '../../support/frames.ts'
import { archive, ask, id, patch, send, useHostileArchive, VALUES } from '../../support/hostile.ts'

useHostileArchive()

describe('bodies', () => {
  const bodyOf = (whole: Record<string, unknown>, field: string, value: string) => {
    const { [field]: _, ...rest } = whole
    return JSON.stringify({ ...rest, zz: 0 }).replace(/"zz":0}$/, `${JSON.stringify(field)}:${value}}`)
  }
  let n = 0
  const frameBody = () => newFrame(`hostile-${n++}`)
  const thumbnailBody = () => ({
    ...frameBody(),
    size: 'small',
    frame_basename: 'target',
    version_set: [newVersion(`thumbnail ${n++}`, '.jpg')],
  })

  test.each([...Object.keys(newFrame('x')), 'extra'])('frames: every value of %s is answered', async (field) => {
    for (const value of VALUES)
      for (const method of ['POST', 'PATCH'])
        await send(
          method,
          method === 'POST' ? '/frames/' : `/frames/${id}/`,
          bodyOf(method === 'POST' ? frameBody() : {}, field, value),
        )
  })
  test.each(['size', 'frame_basename', 'basename', 'version_set', 'area', 'configuration_type', 'reduction_level'])(
    'thumbnails: every value of %s is answered',
    async (field) => {
      for (const value of VALUES) await send('POST', '/thumbnails/', bodyOf(thumbnailBody(), field, value))
    },
  )
  test.each(['key', 'md5', 'extension', 'extra'])('versions: every value of %s is answered', async (field) => {
    for (const value of VALUES)
      await send(
        'POST',
        '/frames/',
        bodyOf(frameBody(), 'version_set', `[${bodyOf(newVersion(`v${n++}`), field, value)}]`),
      )
  })
  test.each([
    ['/frames/zip/', 'frame_ids', {}],
    ['/frames/zip/', 'auth_token', {}],
    ['/api-token-auth/', 'username', {}],
    ['/api-token-auth/', 'password', {}],
    ['/authprofile/addupdateuser/', 'username', { authorization: 'Server the server key' }],
    ['/authprofile/addupdateuser/', 'tokens', { authorization: 'Server the server key' }],
    ['/authprofile/addupdateuser/', 'profile', { authorization: 'Server the server key' }],
  ])('%s: every value of %s is answered', async (path, field, headers) => {
    for (const value of VALUES)
      await ask(path, {
        token: undefined,
        method: 'POST',
        body: bodyOf({ username: 'nobody', password: 'x', frame_ids: [1] }, field, value),
        headers: { 'content-type': 'application/json', ...headers },
      })
  })

  test.each([
    '',
    ' ',
    'null',
    '1',
    '"x"',
    '[]',
    '[{}]',
    '{',
    '{"a":1,}',
    '{}{}',
    'NaN',
    '\ufeff{}',
    '{"a":NaN}',
    '['.repeat(1_000_000),
    '{"a":'.repeat(500_000),
    '9'.repeat(1_000_000),
  ])('the body %j is answered', async (body) => {
    for (const [method, path] of [
      ['POST', '/frames/'],
      ['PATCH', `/frames/${id}/`],
      ['POST', '/frames/zip/'],
      ['POST', '/thumbnails/'],
    ] as const)
      await send(method, path, body)
  })

  test('bytes that are no UTF-8 are refused', async () => {
    for (const bytes of [
      [0xff, 0xfe],
      [0xc0, 0x80],
      [0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d],
    ])
      expect(await send('POST', '/frames/', new Uint8Array(bytes))).toEqual({
        status: 400,
        body: { detail: 'JSON parse error - the body is not UTF-8.' },
      })
  })

  test('what nests too deep, or holds too many values, is not even parsed', async () => {
    expect(await patch(`{"headers":${'['.repeat(100)}${']'.repeat(100)}}`)).toEqual({
      status: 400,
      body: { detail: 'JSON parse error - more than 100 levels deep.' },
    })
    expect(await patch(`{"x":[${'{},'.repeat(300_000)}{}]}`)).toEqual({
      status: 400,
      body: { detail: 'JSON parse error - more than 200000 values.' },
    })
  })

  test('a body over 10 MB is a 413, announced or not', async () => {
    const much = new Uint8Array(10 * 1024 * 1024 + 1).fill(97)
    const refused = { status: 413, body: { detail: 'The body is larger than 10 MB.' } }
    expect(await send('POST', '/frames/', much)).toEqual(refused)
    expect(await send('POST', '/frames/', '{}', 'application/json', { 'content-length': '99999999999' })).toEqual(
      refused,
    )
    expect(await send('POST', '/frames/', much, 'application/json', { 'content-length': '2' })).toEqual(refused)
    const pieces = new ReadableStream({
      pull: (controller) => controller.enqueue(much.subarray(0, 1_000_000)),
    })
    expect(
      await ask('/frames/', {
        method: 'POST',
        body: pieces,
        duplex: 'half',
        headers: { 'content-type': 'application/json' },
      } as RequestInit),
    ).toEqual(refused)
  })

  test('headers come back with every digit that they came with', async () => {
    const headers =
      '{"BIG": 12345678901234567890, "TINY": 0.10000000000000000001, "ZEROS": 1.10, "NEG": -99999999999999999999}'
    // the values before have taken its dates away, and with them its visibility
    expect((await patch('{"observation_date":"2016-01-02T03:04:05","public_date":"2015-01-01T00:00:00"}')).status).toBe(
      200,
    )
    expect((await patch(`{"headers":{"lost":1},"extra":"\\u0000","\\u0068eaders":${headers}}`)).status).toBe(200)
    expect(await (await archive.request(`/frames/${id}/headers/`)).text()).toBe(
      `{"data":${'{"BIG": 12345678901234567890, "NEG": -99999999999999999999, "TINY": 0.10000000000000000001, "ZEROS": 1.10}'}}`,
    )
    const form = new URLSearchParams({ headers: '{"BIG":12345678901234567890}' })
    expect((await send('PATCH', `/frames/${id}/`, form, 'application/x-www-form-urlencoded')).status).toBe(200)
    expect(await (await archive.request(`/frames/${id}/headers/`)).text()).toBe(
      '{"data":{"BIG": 12345678901234567890}}',
    )
  })

  test.each([
    [
      'headers',
      '{"A":"\\u0000"}',
      'The database cannot hold this: it has a null character, half a surrogate pair, or a number out of range.',
    ],
    [
      'headers',
      '{"A":"\\ud800"}',
      'The database cannot hold this: it has a null character, half a surrogate pair, or a number out of range.',
    ],
    [
      'headers',
      '{"A":1e999999}',
      'The database cannot hold this: it has a null character, half a surrogate pair, or a number out of range.',
    ],
    ['area', '""', 'Invalid format: string or unicode input unrecognized as GeoJSON, WKT EWKT or HEXEWKB.'],
    [
      'area',
      '"POLYGON((0 0,NaN NaN,1 1,0 0))"',
      'Invalid format: string or unicode input unrecognized as GeoJSON, WKT EWKT or HEXEWKB.',
    ],
    [
      'area',
      `"01030000000100000004000000${'00'.repeat(16)}000000000000F87F000000000000F87F000000000000F03F000000000000F03F${'00'.repeat(16)}"`,
      'PostGIS cannot read this area as a Polygon.',
    ],
    ['area', '"POINT(1 1)"', 'PostGIS cannot read this area as a Polygon.'],
    [
      'area',
      '"SRID=3857;POLYGON((0 0,0 1,1 1,0 0))"',
      'Invalid format: string or unicode input unrecognized as GeoJSON, WKT EWKT or HEXEWKB.',
    ],
    [
      'area',
      `{"type":"Polygon","coordinates":[${JSON.stringify(Array.from({ length: 1001 }, () => [0, 0]))}]}`,
      'A Polygon may have 1000 positions at most.',
    ],
    [
      'area',
      '{"type":"Polygon","coordinates":[[[0,0],[0,1],[1,1],[1e999,0]]]}',
      'A position is two finite numbers: RA and Dec in degrees.',
    ],
    [
      'related_frame_filenames',
      JSON.stringify(Array.from({ length: 10_001 }, () => 'x')),
      'Ensure this field has no more than 10000 elements.',
    ],
    ['exposure_time', `"${'9'.repeat(1_000_000)}x"`, 'A valid number is required.'],
    ['observation_id', '{"toString":1}', 'A valid integer is required.'],
    ['configuration_type', '{"toString":1}', '"{"toString":1}" is not a valid choice.'],
  ])('%s %s is refused by its name', async (field, value, message) => {
    expect(await patch(`{"${field}":${value}}`)).toEqual({ status: 400, body: { [field]: [message] } })
  })

  test('an area in three dimensions, as WKT or with a crs member is kept as the place on the sky that it is', async () => {
    const flat = {
      type: 'Polygon',
      coordinates: [
        [
          [0, 0],
          [0, 1],
          [1, 1],
          [0, 0],
        ],
      ],
    }
    for (const area of [
      '"POLYGON Z((0 0 5,0 1 5,1 1 5,0 0 5))"',
      '{"type":"Polygon","coordinates":[[[0,0,5],[0,1,5],[1,1,5],[0,0,5]]]}',
      '{"type":"Polygon","crs":{"type":"name","properties":{"name":"EPSG:3857"}},"coordinates":[[[0,0],[0,1],[1,1],[0,0]]]}',
    ])
      expect((await patch(`{"area":${area}}`)).body).toMatchObject({ area: flat })
  })
})
