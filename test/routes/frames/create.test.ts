import { describe, expect, test } from 'vitest'
import { archive, counts, type Json, patch, read, send, useArchive } from '../../support/frame_writes.ts'
import { newFrame, newVersion, post } from '../../support/frames.ts'

useArchive()

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
