import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../../src/app.ts'
import { parseConfig } from '../../../src/config/config.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'

let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive({
    NAVBAR_TITLE_TEXT: `Kuiper's "Archive" <script>alert(1)</script> & co`,
    NAVBAR_TITLE_URL: 'https://kuiper.example/?a=1&b=2',
    TERMS_OF_SERVICE_URL: 'https://kuiper.example/terms/',
    DOCUMENTATION_URL: 'https://kuiper.example/docs/',
  })
})
afterAll(() => archive.close())

test('the committed OpenAPI document is served at /openapi/ and /openapi.json, to be kept and asked for again by its ETag', async () => {
  const committed = JSON.parse(readFileSync('openapi/openapi.json', 'utf8'))
  for (const path of ['/openapi/', '/openapi.json']) {
    const response = await archive.request(path)
    const { headers } = response
    expect([response.status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      'application/json',
      'public, max-age=300',
    ])
    expect(await response.json()).toEqual(committed)
    const again = await archive.request(path, { headers: { 'if-none-match': headers.get('etag')! } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    expect((await archive.request(path, { headers: { 'if-none-match': '"another"' } })).status).toBe(200)
  }
})

test.each(['/', '/docs/', '/redoc/', '/api-auth/login/', '/api-auth/logout/'])(
  '%s has the configured title and links, escaped',
  async (path) => {
    const response = await archive.request(path, { headers: { accept: BROWSER } })
    const text = await response.text()
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8'])
    expect(text).toContain('Kuiper&#39;s &quot;Archive&quot; &lt;script&gt;alert(1)&lt;/script&gt; &amp; co')
    expect(text).not.toContain('<script>')
    expect(text).toContain('href="https://kuiper.example/?a=1&amp;b=2"')
    expect(text).toContain('href="https://kuiper.example/terms/"')
    expect(text).toContain('href="https://kuiper.example/docs/"')
  },
)

test.each(['/', '/docs/', '/redoc/', '/api-auth/login/'])(
  '%s loads nothing from elsewhere, and its policy forbids it',
  async (path) => {
    const response = await archive.request(path, { headers: { accept: BROWSER } })
    const loaded = [...(await response.text()).matchAll(/<(?:script|img|link)[^>]* (?:src|href)="([^"]*)"/g)].map(
      ([, address]) => address!,
    )
    expect(loaded.length).toBeGreaterThan(1)
    for (const address of loaded) {
      expect(address).toMatch(/^\/docs\/[a-z.-]+(\?v=[0-9a-f]{16})?$/)
      expect([address, (await archive.request(address)).status]).toEqual([address, 200])
    }
    const policy = Object.fromEntries(
      response.headers
        .get('content-security-policy')!
        .split('; ')
        .map((directive) => directive.split(/ (.*)/)),
    )
    expect(policy).toMatchObject({
      'default-src': "'none'",
      'base-uri': "'none'",
      'frame-ancestors': "'none'",
      'form-action': "'self'",
    })
    expect([undefined, "'self'"]).toContain(policy['script-src'])
    expect(response.headers.get('x-frame-options')).toBe('DENY')
  },
)

test('links that are neither http nor https are left out', async () => {
  const { services } = archive
  const appearance = {
    title: 'Archive',
    titleUrl: 'javascript:alert(1)',
    termsUrl: 'data:text/html,x',
    documentationUrl: null,
  }
  const { createApp } = await import('../../../src/app.ts')
  const response = await createApp().request('/docs/', {}, { ...services, config: { ...services.config, appearance } })
  const text = await response.text()
  expect(text).toContain('<a class="title" href="/">')
  expect(text).not.toMatch(/javascript:|data:text|Terms of service|Documentation/)
})

test('assets may be kept for ever under the address that the page gives them, and are checked by ETag under any other', async () => {
  const page = await (await archive.request('/docs/')).text()
  const address = page.match(/\/docs\/swagger-ui\.css\?v=[0-9a-f]+/)![0]
  const pinned = await archive.request(address)
  expect([pinned.headers.get('cache-control'), pinned.headers.get('content-type')]).toEqual([
    'public, max-age=31536000, immutable',
    'text/css; charset=utf-8',
  ])
  const plain = await archive.request('/redoc/swagger-ui.css')
  expect(plain.headers.get('cache-control')).toBe('public, no-cache')
  expect(await plain.text()).toBe(await pinned.text())
  const again = await archive.request('/docs/swagger-ui.css', {
    headers: { 'if-none-match': plain.headers.get('etag')! },
  })
  expect([again.status, await again.text()]).toEqual([304, ''])
})

test('assets are sent compressed to those who accept it', async () => {
  const plain = await archive.request('/docs/redoc.standalone.js', { headers: { 'accept-encoding': 'gzip;q=0, br' } })
  expect([plain.headers.get('content-encoding'), plain.headers.get('vary')]).toEqual([null, 'Accept-Encoding'])
  const zipped = await archive.request('/docs/redoc.standalone.js', {
    headers: { 'accept-encoding': 'gzip, deflate, br' },
  })
  expect(zipped.headers.get('content-encoding')).toBe('gzip')
  expect(gunzipSync(Buffer.from(await zipped.arrayBuffer())).toString()).toBe(await plain.text())
})

test.each([
  '/docs/nothing.js',
  '/redoc/..%2f..%2fpackage.json',
  '/docs/__proto__',
  '/docs/%00.js',
  '/docs/swagger-ui.css%2f..%2fdocs.js',
  '/docs/constructor',
])('there is no asset %s', async (path) => {
  const response = await archive.request(path)
  expect([response.status, await response.json()]).toEqual([404, { detail: 'Not found.' }])
})

test.each([
  [BROWSER, 'text/html; charset=UTF-8'],
  ['text/html', 'text/html; charset=UTF-8'],
  ['*/*', 'application/json'],
  ['application/json', 'application/json'],
  ['application/json, text/plain, */*', 'application/json'],
  ['text/html;q=0.5, application/json', 'application/json'],
  ['text/*', 'text/html; charset=UTF-8'],
  ['', 'application/json'],
])('/ answers Accept: %s with %s', async (accept, type) => {
  const response = await archive.request('/', { headers: { accept } })
  expect([response.status, response.headers.get('content-type')]).toEqual([200, type])
  expect(response.headers.get('vary')).toMatch(/^Accept\b/)
})

test('a page that says who is signed in is not kept by caches', async () => {
  const response = await archive.request('/docs/', { token: archive.root })
  expect(await response.text()).toContain('Signed in as <b>root</b>')
  expect([response.headers.get('cache-control'), response.headers.get('vary')]).toEqual([
    'private, no-cache',
    'Accept, Cookie, Authorization',
  ])
})

test('a hostile Host is escaped in the page', async () => {
  const response = await archive.request('/', { headers: { accept: BROWSER, 'x-forwarded-host': '"><img src=x>' } })
  expect(await response.text()).not.toContain('<img src=x>')
})

test('the pages take GET and HEAD alone', async () => {
  for (const path of ['/docs/', '/redoc/', '/openapi/', '/docs/docs.js']) {
    const response = await archive.request(path, { method: 'POST' })
    expect([path, response.status, response.headers.get('allow')]).toEqual([path, 405, 'GET, HEAD, OPTIONS'])
    expect((await archive.request(path, { method: 'HEAD' })).status).toBe(200)
  }
  expect((await archive.request('/docs')).headers.get('location')).toBe('/docs/')
})

test('where nothing is configured no page links to an observatory', async () => {
  const { services } = archive
  const given = { ...services, config: { ...services.config, appearance: parseConfig({}).appearance } }
  for (const path of ['/', '/docs/', '/redoc/', '/api-auth/login/']) {
    const text = await (await createApp().request(path, { headers: { accept: BROWSER } }, given)).text()
    expect([...text.matchAll(/href="(https?:[^"]*)"/g)].map(([, address]) => address)).toEqual([])
    expect(text).toContain('<a class="title" href="/">')
  }
})
