import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { archive, counts, type Json, patch, read, send, useArchive } from '../../support/frame_writes.ts'
import { newFrame, newVersion, type Posted, post, store } from '../../support/frames.ts'

useArchive()

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
