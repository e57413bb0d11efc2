import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { newFrame, newVersion, PAST, type Posted, post, store } from '../../support/frames.ts'

let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive()
})
afterAll(() => archive?.close())

interface Thumbnail {
  id: number
  basename: string
  size: string
  key: string
  url: string
  frame: number
}
const newThumbnail = (frame: string, size: string, over: Record<string, unknown> = {}) => ({
  ...newFrame(`${frame}-${size}`, { configuration_type: '' }),
  frame_basename: frame,
  size,
  version_set: [newVersion(`${frame}-${size}`, '.jpg')],
  ...over,
})
const put = (json: unknown) => post<Omit<Thumbnail, 'id' | 'frame'> & { frame: Posted }>(archive, json, '/thumbnails/')
const list = async (query: string): Promise<Thumbnail[]> =>
  ((await (await archive.request(`/thumbnails/?${query}`)).json()) as { results: Thumbnail[] }).results
const told = async (response: Response) => ({
  status: response.status,
  body: response.status === 204 ? null : await response.json(),
})
const change = async (method: string, id: number, json?: unknown) =>
  told(await archive.request(`/thumbnails/${id}/`, { method, json, token: archive.root }))
const frameNow = async (basename: string, token?: string) =>
  ((await (await archive.request(`/frames/?basename_exact=${basename}`, { token })).json()) as { count: number }).count

describe('a thumbnail that comes before its frame', () => {
  test('makes its frame from what it says, which is not listed until it has a file; the file keeps the thumbnail', async () => {
    const { frame } = await put(newThumbnail('early', 'small', { target_name: 'M 33' }))
    expect(await frameNow('early', archive.root)).toBe(0)
    expect(await told(await archive.request(`/frames/${frame.id}/?include_thumbnails=true`))).toMatchObject({
      status: 200,
      body: {
        basename: 'early',
        target_name: 'M 33',
        url: null,
        filename: null,
        version_set: [],
        thumbnails: [{ size: 'small' }],
      },
    })
    expect((await post(archive, newFrame('early'))).id).toBe(frame.id)
    expect(await frameNow('early')).toBe(1)
    expect((await list('frame_basename=early')).map((t) => t.frame)).toEqual([frame.id])
  })

  test('fills a placeholder that another frame named', async () => {
    await post(archive, newFrame('names-another', { related_frame_filenames: ['named'] }))
    expect(await list('frame_basename=named')).toEqual([])
    await put(newThumbnail('named', 'small'))
    expect(await list('frame_basename=named')).toHaveLength(1)
  })
})

describe('a thumbnail of a frame that is there', () => {
  test('changes nothing of the frame', async () => {
    const before = await post(archive, newFrame('there'))
    const { frame } = await put(
      newThumbnail('there', 'large', { target_name: 'something else', proposal_id: 'other', public_date: PAST }),
    )
    expect(frame).toMatchObject({ id: before.id, target_name: 'M 31', proposal_id: 'alpha' })
  })

  test('sent again takes the place of the one before: same id, new file', async () => {
    await put(newThumbnail('there', 'small'))
    const [before] = await list('frame_basename=there&size=small')
    await put(newThumbnail('there', 'small', { version_set: [newVersion('sent again', '.jpg')] }))
    const after = await list('frame_basename=there&size=small')
    expect(after).toEqual([{ ...before, key: newVersion('sent again').key }])
  })
})

