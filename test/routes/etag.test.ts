import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestArchive, testArchive } from '../support/archive.ts'
import { FAR, newFrame, type Posted, post } from '../support/frames.ts'

let archive: TestArchive
let frame: Posted
beforeAll(async () => {
  archive = await testArchive()
  frame = await post(archive, newFrame('open'))
  await post(archive, newFrame('hidden', { public_date: FAR }))
})
afterAll(() => archive.close())

const paths = () => [
  '/frames/',
  '/frames/?pagination_style=cursor',
  `/frames/${frame.id}/`,
  `/frames/${frame.id}/related/`,
  '/thumbnails/',
]

test('lists and details are not sent again to a client that has them, and are once they change', async () => {
  for (const path of paths()) {
    const first = await archive.request(path)
    const etag = first.headers.get('etag')!
    expect([path, first.status, etag]).toEqual([path, 200, expect.stringMatching(/^W\/"\w+"$/)])
    const again = await archive.request(path, { headers: { 'if-none-match': etag } })
    expect([path, again.status, await again.text(), again.headers.get('etag')]).toEqual([path, 304, '', etag])
    expect((await archive.request(path, { headers: { 'if-none-match': 'W/"other"' } })).status).toBe(200)
  }
  const before = (await archive.request(`/frames/${frame.id}/`)).headers.get('etag')!
  const patch = { method: 'PATCH', token: archive.root, json: { target_name: 'M 32' } }
  expect((await archive.request(`/frames/${frame.id}/`, patch)).status).toBe(200)
  expect((await archive.request(`/frames/${frame.id}/`, { headers: { 'if-none-match': before } })).status).toBe(200)
})

test('what one caller has is not current for another who may see more', async () => {
  const anonymous = (await archive.request('/frames/')).headers.get('etag')!
  const all = await archive.request('/frames/', { token: archive.root, headers: { 'if-none-match': anonymous } })
  expect([all.status, ((await all.json()) as { count: number }).count]).toEqual([200, 2])
  expect(all.headers.get('vary')).toBe('Cookie, Authorization')
})
