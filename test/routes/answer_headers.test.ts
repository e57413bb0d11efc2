import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { expectAnswerHeaders } from '../support/answer_headers.ts'
import { type TestArchive, testArchive } from '../support/archive.ts'
import { dataFile, inRepository } from '../support/data.ts'
import { FAR, newFrame, PAST, type Posted, post, store } from '../support/frames.ts'
import { freePort } from '../support/ports.ts'

const document = JSON.parse(readFileSync(inRepository('openapi/openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, { operationId: string }>>
}
const operations = Object.entries(document.paths).flatMap(([template, methods]) =>
  Object.entries(methods).map(([method, { operationId }]) => ({ template, method: method.toUpperCase(), operationId })),
)

let archive: TestArchive
let open: Posted
let closed: Posted
let thumbnail: { id: number }
let ticket: string
const app = createApp()

beforeAll(async () => {
  const portal = `http://127.0.0.1:${await freePort()}`
  archive = await testArchive({ OAUTH_TOKEN_URL: `${portal}/o/token/`, OAUTH_PROFILE_URL: `${portal}/api/profile/` })
  const fits = readFileSync(dataFile('fits', 'f32-r.fits.fz'))
  open = await post(archive, newFrame('open-e91', { reduction_level: 91 }))
  closed = await post(archive, newFrame('closed-e91', { public_date: FAR }))
  await store(archive, open.url!, fits)
  await store(archive, closed.url!, fits.subarray(0, 6000))
  const { headers: _, related_frame_filenames: __, ...metadata } = newFrame('open-e91')
  const small = { ...metadata, frame_basename: 'open-e91', basename: 'open-e91-small', size: 'small' }
  await post(archive, { ...small, version_set: [{ key: 'k', md5: 'k', extension: '.jpg' }] }, '/thumbnails/')
  thumbnail = await (await archive.request('/thumbnails/')).json().then((list) => list.results[0])
  const zip = await archive.request('/frames/zip/', { json: { frame_ids: [open.id] } })
  await zip.arrayBuffer()
  ticket = zip.headers.get('content-location')!.match(/zip\/(.+)\/$/)![1]!
})
afterAll(() => archive.close())

/** What deletes, and what takes the token away, comes after everything that needs them. */
const lateness = ({ method, operationId }: (typeof operations)[number]): number =>
  operationId === 'authRevoke' ? 2 : method === 'DELETE' ? 1 : 0

/** The paths of an operation: one that leads somewhere, then one that leads nowhere. */
function pathsOf(template: string): string[] {
  const { id } = template.startsWith('/thumbnails/')
    ? thumbnail
    : template.startsWith('/versions/')
      ? (open.version_set[0] as unknown as { id: number })
      : open
  const file = new URL(open.url!).pathname.replace('/files/', '')
  const filled = (values: Record<string, string>) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]!)
  const there = filled({ id: String(id), ticket, path: file })
  const nowhere = filled({ id: '999999', ticket: 'x', path: 'nothing.fits' })
  return there === nowhere ? [there] : [there, nowhere]
}

/** Asks and looks at the headers; gives the status. */
async function look(name: string, path: string, init: Parameters<TestArchive['request']>[1] = {}): Promise<number> {
  const response = await archive.request(path, { redirect: 'manual', ...init })
  const isZip = /^\/frames\/zip\/?(\?|$)/.test(path)
  expectAnswerHeaders(response.headers, `${name}: ${response.status}`, isZip ? 'anywhere' : 'never')
  if (response.body) await response.text()
  return response.status
}

test('a file that becomes private is private for caches too, at once', async () => {
  const { pathname } = new URL(open.url!)
  const asked = (init = {}) => archive.request(pathname, init)
  const before = await asked()
  expect([before.status, before.headers.get('cache-control')]).toEqual([200, 'public, no-cache'])
  const etag = before.headers.get('etag')!
  await before.arrayBuffer()
  expect((await asked({ headers: { 'if-none-match': etag } })).status).toBe(304)
  const change = { method: 'PATCH', token: archive.root, json: { public_date: FAR } }
  const changed = await archive.request(`/frames/${open.id}/`, change)
  expect(changed.status).toBe(200)
  // what a cache asks before it gives what it has
  expect((await asked({ headers: { 'if-none-match': etag } })).status).toBe(404)
  const { url } = (await changed.json()) as Posted
  const signed = await archive.request(url!.replace(new URL(url!).origin, ''))
  expect([signed.status, signed.headers.get('cache-control'), signed.headers.get('vary')]).toEqual([
    200,
    'private, no-cache',
    'Cookie, Authorization',
  ])
  await signed.arrayBuffer()
  await archive.request(`/frames/${open.id}/`, { ...change, json: { public_date: PAST } })
})