describe('a list of thumbnails', () => {
  beforeAll(async () => {
    for (const [i, size] of ['small', 'medium', 'large'].entries()) {
      await post(archive, newFrame(`listed-${i}`, { proposal_id: `p${i}`, observation_id: 70 + i, request_id: 80 + i }))
      await put(newThumbnail(`listed-${i}`, size))
    }
  })
  const found = async (query: string) => (await list(`limit=100&${query}`)).map((t) => t.basename)

  test.each([
    ['frame_basename=listed-1', ['listed-1-medium']],
    ['proposal_id=p2', ['listed-2-large']],
    ['observation_id=70', ['listed-0-small']],
    ['request_id=81', ['listed-1-medium']],
    ['size=medium', ['listed-1-medium']],
    ['size=large&observation_id=71', []],
    ['observation_id=99999999999999', []],
  ])('%s', async (query, names) => {
    expect(await found(query)).toEqual(names)
  })

  test.each([
    ['size=gigantic', { size: ['Select a valid choice. gigantic is not one of the available choices.'] }],
    ['observation_id=x', { observation_id: ['Enter a number.'] }],
    ['request_id=1;2', { request_id: ['Enter a number.'] }],
    ['proposal_id=a%00b', { proposal_id: ['Null characters are not allowed.'] }],
  ])('%s is refused', async (query, body) => {
    expect(await told(await archive.request(`/thumbnails/?${query}`))).toEqual({ status: 400, body })
  })

  test('is paged', async () => {
    const { count, next, results } = (await (await archive.request('/thumbnails/?limit=2')).json()) as {
      count: number
      next: string
      results: Thumbnail[]
    }
    const rest = await list('limit=100&offset=2')
    expect([results.length, rest.length, next]).toEqual([2, count - 2, 'http://localhost/thumbnails/?limit=2&offset=2'])
  })
})

describe('changing and removing a thumbnail', () => {
  let one: Thumbnail
  beforeAll(async () => {
    await put(newThumbnail('changed', 'small'))
    await put(newThumbnail('changed', 'large'))
    one = (await list('frame_basename=changed&size=small'))[0]!
  })

  test('PATCH changes what is given', async () => {
    expect(await change('PATCH', one.id, { size: 'medium' })).toEqual({ status: 200, body: { ...one, size: 'medium' } })
  })

  test('PUT asks for all of it', async () => {
    expect(await change('PUT', one.id, { size: 'small' })).toMatchObject({
      status: 400,
      body: { basename: ['This field is required.'], version_set: ['This field is required.'] },
    })
    expect(await change('PUT', one.id, newThumbnail('changed', 'small'))).toEqual({ status: 200, body: one })
  })

  test('PATCH moves it to another frame', async () => {
    const { id } = await post(archive, newFrame('moved-to'))
    expect(await change('PATCH', one.id, { frame_basename: 'moved-to' })).toMatchObject({
      status: 200,
      body: { frame: id },
    })
    await change('PATCH', one.id, { frame_basename: 'changed' })
  })

  test('a name that another has is refused, as are two versions, and an unknown size', async () => {
    expect(await change('PATCH', one.id, { basename: 'changed-large' })).toEqual({
      status: 400,
      body: { basename: ['thumbnail with this basename already exists.'] },
    })
    expect(
      (await change('PATCH', one.id, { version_set: [newVersion('a', '.jpg'), newVersion('b', '.jpg')] })).status,
    ).toBe(400)
    expect(await change('PATCH', one.id, { size: 'gigantic' })).toEqual({
      status: 400,
      body: { size: ['"gigantic" is not a valid choice.'] },
    })
  })

  test('DELETE removes the row and its file', async () => {
    await store(archive, one.url, 'a picture')
    const file = join(archive.files, decodeURIComponent(new URL(one.url).pathname.slice('/files/'.length)))
    expect((await stat(file)).size).toBe(9)
    expect((await archive.request(new URL(one.url).pathname)).status).toBe(200)
    expect((await change('DELETE', one.id)).status).toBe(204)
    expect((await change('DELETE', one.id)).status).toBe(404)
    await expect(stat(file)).rejects.toThrow('ENOENT')
    expect((await archive.request(`/thumbnails/${one.id}/`)).status).toBe(404)
  })

  test.each(['0', 'x', '-1', '99999999999999999999', '1.5'])('there is none of the id %s', async (id) => {
    for (const method of ['GET', 'PATCH', 'DELETE'])
      expect(
        (
          await archive.request(`/thumbnails/${id}/`, {
            method,
            token: archive.root,
            json: method === 'PATCH' ? {} : undefined,
          })
        ).status,
      ).toBe(404)
  })
})

test('the sizes are those of THUMBNAIL_SIZE_CHOICES', async () => {
  const { beside } = await import('../../support/archive.ts')
  const process = await beside(archive, { THUMBNAIL_SIZE_CHOICES: 'tiny,small' })
  expect(
    (await process.request('/thumbnails/', { json: newThumbnail('sized', 'tiny'), token: archive.root })).status,
  ).toBe(201)
  expect(
    (await process.request('/thumbnails/', { json: newThumbnail('sized', 'large'), token: archive.root })).status,
  ).toBe(400)
})
