import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { newFrame, newVersion, type Posted, post, store } from '../../support/frames.ts'

let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive()
})
afterAll(() => archive.close())

type Json = Record<string, unknown>

async function send(
  method: string,
  path: string,
  json: unknown,
  token: string | undefined = archive.root,
): Promise<{ status: number; body: Json }> {
  const response = await archive.request(path, { method, json, token })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Json) }
}
const patch = (id: number, json: unknown) => send('PATCH', `/frames/${id}/`, json)
const read = async (path: string): Promise<Json> =>
  (await archive.request(path, { token: archive.root })).json() as Promise<Json>
const counts = async (): Promise<number[]> => {
  const tables = ['frames', 'versions', 'headers', 'related_frames', 'thumbnails', 'outbox']
  return Promise.all(
    tables.map(async (table) =>
      Number((await archive.services.writer.unsafe(`select count(*) from ${table}`))[0]!.count),
    ),
  )
}

describe('POST', () => {
  test('of a new frame answers it, and it is there', async () => {
    const { status, body } = await send(
      'POST',
      '/frames/',
      newFrame('new', {
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
    )
    expect(status).toBe(201)
    expect(body).toMatchObject({
      basename: 'new',
      filename: 'new.fits.fz',
      version_set: [{ ...newVersion('new'), created: expect.stringMatching(/^\d{4}-.*Z$/) }],
      related_frames: [],
    })
    expect(body.url).toBe((body.version_set as Json[])[0]!.url)
    expect(await read(`/frames/${body.id}/`)).toMatchObject({ id: body.id, area: body.area, SITEID: 'cpt' })
    expect(await read(`/frames/${body.id}/headers/`)).toEqual({ data: { OBJECT: 'M 31' } })
  })

  test('of a basename that is there adds a version, the newest first, and updates what is said of the frame', async () => {
    const first = await post(archive, newFrame('again'))
    const { status, body } = await send(
      'POST',
      '/frames/',
      newFrame('again', { version_set: [newVersion('again 2')], target_name: 'M 33', headers: { OBJECT: 'M 33' } }),
    )
    expect([status, body.id, body.target_name]).toEqual([201, first.id, 'M 33'])
    expect((body.version_set as Json[]).map((v) => v.md5)).toEqual([newVersion('again 2').md5, newVersion('again').md5])
    expect(await read(`/frames/${first.id}/headers/`)).toEqual({ data: { OBJECT: 'M 33' } })
  })

  test('of a version that is there is refused by key and md5, and changes nothing', async () => {
    const frame = await post(archive, newFrame('twice'))
    const before = await counts()
    const { key, md5 } = newVersion('twice')
    const refused = {
      status: 400,
      body: {
        version_set: [
          { key: ['version with this key already exists.'], md5: ['version with this md5 already exists.'] },
        ],
      },
    }
    expect(
      await send(
        'POST',
        '/frames/',
        newFrame('twice', { target_name: 'changed', headers: { X: 1 }, related_frame_filenames: ['never'] }),
      ),
    ).toEqual(refused)
    expect(
      await send('POST', '/frames/', newFrame('another', { version_set: [{ key: 'other', md5, extension: '.fits' }] })),
    ).toEqual({
      status: 400,
      body: { version_set: [{ md5: ['version with this md5 already exists.'] }] },
    })
    expect(
      await send(
        'POST',
        '/frames/',
        newFrame('one', {
          version_set: [
            newVersion('fine'),
            { key: 'k', md5: 'm', extension: '.a' },
            { key: 'k', md5: 'n', extension: '.b' },
          ],
        }),
      ),
    ).toEqual({
      status: 400,
      body: { version_set: [{}, {}, { key: ['version with this key already exists.'] }] },
    })
    expect(key).not.toBe(md5)
    expect(await counts()).toEqual(before)
    expect(await read(`/frames/${frame.id}/`)).toMatchObject({ target_name: 'M 31', related_frames: [] })
    expect(await read(`/frames/${frame.id}/headers/`)).toEqual({ data: { OBJECT: 'M 31' } })
  })

  test('that fails at its last step changes nothing', async () => {
    const before = await counts()
    const bad = newFrame('half', { headers: { A: '\0' }, related_frame_filenames: ['half-related'] })
    expect((await send('POST', '/frames/', bad)).status).toBe(400)
    expect(await counts()).toEqual(before)
    expect(await read('/frames/?basename_exact=half')).toMatchObject({ count: 0 })
  })

  test('is for superusers: nobody else learns more than that', async () => {
    for (const [method, path] of [
      ['POST', '/frames/'],
      ['PUT', '/frames/1/'],
      ['PATCH', '/frames/1/'],
      ['DELETE', '/frames/1/'],
    ] as const)
      expect((await archive.request(path, { method, json: newFrame('nobody') })).status).toBe(401)
  })
})

describe('related frames', () => {
  test('are linked in both directions; one that is still to come is a placeholder that nobody sees until it comes', async () => {
    const flat = await post(archive, newFrame('flat'))
    const image = await send(
      'POST',
      '/frames/',
      newFrame('image', { related_frame_filenames: ['flat', 'dark-to-come', 'image', 'flat'] }),
    )
    const [placeholder] = (image.body.related_frames as number[]).filter((id) => id !== flat.id)
    expect(image.body.related_frames).toEqual([flat.id, placeholder].sort((a, b) => a! - b!))
    expect((await read(`/frames/${flat.id}/`)).related_frames).toEqual([image.body.id])
    expect((await archive.request(`/frames/${placeholder}/`, { token: archive.root })).status).toBe(404)
    expect(await read('/frames/?basename_exact=dark-to-come')).toMatchObject({ count: 0 })
    const dark = await post(archive, newFrame('dark-to-come'))
    expect(dark.id).toBe(placeholder)
    expect((await read(`/frames/${dark.id}/`)).related_frames).toEqual([image.body.id])
  })

  test('named again are no error, and add no link', async () => {
    await post(archive, newFrame('r1', { related_frame_filenames: ['r2'] }))
    await post(archive, newFrame('r2', { related_frame_filenames: ['r1'] }))
    const before = await counts()
    const found = (await read('/frames/?basename_exact=r1')) as { results: { id: number }[] }
    expect((await patch(found.results[0]!.id, { related_frame_filenames: ['r2'] })).status).toBe(200)
    expect(await counts()).toEqual(before)
  })
})

describe('at the same time', () => {
  test('twenty versions of one frame all arrive', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        send('POST', '/frames/', newFrame('race', { version_set: [newVersion(`race ${i}`)] })),
      ),
    )
    expect(answers.map((a) => a.status)).toEqual(new Array(20).fill(201))
    expect(new Set(answers.map((a) => a.body.id)).size).toBe(1)
    const frame = await read(`/frames/${answers[0]!.body.id}/`)
    expect((frame.version_set as Json[]).map((v) => v.md5).sort()).toEqual(
      Array.from({ length: 20 }, (_, i) => newVersion(`race ${i}`).md5).sort(),
    )
  })

  test('of twenty that send the same version one gets it in, and the others learn that it is there', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        send('POST', '/frames/', newFrame(`same ${i % 2}`, { version_set: [newVersion('the same')] })),
      ),
    )
    expect(answers.filter((a) => a.status === 201)).toHaveLength(1)
    const others = answers.filter((a) => a.status !== 201)
    for (const { status, body } of others)
      expect([status, body]).toEqual([
        400,
        {
          version_set: [
            { key: ['version with this key already exists.'], md5: ['version with this md5 already exists.'] },
          ],
        },
      ])
  })

  test('twenty frames that relate to each other in both directions lose no link', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `mesh-${i}`)
    const answers = await Promise.all(
      names.map((name, i) =>
        send('POST', '/frames/', newFrame(name, { related_frame_filenames: i % 2 ? names : [...names].reverse() })),
      ),
    )
    expect(answers.map((a) => a.status)).toEqual(new Array(20).fill(201))
    const ids = answers.map((a) => a.body.id as number)
    for (const id of ids)
      expect((await read(`/frames/${id}/`)).related_frames).toEqual(
        ids.filter((other) => other !== id).sort((a, b) => a - b),
      )
  })

  test('PATCH, PUT, POST and DELETE of one frame end in answers, not in errors', async () => {
    const { id } = await post(archive, newFrame('busy'))
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => {
        if (i === 10) return send('DELETE', `/frames/${id}/`, undefined)
        if (i % 3 === 0)
          return patch(id, { target_name: `t${i}`, related_frame_filenames: [`busy-${i}`, 'busy-common'] })
        if (i % 3 === 1)
          return send('PUT', `/frames/${id}/`, newFrame('busy', { version_set: [newVersion(`busy ${i}`)] }))
        return send('POST', '/frames/', newFrame(`busy-${i - 2}`, { related_frame_filenames: ['busy-common'] }))
      }),
    )
    for (const { status, body } of answers) expect([200, 201, 204, 404], JSON.stringify(body)).toContain(status)
  })
})

