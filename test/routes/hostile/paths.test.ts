import { describe, expect, test } from 'vitest'
import { archive, ask, id, useHostileArchive } from '../../support/hostile.ts'

useHostileArchive()

describe('paths', () => {
  const IDS = [
    '0',
    '-1',
    '2147483648',
    '3000000000',
    '9007199254740991',
    '9007199254740993',
    '99999999999999999999',
    '9'.repeat(5000),
    '%00',
    '1%00',
    '%ff',
    '%ed%a0%80',
    '%zz',
    '%',
    '..%2fversions',
    '1%2f2',
    "1'",
    '1.0',
    '+1',
    '__proto__',
    'constructor',
    '%E2%98%84',
    '%0d%0a',
    '*',
    '(',
    '$',
  ]
  const PATHS = ['/frames/X/', '/frames/X/headers/', '/frames/X/related/', '/thumbnails/X/', '/versions/X/']
  test.each(PATHS)('%s is a 404 for what is no id of a row, by every method', async (path) => {
    for (const text of IDS) {
      const at = path.replace('X', text)
      expect(await ask(at), at).toEqual({ status: 404, body: { detail: 'Not found.' } })
      for (const method of ['PUT', 'PATCH', 'DELETE', 'POST', 'OPTIONS'])
        await ask(at, { method, json: method === 'OPTIONS' ? undefined : {} })
    }
  })

  test.each([
    '/files/..%2f..%2fetc%2fpasswd',
    '/files/%00',
    '/files//etc/passwd',
    '/files/',
    '/files/a\\..\\b',
    '/files/%ff',
  ])('no file outside the store is reached by %s, with a signature or without', async (path) => {
    expect((await ask(path)).status).toBe(404)
    expect((await ask(`${path}?expires=99999999999&signature=${'A'.repeat(32)}&version=..%2f..`)).status).toBe(404)
  })

  test.each(['//evil.example', '//evil.example/frames', '/%2fevil.example', '/%5cevil.example', '///evil.example'])(
    '%s is no redirect to another host',
    async (path) => {
      const response = await archive.request(`http://archive.example${path}`)
      expect([response.status, response.headers.get('location')]).toEqual([404, null])
    },
  )

  test.each([
    'evil.example/?x=',
    '<b>',
    'user:secret@evil.example',
    'a b',
    'x:99999',
    'x:80:80',
    '[::1',
    'x y',
    '1.2.3.4.5',
    "x'",
    '"',
  ])('a host %j makes no address of ours', async (host) => {
    for (const name of ['host', 'x-forwarded-host']) {
      expect(await ask('/', { headers: { [name]: host } })).toEqual({
        status: 400,
        body: { detail: 'Invalid Host header.' },
      })
    }
  })
  test.each(['archive.example', 'archive.example:8000', '127.0.0.1', '[::1]:8000', 'web_1'])(
    'a host %s does',
    async (host) => {
      expect((await ask('/', { headers: { host } })).body).toMatchObject({ frames: `http://${host}/frames/` })
    },
  )

  test.each([
    'Token',
    'Token a b',
    'Token é',
    `Token ${'x'.repeat(10_000)}`,
    'Bearer',
    'Bearer é',
    'Basic x',
    'Server x',
    ' ',
    'x'.repeat(10_000),
  ])('Authorization: %s is answered', async (authorization) => {
    for (const path of ['/frames/', '/profile/'])
      expect([200, 401]).toContain((await ask(path, { token: undefined, headers: { authorization } })).status)
  })
  test.each(['x', '"', 'W/', '*', 'é', `"${'x'.repeat(10_000)}"`, '"a", "b"'])(
    'If-None-Match: %s is answered',
    async (etag) => {
      for (const path of ['/frames/', '/frames/aggregate/', `/frames/${id}/`])
        expect([200, 304]).toContain((await ask(path, { headers: { 'if-none-match': etag } })).status)
    },
  )
})
