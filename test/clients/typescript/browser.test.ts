import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type ClientArchive, clientArchive } from '../../support/client_archive.ts'
import { inRepository } from '../../support/data.ts'
import { FAR } from '../../support/frames.ts'

// The published client, bundled for a browser, in a page of another origin than the archive's.

const SIZE = 200_000
let archive: ClientArchive
let browser: Browser
let page: Page
let content: Buffer
/** Servers of other origins: that of the page, and a store. */
let closing: (() => void)[] = []
let site: string
let storeUrl: string
const atStore: IncomingHttpHeaders[] = []

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closing.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

beforeAll(async () => {
  archive = await clientArchive()
  content = await archive.expose('seen', SIZE, { public_date: FAR })
  const { outputFiles, metafile } = await build({
    stdin: { contents: "export * from './dist/client/index.js'", resolveDir: inRepository('.') },
    bundle: true,
    format: 'iife',
    globalName: 'platestack',
    platform: 'browser',
    write: false,
    metafile: true,
  })
  // what only some runtimes have would be an error of the build, or left to be imported
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([])
  const script = outputFiles[0]!.text
  site = await serve((_, answer) => {
    answer
      .writeHead(200, { 'content-type': 'text/html' })
      .end(`<!doctype html><link rel="icon" href="data:,"><script>${script.replaceAll('</', '<\\/')}</script>`)
  })
  storeUrl = await serve((request, answer) => {
    atStore.push(request.headers)
    answer.writeHead(200, { 'access-control-allow-origin': '*', 'content-length': SIZE }).end(content)
  })
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  })
  page = await browser.newPage()
  await page.goto(site)
  await page.evaluate(
    `globalThis.archive = platestack.openArchive('${archive.url}', { token: '${archive.root}', patience: 10 })`,
  )
})
afterEach(() => archive.relay.decide(() => 'pass'))
afterAll(async () => {
  await browser?.close()
  for (const close of closing) close()
  closing = []
  await archive?.close()
})

const inPage = <T>(body: string): Promise<T> => page.evaluate(`(async () => { ${body} })()`) as Promise<T>
/** Reads the file of the one frame there is, and gives its length. */
const READ = `
  for await (const frame of archive.frames({ basename: 'seen' })) {
    const read = await new Response(archive.open({ frame }, { onProgress: (bytes) => bytes === 70000 && window.told?.() })).arrayBuffer()
    return read.byteLength
  }`

test('lists, operations and refusals', async () => {
  expect(
    await inPage(
      'const names = []; for await (const { basename } of archive.frames({ limit: 1 })) names.push(basename); return names',
    ),
  ).toEqual(['seen'])
  expect(await inPage("return (await platestack.dataOf(archive.api.GET('/profile/'))).username")).toBe('root')
  const refusal =
    "return archive.ingest({ basename: '' }).catch((e) => [e instanceof platestack.ArchiveError, e.status, e.reasons.length > 3])"
  expect(await inPage(refusal)).toEqual([true, 400, true])
})

test('a file goes on where its connection broke, and its MD5 is checked', async () => {
  let files = 0
  archive.relay.decide((what) =>
    what.startsWith('GET /files/') && files++ === 0 ? { after: 70_000, end: 'stall' } : 'pass',
  )
  archive.relay.seen.length = 0
  await page.exposeFunction('told', () => files === 1 && archive.relay.cut())
  expect(await inPage(READ)).toBe(SIZE)
  expect(
    archive.relay.seen.flatMap(({ what, headers }) => (what.startsWith('GET /files/') ? [headers.range] : [])),
  ).toEqual([undefined, 'bytes=70000-'])
})

test('a file that is elsewhere is read there, without the token', async () => {
  archive.relay.decide((what) => {
    const headers = { 'access-control-allow-origin': '*', location: `${storeUrl}/x.fits` }
    return what.startsWith('GET /files/') ? { status: 302, headers } : 'pass'
  })
  expect(await inPage(READ)).toBe(SIZE)
  expect(atStore.map(({ authorization }) => authorization)).toEqual([undefined])
})
