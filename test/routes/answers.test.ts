import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashPassword } from '../../src/auth/passwords.ts'
import { addSuperuser } from '../../src/queries/users/save.ts'
import { type TestArchive, testArchive } from '../support/archive.ts'
import { faultsOf, operationOf } from '../support/openapi.ts'

type Json = Record<string, unknown>

/** Asserts that the document knows the status, the media type and the body of an answer; gives the body. */
async function documented(method: string, path: string, response: Response): Promise<unknown> {
  const { status } = response
  const text = await response.text()
  const type = response.headers.get('content-type')?.split(';')[0] ?? null
  const body = type === 'application/json' ? JSON.parse(text) : text
  const { operation } = operationOf(method, path)!
  expect({ method, path, faults: faultsOf(method, path, { status, type, body }), body }).toMatchObject({ faults: [] })
  if (text === '') expect([204, 303, 304, 404]).toContain(status)
  else expect(Object.keys(operation.responses[status]!.content ?? {})).toContain(type)
  return body
}

const frame = (n: number, more: Json = {}) => ({
  basename: `cpt1m010-kb70-20160102-000${n}-e00`,
  area: {
    type: 'Polygon',
    coordinates: [
      [
        [10, 41],
        [10, 42],
        [11, 42],
        [11, 41],
        [10, 41],
      ],
    ],
  },
  observation_date: `2016-01-02T03:04:0${n}.678`,
  observation_day: '2016-01-02',
  proposal_id: 'KEY2014A-002',
  instrument_id: 'kb70',
  target_name: 'M 31',
  reduction_level: 0,
  site_id: 'cpt',
  telescope_id: '1m0a',
  exposure_time: 30.5,
  primary_optical_element: 'rp',
  public_date: '2017-01-02T03:04:05',
  configuration_type: 'EXPOSE',
  observation_id: 1001,
  request_id: 2001,
  headers: { OBJECT: 'M 31', AIRMASS: 1.01, COMMENT: ['a', null, { b: true }] },
  related_frame_filenames: [] as string[],
  version_set: [{ key: `key${n}`, md5: `md5${n}`.padEnd(32, '0'), extension: '.fits.fz' }],
  ...more,
})

let archive: TestArchive
const ids: number[] = []
beforeAll(async () => {
  archive = await testArchive()
  for (const body of [
    frame(1),
    frame(2, { area: null, exposure_time: null, observation_id: null, request_id: null, public_date: null }),
    frame(3, { related_frame_filenames: [frame(1).basename, 'cpt1m010-kb70-20160101-0009-b00'] }),
    frame(4, { observation_date: null }),
  ]) {
    const created = await documented(
      'POST',
      '/frames/',
      await archive.request('/frames/', { token: archive.root, json: body }),
    )
    ids.push((created as { id: number }).id)
  }
})
afterAll(() => archive.close())

const get = (path: string, token?: string) =>
  archive.request(path, { ...(token && { token }) }).then((response) => documented('GET', path, response))

test('lists of frames, by offset and by cursor, are as documented', async () => {
  for (const token of [undefined, archive.root])
    for (const query of [
      '',
      '?limit=1&offset=1',
      '?include_thumbnails=true',
      '?include_related_frames=false',
      '?pagination_style=cursor&limit=1',
      '?site_id=nowhere',
    ])
      await get(`/frames/${query}`, token)
  const { count } = (await get('/frames/', archive.root)) as { count: number }
  expect(count).toBe(3)
})

test('refused filters and cursors are as documented', async () => {
  expect(await get('/frames/?start=never')).toEqual({ start: ['Enter a valid date/time.'] })
  expect(await get('/frames/?pagination_style=cursor&cursor=x')).toEqual({ detail: 'Invalid cursor' })
  expect(await get('/frames/', 'unknown')).toEqual({ detail: 'Invalid token.' })
})

test('one frame, its headers and its relations are as documented', async () => {
  for (const id of ids) {
    await get(`/frames/${id}/?include_thumbnails=true`, archive.root)
    await get(`/frames/${id}/headers/`, archive.root)
    await get(`/frames/${id}/related/`, archive.root)
    await get(`/frames/${id}/`)
    await get(`/frames/${id}/headers/`)
    await get(`/frames/${id}/related/`)
  }
  expect(((await get(`/frames/${ids[2]}/related/`)) as unknown[]).length).toBe(1)
})

test('aggregates are as documented', async () => {
  const found = (await get('/frames/aggregate/')) as { sites: string[] }
  expect(found.sites).toEqual(['cpt'])
  await get('/frames/aggregate/?start=2016-01-01T00:00&end=2016-02-01T00:00&public=true')
  for (const query of [
    'start=2016-01-01T00:00',
    'start=2010-01-01T00:00&end=2016-01-01T00:00',
    'start=x&end=y',
    'query_timeout=-1',
  ])
    await get(`/frames/aggregate/?${query}`)
})

