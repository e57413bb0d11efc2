import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { downloadFrame, downloadFrames, downloadZip } from '../../../clients/typescript/files.ts'
import { type Frame, type FrameFile, openArchive } from '../../../clients/typescript/index.ts'
import { errorOf } from '../../support/client_archive.ts'

interface Said {
  status?: number
  headers?: Record<string, string>
  body?: string
}

/** A server that is no archive, and what it was asked. */
async function liar(say: (request: IncomingMessage, count: number) => Said) {
  const asked: string[] = []
  const server = createServer((request, answer) => {
    const { status = 200, headers = {}, body = '' } = say(request, asked.push(`${request.method} ${request.url}`))
    answer.writeHead(status, headers).end(body)
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { archive: openArchive(url, { patience: 1 }), url, asked }
}

const fileOf = (url: string, basename = 'x.fits', md5 = 'a'.repeat(32)): FrameFile => ({
  frame: { id: 1, basename, version_set: [{ id: 1, key: 'k', md5, extension: '', created: '', url }] },
})

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'platestack-hostile-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('an archive that says what none should', () => {
  test.each(['../x', '/x', 'a\\b', 'a:b', '', '.', '.bashrc', 'a\nb', 'a\x1b[31m', 'a\u202efits', 'a'.repeat(250)])(
    'names a file %j',
    async (name) => {
      const { archive, url, asked } = await liar(() => ({ body: 'x' }))
      expect(await errorOf(downloadFrame(archive, fileOf(url, name), folder))).toMatchObject({
        detail: 'this is no name for a file',
      })
      expect([asked, await readdir(folder)]).toEqual([[], []])
    },
  )

  test.each(['http://[::1/x', 'file:///etc/passwd', 'data:,x'])('has a file at %s', async (address) => {
    const { archive, asked } = await liar(() => ({ body: JSON.stringify(fileOf(address).frame) }))
    const error = await errorOf(downloadFrame(archive, fileOf(address), folder))
    expect(error.message).toContain('no address of the Web')
    // whether there is another by now
    expect(asked).toEqual(['GET /frames/1/'])
    expect(await readdir(folder)).toEqual([])
  })

  test.each(['http://[::1/x', 'file:///etc/passwd'])('redirects to %s', async (location) => {
    const { archive, asked } = await liar(() => ({ status: 302, headers: { location } }))
    expect((await errorOf(archive.frame(1))).message).toContain('no address of the Web')
    expect(asked).toHaveLength(1)
  })

  test.each(['null', '5', '{}', '{"results":5}'])('lists %s', async (body) => {
    const { archive } = await liar(() => ({ body }))
    expect((await errorOf(archive.frames().next())).message).toContain('no page of a list')
  })

  test('has a list that never ends', async () => {
    const { archive, asked } = await liar(() => ({ body: '{"results":[],"next":"http://x/frames/?cursor=same"}' }))
    expect((await errorOf(archive.frames().next())).message).toContain('the same page again')
    expect(asked).toHaveLength(2)
  })

  test.each(['null', '{}', '{"token":5}', '{"token":"a\\nb"}'])('answers %s to a log-in', async (body) => {
    const { url } = await liar(() => ({ body }))
    const login = { username: 'frodo', password: 'mellon' }
    const error = await errorOf(openArchive(url, { login, patience: 1 }).frame(1))
    expect(error.message).toContain('gives no token')
  })

  test('refuses in the deepest of words', async () => {
    const { archive } = await liar(() => ({ status: 400, body: '['.repeat(20_000) + ']'.repeat(20_000) }))
    expect(await errorOf(archive.frame(1))).toMatchObject({ status: 400 })
  })

  test('gives more of a file than there is', async () => {
    const headers = { 'content-range': 'bytes 0-9/5', etag: '"a"' }
    const { archive, url, asked } = await liar(() => ({ status: 206, headers, body: '0123456789' }))
    expect((await errorOf(downloadFrame(archive, fileOf(url), folder))).message).toContain('more came')
    expect(asked).toHaveLength(1)
  })

  test('gives a ZIP an address that is none', async () => {
    const headers = { 'content-type': 'application/zip', 'content-location': 'http://[::1/frames/zip/x/' }
    const { archive } = await liar(() => ({ headers, body: 'ZIP' }))
    await downloadZip(archive, [1], join(folder, 'a.zip'))
    expect(await readFile(join(folder, 'a.zip'), 'utf8')).toBe('ZIP')
  })

  test('wants to be asked again in a century, or to be waited for as long', async () => {
    const { url, asked } = await liar((_, count) =>
      count < 20 ? { status: 503, headers: { 'retry-after': '3000000' } } : { body: '{}' },
    )
    const patient = openArchive(url, { patience: Number.POSITIVE_INFINITY, timeout: 10_000_000 })
    expect(await errorOf(patient.frame(1))).toMatchObject({ status: 503 })
    expect(asked).toHaveLength(1)
  })
})

test('a server that does not know If-Range gives the rest of another file: it is begun anew', async () => {
  const [old, current] = ['old content', 'new content']
  const { archive, url, asked } = await liar(({ headers: { range } }, count): Said => {
    if (count === 1) return { headers: { etag: '"old"', 'content-length': '11' }, body: old.slice(0, 5) }
    if (!range) return { headers: { etag: '"new"' }, body: current }
    const about = { etag: '"new"', 'content-range': 'bytes 5-10/11' }
    return { status: 206, headers: about, body: current.slice(5) }
  })
  const md5 = createHash('md5').update(current).digest('hex')
  await downloadFrame(openArchive(archive.url, { patience: 30, timeout: 1 }), fileOf(url, 'x.fits', md5), folder)
  expect(await readFile(join(folder, 'x.fits'), 'utf8')).toBe(current)
  expect(asked).toHaveLength(3)
})

test('a frame that is listed twice is downloaded once', async () => {
  const md5 = createHash('md5').update('content').digest('hex')
  const { archive, url, asked } = await liar(() => ({ headers: { etag: '"a"' }, body: 'content' }))
  const frame = fileOf(url, 'x.fits', md5).frame as Frame
  const files = await downloadFrames(archive, [frame, frame], folder)
  expect(files.map(({ outcome }) => outcome)).toEqual(['downloaded'])
  expect([asked.length, await readdir(folder)]).toEqual([1, ['x.fits']])
})
