import { describe, expect, test } from 'vitest'
import { newFrame, post } from '../../support/frames.ts'
import { archive, ask, id, send, useHostileArchive } from '../../support/hostile.ts'

useHostileArchive()

describe('forms', () => {
  const FORMS = [
    'a[99999999]=1',
    'a[__proto__]=1',
    '__proto__[0]x=1',
    '__proto__=1',
    '__proto__.x=1',
    'constructor.prototype.x=1',
    'constructor[0]=1',
    'toString=1',
    'headers=x',
    'headers=',
    'headers={',
    'headers[0]=x',
    'headers.a=1',
    'headers={}&headers={}',
    'headers={}&headers.a=1',
    'area=x',
    'area=null',
    'area=POLYGON((0 0,0 1,1 1,0 0))',
    'version_set=x',
    'version_set[0]=x',
    'version_set[0]=x&version_set[0]key=y',
    'version_set[9999]key=a',
    'version_set.key=1',
    'version_set[0]__proto__=1',
    'basename=a&basename=b',
    'basename=%00',
    'basename=%ff',
    '%ff=1',
    '=1',
    '&&=',
    'frame_ids=1&frame_ids=2',
    'frame_ids[0]=x',
    'frame_ids[]=1',
    'tokens=1&username=x',
    'tokens[0]=1&username=x',
    'username[0]=a&password=b',
    `${'a'.repeat(1_000_000)}[=1`,
    '['.repeat(100_000),
    '.'.repeat(100_000),
    Array.from({ length: 9000 }, () => 'basename=1').join('&'),
    Array.from({ length: 9000 }, (_, i) => `version_set[0]k${i}=1`).join('&'),
    Array.from({ length: 9000 }, (_, i) => `o.k${i}=1`).join('&'),
    Array.from({ length: 20_000 }, (_, i) => `k${i}=1`).join('&'),
    `headers=${'{"a":'.repeat(50_000)}`,
  ]
  test('every form is answered at once', async () => {
    for (const form of FORMS)
      for (const [method, path] of [
        ['POST', '/frames/'],
        ['PATCH', `/frames/${id}/`],
        ['POST', '/thumbnails/'],
        ['POST', '/frames/zip/'],
        ['POST', '/api-token-auth/'],
      ] as const) {
        const began = performance.now()
        await send(method, path, form, 'application/x-www-form-urlencoded')
        expect(performance.now() - began, form.slice(0, 60)).toBeLessThan(2000)
      }
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  test('a frame comes as a form, with its versions in brackets and its headers as JSON', async () => {
    const { version_set, headers, related_frame_filenames, area, ...plain } = newFrame('by-form') as Record<
      string,
      never
    >
    const related = (await post(archive, newFrame('a bias'))).id
    const form = new URLSearchParams({
      ...plain,
      headers: '{"A":1}',
      area: 'POLYGON((0 0,0 1,1 1,0 0))',
      'version_set[0]key': 'form key',
      'version_set[0].md5': 'form md5',
      'version_set[0]extension': '.fits',
      'related_frame_filenames[0]': 'a bias',
    })
    const { status, body } = await send('POST', '/frames/', form, 'application/x-www-form-urlencoded')
    expect([status, body]).toEqual([
      201,
      expect.objectContaining({
        basename: 'by-form',
        related_frames: [related],
        filename: 'by-form.fits',
        area: {
          type: 'Polygon',
          coordinates: [
            [
              [0, 0],
              [0, 1],
              [1, 1],
              [0, 0],
            ],
          ],
        },
      }),
    ])
  })

  test.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary="',
    'multipart/form-data; boundary=x',
    `multipart/form-data; boundary=${'x'.repeat(500)}`,
  ])('%s without parts is refused', async (type) => {
    expect(await send('POST', '/frames/', '--y\r\n\r\n', type)).toEqual({
      status: 400,
      body: { detail: 'Multipart form parse error - the body is not a multipart form.' },
    })
  })
  test.each(['application/json; charset=utf-16', 'APPLICATION/JSON'])('%s is read as UTF-8 JSON', async (type) => {
    expect((await send('PATCH', `/frames/${id}/`, '{}', type)).status).toBe(200)
  })
  test.each(['text/plain', 'application/xml', '', '/', ';', 'x'.repeat(5000)])(
    'the media type %j is a 415',
    async (type) => {
      expect((await send('POST', '/frames/', '{}', type)).status).toBe(415)
    },
  )
  test('a file where a text should be, and ten thousand parts, are refused', async () => {
    const form = new FormData()
    form.set('basename', new File(['x'], 'x.txt'))
    expect((await ask('/frames/', { method: 'POST', body: form })).status).toBe(400)
    for (let i = 0; i < 10_001; i++) form.append('k', '1')
    expect(await ask('/frames/', { method: 'POST', body: form })).toEqual({
      status: 400,
      body: { detail: 'A form may have 10000 fields at most.' },
    })
  })
})