describe('PATCH', () => {
  test('changes what is given and nothing else', async () => {
    const frame = await post(archive, newFrame('patched', { related_frame_filenames: ['patched-related'] }))
    const { id, ...before } = await read(`/frames/${frame.id}/`)
    const { status, body } = await patch(frame.id, { target_name: 'M 101', exposure_time: null })
    expect([status, body.target_name, body.exposure_time]).toEqual([200, 'M 101', null])
    const after = await read(`/frames/${frame.id}/`)
    expect(after).toEqual({ ...before, id, target_name: 'M 101', OBJECT: 'M 101', exposure_time: null, EXPTIME: null })
    expect((await patch(frame.id, {})).status).toBe(200)
    expect(await read(`/frames/${frame.id}/`)).toEqual(after)
  })

  test('renames a frame, but not to the name of another', async () => {
    const [a, b] = [await post(archive, newFrame('name-a')), await post(archive, newFrame('name-b'))]
    expect(await patch(a.id, { basename: 'name-b', target_name: 'lost' })).toEqual({
      status: 400,
      body: { basename: ['frame with this basename already exists.'] },
    })
    expect(await read(`/frames/${a.id}/`)).toMatchObject({ basename: 'name-a', target_name: 'M 31' })
    expect((await patch(b.id, { basename: 'name-b' })).body).toMatchObject({ id: b.id, basename: 'name-b' })
    expect((await patch(a.id, { basename: 'name-c' })).body).toMatchObject({
      id: a.id,
      basename: 'name-c',
      filename: 'name-c.fits.fz',
    })
    expect(await read('/frames/?basename_exact=name-a')).toMatchObject({ count: 0 })
  })

  test('of a frame that is not there is a 404, and makes none', async () => {
    const before = await counts()
    for (const id of [2147483647, 0])
      expect(await patch(id, { basename: 'ghost' })).toEqual({ status: 404, body: { detail: 'Not found.' } })
    expect(await send('PUT', '/frames/2147483647/', newFrame('ghost'))).toEqual({
      status: 404,
      body: { detail: 'Not found.' },
    })
    expect(await counts()).toEqual(before)
  })
})