test('every operation, whatever its status, tells caches, other origins and browsers what they may do', async () => {
  const seen = new Map<number, Set<string>>()
  const json = { 'content-type': 'application/json' }
  const root = { token: archive.root }
  const writes = (method: string) => !['GET', 'DELETE'].includes(method)
  expect(await look('a damaged file', `/frame-funpack/${closed.id}/funpack/`, root)).toBe(422)
  for (const { template, method, operationId } of operations.sort((a, b) => lateness(a) - lateness(b))) {
    const inits: Parameters<TestArchive['request']>[1][] = [
      {},
      root,
      { token: 'nobody' },
      { headers: { range: 'bytes=0-9' } },
      { headers: { range: 'bytes=99999999999-' } },
      { headers: { 'if-none-match': '*' } },
      { headers: { host: 'me@x' } },
      { headers: { accept: 'text/html' } },
      ...(writes(method)
        ? [
            { ...root, headers: json, body: '{' },
            { ...root, headers: json, body: '{}' },
            { ...root, headers: { 'content-type': 'text/csv' }, body: 'a,b' },
            { ...root, headers: { ...json, 'content-length': '99999999999' }, body: '{}' },
            { ...root, headers: json, body: JSON.stringify({ username: 'someone', password: 'something' }) },
            { ...root, headers: json, body: JSON.stringify({ frame_ids: [open.id] }) },
            { ...root, headers: json, body: JSON.stringify(newFrame('open-e91', { version_set: [] })) },
            { headers: { ...json, origin: 'https://other.example', cookie: 'sessionid=x' }, body: '{}' },
          ]
        : []),
    ]
    for (const path of pathsOf(template))
      for (const init of inits) {
        const status = await look(`${operationId} ${path}`, path, { method, ...init })
        seen.set(status, (seen.get(status) ?? new Set()).add(operationId))
      }
    for (const path of pathsOf(template)) {
      for (const other of ['HEAD', 'OPTIONS', 'PROPFIND']) await look(`${other} ${path}`, path, { method: other })
      const origin = { origin: 'https://front.example', 'access-control-request-method': method }
      await look(`preflight ${path}`, path, { method: 'OPTIONS', headers: origin })
      if (path.length > 1 && path.endsWith('/')) await look(`redirect ${path}`, path.slice(0, -1))
    }
  }
  await look('an unknown path', '/nothing/')
  await look('a bad query', '/frames/?start=never')
  await look('the assets', '/docs/page.css')
  expect([...seen.keys()].sort()).toEqual([200, 201, 204, 206, 303, 304, 400, 401, 403, 404, 413, 415, 416, 503])
})

test('so do answers that are throttled and such as fail', async () => {
  const { services } = archive
  const rate = { requests: 0, seconds: 60 }
  const throttled = { ...services, config: { ...services.config, throttle: { anon: rate, user: rate } } }
  const broken = { ...services, reader: undefined as never, writer: undefined as never, search: undefined as never }
  for (const [given, status, path] of [
    [throttled, 429, '/frames/'],
    [throttled, 429, `/files/${new URL(open.url!).pathname.slice(7)}`],
    [broken, 500, '/frames/'],
    [broken, 500, '/frames/zip/x/'],
  ] as const) {
    const response = await app.request(path, {}, given)
    if (path !== '/frames/zip/x/') expect(response.status).toBe(status)
    expectAnswerHeaders(response.headers, `${path}: ${response.status}`)
  }
})

test('a preflight allows what was asked for', async () => {
  const response = await archive.request('/frames/', {
    method: 'OPTIONS',
    headers: {
      origin: 'https://front.example',
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'authorization, content-type',
    },
  })
  expect([response.status, await response.text()]).toEqual([204, ''])
  expect(response.headers.get('access-control-allow-methods')).toContain('PATCH')
  expect(response.headers.get('access-control-allow-headers')).toBe('authorization,content-type')
  expect(response.headers.get('access-control-max-age')).toBe('86400')
})
