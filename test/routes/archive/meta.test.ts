import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestArchive, testArchive } from '../../support/archive.ts'

let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive()
})
afterAll(() => archive.close())

test('GET / lists the collections', async () => {
  const response = await archive.request('/', { headers: { host: 'archive.example', 'x-forwarded-proto': 'https' } })
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({
    frames: 'https://archive.example/frames/',
    versions: 'https://archive.example/versions/',
    thumbnails: 'https://archive.example/thumbnails/',
    profile: 'https://archive.example/profile/',
  })
})

test('a path without its slash is redirected to it with its query, for GET and HEAD only', async () => {
  for (const method of ['GET', 'HEAD']) {
    const response = await archive.request('/frames?site_id=a%20b&start=2016-01-01', { method })
    expect([response.status, response.headers.get('location')]).toEqual([
      301,
      '/frames/?site_id=a%20b&start=2016-01-01',
    ])
  }
  expect((await archive.request('/frames', { method: 'POST' })).status).toBe(401)
})

test('a method that a path does not have is a 405 that says which it has', async () => {
  const response = await archive.request('/frames/', { method: 'DELETE', token: archive.root })
  expect([response.status, response.headers.get('allow'), await response.json()]).toEqual([
    405,
    'GET, POST, HEAD, OPTIONS',
    { detail: 'Method "DELETE" not allowed.' },
  ])
})

test('nobody but the archive frames its pages, save for /frames/zip/', async () => {
  expect((await archive.request('/frames/')).headers.get('x-frame-options')).toBe('DENY')
  expect((await archive.request('/frames/zip/', { json: {} })).headers.get('x-frame-options')).toBeNull()
})