describe('PUT', () => {
  test('takes back what GET gave, with headers and related names beside it', async () => {
    const area = {
      type: 'Polygon',
      coordinates: [
        [
          [359.5, -0.5],
          [359.5, 0.5],
          [0.5, 0.5],
          [0.5, -0.5],
          [359.5, -0.5],
        ],
      ],
    }
    const { id } = await post(
      archive,
      newFrame('round', { area, exposure_time: 0.1, observation_date: '2016-01-02T03:04:05.000001' }),
    )
    const before = await read(`/frames/${id}/`)
    const { status, body } = await send('PUT', `/frames/${id}/`, {
      ...before,
      headers: { OBJECT: 'M 31' },
      related_frame_filenames: [],
    })
    expect([status, body]).toEqual([200, expect.objectContaining({ id })])
    expect(await read(`/frames/${id}/`)).toEqual(before)
  })

  test('needs the whole frame', async () => {
    const { id } = await post(archive, newFrame('whole'))
    const { status, body } = await send('PUT', `/frames/${id}/`, {})
    expect([status, Object.keys(body).sort()]).toEqual([
      400,
      [
        'area',
        'basename',
        'configuration_type',
        'headers',
        'observation_day',
        'related_frame_filenames',
        'version_set',
      ],
    ])
    for (const messages of Object.values(body)) expect(messages).toEqual(['This field is required.'])
  })

  test('refuses a version of another frame', async () => {
    await post(archive, newFrame('owner'))
    const { id } = await post(archive, newFrame('thief'))
    const { status, body } = await send(
      'PUT',
      `/frames/${id}/`,
      newFrame('thief', { version_set: [newVersion('owner')] }),
    )
    expect([status, body]).toEqual([
      400,
      {
        version_set: [
          { key: ['version with this key already exists.'], md5: ['version with this md5 already exists.'] },
        ],
      },
    ])
  })
})