test('versions are as documented, for those who may see them and those who may not', async () => {
  const { results } = (await get('/versions/', archive.root)) as { results: { id: number }[] }
  expect(results.length).toBe(4)
  for (const { id } of results) await get(`/versions/${id}/`, archive.root)
  await get('/versions/99999/', archive.root)
  await get('/versions/')
})

test('thumbnails, written and read, are as documented', async () => {
  const { headers: _, related_frame_filenames: __, version_set, ...metadata } = frame(1)
  const json = {
    ...metadata,
    frame_basename: metadata.basename,
    basename: `${metadata.basename}-small`,
    size: 'small',
    version_set: [{ ...version_set[0], extension: '.jpg' }],
  }
  await documented('POST', '/thumbnails/', await archive.request('/thumbnails/', { token: archive.root, json }))
  const { results } = (await get('/thumbnails/')) as { results: { id: number }[] }
  const { id } = results[0]!
  await get(`/thumbnails/${id}/`)
  await get('/thumbnails/?size=huge')
  const { results: frames } = (await get('/frames/?include_thumbnails=true')) as {
    results: { thumbnails: unknown[] }[]
  }
  expect(frames.some(({ thumbnails }) => thumbnails.length === 1)).toBe(true)
  for (const [method, body] of [
    ['PUT', json],
    ['PATCH', { size: 'medium' }],
    ['PATCH', { size: 'huge' }],
  ] as const)
    await documented(
      method,
      `/thumbnails/${id}/`,
      await archive.request(`/thumbnails/${id}/`, { token: archive.root, json: body, method }),
    )
  for (let i = 0; i < 2; i++)
    await documented(
      'DELETE',
      `/thumbnails/${id}/`,
      await archive.request(`/thumbnails/${id}/`, { token: archive.root, method: 'DELETE' }),
    )
})

test('writes of frames, taken and refused, are as documented', async () => {
  const path = `/frames/${ids[1]}/`
  const send = async (method: string, json: unknown, token = archive.root) => {
    const at = method === 'POST' ? '/frames/' : path
    return documented(method, at, await archive.request(at, { method, token, json }))
  }
  await send('PATCH', { target_name: 'M 33' })
  await send('PUT', frame(2))
  await send('PATCH', { exposure_time: 'long', version_set: [{ key: 'x' }, 7], related_frame_filenames: [null] })
  await send('POST', {})
  await send('POST', [])
  await send('POST', frame(5), 'unknown')
  const broken = await archive.request('/frames/', {
    method: 'POST',
    token: archive.root,
    body: '{',
    headers: { 'content-type': 'application/json' },
  })
  await documented('POST', '/frames/', broken)
  const csv = await archive.request('/frames/', {
    method: 'POST',
    token: archive.root,
    body: 'a,b',
    headers: { 'content-type': 'text/csv' },
  })
  await documented('POST', '/frames/', csv)
  for (let i = 0; i < 2; i++)
    await documented('DELETE', path, await archive.request(path, { method: 'DELETE', token: archive.root }))
})

test('who one is, tokens and log-in are as documented', async () => {
  await addSuperuser(archive.services.writer, 'sam', await hashPassword('potatoes'), '')
  expect(await get('/profile/')).toEqual({ username: '', profile: {}, is_staff: false })
  const post = (path: string, json: unknown, token?: string) =>
    archive.request(path, { json, ...(token && { token }) }).then((response) => documented('POST', path, response))
  const { token } = (await post('/api-token-auth/', { username: 'sam', password: 'potatoes' })) as { token: string }
  await get('/profile/', token)
  await post('/api-token-auth/', { username: 'sam', password: 'wrong' })
  await post('/api-token-auth/', {})
  await post('/revoke_token/', {}, token)
  await post('/revoke_token/', {}, token)
  await post('/authprofile/addupdateuser/', { username: 'sam' })
  await post('/api-auth/login/', { username: 'sam', password: 'potatoes' })
  await post('/api-auth/login/', { username: 'sam', password: 'wrong' })
  await post('/api-auth/logout/', {})
})

test('the archive itself and its pages are as documented', async () => {
  for (const path of [
    '/',
    '/health/',
    '/robots.txt',
    '/openapi/',
    '/docs/',
    '/redoc/',
    '/api-auth/login/',
    '/api-auth/logout/',
  ])
    await get(path)
})

test('ZIPs that hold nothing and files that are not there are as documented', async () => {
  await documented('POST', '/frames/zip/', await archive.request('/frames/zip/', { json: { frame_ids: [999_999] } }))
  await documented('POST', '/frames/zip/', await archive.request('/frames/zip/', { json: {} }))
  await documented(
    'POST',
    '/frames/zip/',
    await archive.request('/frames/zip/', { json: { frame_ids: [1], auth_token: 'unknown' } }),
  )
  await get('/files/cpt/kb70/20160102/raw/nothing.fits.fz')
})