describe('DELETE', () => {
  test('removes the rows and then the files, older versions and thumbnails included', async () => {
    await post(archive, newFrame('gone', { related_frame_filenames: ['stays'] }))
    const frame = await post(archive, newFrame('gone', { version_set: [newVersion('gone 2')] }))
    const thumbnail = {
      ...newFrame('gone-small'),
      size: 'small',
      frame_basename: 'gone',
      version_set: [newVersion('gone-small', '.jpg')],
    }
    const { url } = await post<Posted>(archive, thumbnail, '/thumbnails/')
    const stored = [...frame.version_set.map((v) => v.url!), url!]
    const paths = await Promise.all(stored.map((address) => store(archive, address, 'content')))
    expect(paths).toHaveLength(3)
    const files = stored.map((address) => decodeURIComponent(new URL(address).pathname.replace('/files/', '')))
    expect(existsSync(join(archive.files, files[0]!))).toBe(true)
    const response = await archive.request(`/frames/${frame.id}/`, { method: 'DELETE', token: archive.root })
    expect([response.status, await response.text()]).toEqual([204, ''])
    for (const path of ['', 'headers/', 'related/'])
      expect((await archive.request(`/frames/${frame.id}/${path}`, { token: archive.root })).status).toBe(404)
    for (const file of files) expect(existsSync(join(archive.files, file)), file).toBe(false)
    for (const address of stored) expect((await archive.request(address)).status).toBe(404)
    const stays = (await send('POST', '/frames/', newFrame('stays'))).body
    expect(stays.related_frames).toEqual([])
    expect((await archive.request(`/frames/${frame.id}/`, { method: 'DELETE', token: archive.root })).status).toBe(404)
  })
})

describe('the message', () => {
  const messages = async (of: TestArchive) =>
    (await of.services.writer`select message from outbox order by id`).map((row) => row.message as Json)

  test('is not kept where there is no exchange', async () => {
    await post(archive, newFrame('unheard'))
    expect(await messages(archive)).toEqual([])
  })

  test('is kept with the frame where there is one: headers flattened, and what the frame is', async () => {
    // a port on which nobody listens: what is to be sent stays in the outbox
    const heard = await testArchive({ PROCESSED_EXCHANGE_ENABLED: 'True', QUEUE_BROKER_URL: 'amqp://127.0.0.1:1' })
    try {
      const area = {
        type: 'Polygon',
        coordinates: [
          [
            [10, 40],
            [10, 41],
            [11, 41],
            [10, 40],
          ],
        ],
      }
      const version = { ...newVersion('heard'), extra: 'as posted' }
      const frame = await post(
        heard,
        newFrame('heard', {
          area,
          version_set: [version],
          headers: { OBJECT: 'M 31', BLKUID: 7, basename: 'not this one' },
        }),
      )
      const plain = await post(heard, newFrame('plain'))
      expect(await messages(heard)).toEqual([
        {
          OBJECT: 'M 31',
          BLKUID: 7,
          area,
          basename: 'heard',
          version_set: [version],
          filename: 'heard.fits.fz',
          frameid: frame.id,
        },
        {
          OBJECT: 'M 31',
          area: null,
          basename: 'plain',
          version_set: [newVersion('plain')],
          filename: 'plain.fits.fz',
          frameid: plain.id,
        },
      ])
      const count = async () => (await messages(heard)).length
      const request = (method: string, path: string, json: unknown) =>
        heard.request(path, { method, json, token: heard.root })
      expect((await request('POST', '/frames/', newFrame('heard'))).status).toBe(400)
      expect((await request('POST', '/frames/', newFrame('no file', { version_set: [] }))).status).toBe(201)
      expect((await request('PATCH', `/frames/${plain.id}/`, { target_name: 'x' })).status).toBe(200)
      expect(await count()).toBe(2)
      expect((await request('PATCH', `/frames/${plain.id}/`, { version_set: [newVersion('plain 2')] })).status).toBe(
        200,
      )
      expect(await count()).toBe(3)
      const refused = await request(
        'POST',
        '/frames/',
        newFrame('unsendable', { version_set: [{ ...newVersion('u'), extra: '\0' }] }),
      )
      expect([refused.status, Object.keys((await refused.json()) as Json)]).toEqual([400, ['version_set']])
    } finally {
      await heard.close()
    }
  })
})
