import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { downloadFrame, downloadFrames, downloadZip } from '../../../clients/typescript/files.ts'
import { ArchiveError, type Frame } from '../../../clients/typescript/index.ts'
import { type ClientArchive, clientArchive } from '../../support/client_archive.ts'
import { FAR, store } from '../../support/frames.ts'

const SIZE = 300_000
const NAMES = ['one', 'two', 'three', 'four', 'five', 'six']

let archive: ClientArchive
let bytes: Map<string, Buffer>
beforeAll(async () => {
  archive = await clientArchive()
  bytes = new Map()
  for (const name of NAMES) bytes.set(`${name}.fits`, await archive.expose(name, SIZE))
})
afterAll(() => archive?.close())

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'platestack-client-'))
  archive.relay.seen.length = 0
})
afterEach(async () => {
  archive.relay.decide(() => 'pass')
  await rm(folder, { recursive: true })
})

async function frameOf(basename_exact: string): Promise<Frame> {
  for await (const frame of archive.client().frames({ basename_exact })) return frame
  return expect.fail(`no frame ${basename_exact}`)
}
const ranges = () => archive.relay.seen.flatMap(({ headers }) => headers.range ?? [])
const fetched = () => archive.relay.seen.filter(({ what }) => what.includes('/files/'))
/** What becomes of the files asked for, in order; all that follows goes through. */
function ofFiles(
  ...fates: Parameters<ClientArchive['relay']['decide']>[0] extends (...a: never[]) => infer F ? F[] : never
) {
  archive.relay.decide((what) => (/\/files\/|\/frames\/zip\//.test(what) ? (fates.shift() ?? 'pass') : 'pass'))
}
const failure = (work: Promise<unknown>): Promise<ArchiveError> =>
  work.then(
    () => expect.fail('no error'),
    (error) => error,
  )

describe('a file', () => {
  test('goes on where the connection broke, as often as it breaks', async () => {
    ofFiles({ after: 100_000, end: 'stall' }, { after: 50_000, end: 'stall' }, 'cut')
    const cutAt = new Set([100_000, 150_000])
    const progress: number[] = []
    const onProgress = ({ bytes, total }: { bytes: number; total: number | null }) => {
      progress.push(bytes)
      expect(total).toBe(SIZE)
      // not before these bytes have come
      if (cutAt.delete(bytes)) archive.relay.cut()
    }
    const downloaded = await downloadFrame(archive.client(), { frame: await frameOf('one') }, folder, { onProgress })
    expect(downloaded).toEqual({ name: 'one.fits', path: join(folder, 'one.fits'), outcome: 'downloaded' })
    expect((await readFile(downloaded.path)).equals(bytes.get('one.fits')!)).toBe(true)
    expect(ranges()).toEqual(['bytes=100000-', 'bytes=150000-', 'bytes=150000-'])
    expect(progress.toSorted((a, b) => a - b)).toEqual(progress)
    expect(progress.at(-1)).toBe(SIZE)
    expect(await readdir(folder)).toEqual(['one.fits'])
  })

  test('goes on where another program left off', async () => {
    ofFiles({ after: 120_000, end: 'stall' })
    const stop = new AbortController()
    const onProgress = ({ bytes }: { bytes: number }) => bytes === 120_000 && stop.abort(new Error('stopped'))
    const file = { frame: await frameOf('two') }
    const first = downloadFrame(archive.client(), file, folder, { onProgress, signal: stop.signal })
    await expect(first).rejects.toThrow('stopped')
    expect((await readdir(folder)).sort()).toEqual(['two.fits.part', 'two.fits.part.json'])
    expect((await stat(join(folder, 'two.fits.part.json'))).mode & 0o077).toBe(0)
    await downloadFrame(archive.client(), file, folder)
    expect(ranges()).toEqual(['bytes=120000-'])
    expect((await readFile(join(folder, 'two.fits'))).equals(bytes.get('two.fits')!)).toBe(true)
    expect(await readdir(folder)).toEqual(['two.fits'])
  })

  test('that was replaced meanwhile begins again', async () => {
    const frame = await frameOf('three')
    const url = frame.version_set[0]!.url!
    ofFiles({ after: 10_000, end: 'stall' })
    const stop = new AbortController()
    const onProgress = ({ bytes }: { bytes: number }) => bytes === 10_000 && stop.abort()
    await downloadFrame(archive.client(), { frame }, folder, { onProgress, signal: stop.signal }).catch(() => {})
    await store(archive, url, bytes.get('three.fits')!)
    await downloadFrame(archive.client(), { frame }, folder)
    // If-Range does not fit: all of it comes
    expect(ranges()).toEqual(['bytes=10000-'])
    expect((await readFile(join(folder, 'three.fits'))).equals(bytes.get('three.fits')!)).toBe(true)
  })

  test.each(['one.fits.part', 'one.fits.part.json'])('begins again where %s is not what it should be', async (name) => {
    await writeFile(join(folder, 'one.fits.part'), 'something else')
    await writeFile(join(folder, name), '{"of":')
    await downloadFrame(archive.client(), { frame: await frameOf('one') }, folder)
    expect(ranges()).toEqual([])
    expect((await readFile(join(folder, 'one.fits'))).equals(bytes.get('one.fits')!)).toBe(true)
  })

  test('with another MD5 is an error that names it, and nothing is left', async () => {
    await archive.expose('damaged', 50_000)
    const frame = await frameOf('damaged')
    await store(archive, frame.version_set[0]!.url!, 'damaged on its way')
    const error = await failure(downloadFrame(archive.client(), { frame }, folder))
    expect(error).toBeInstanceOf(ArchiveError)
    expect(error.message).toMatch(/^damaged\.fits: the file has the MD5 [0-9a-f]{32} where the archive says /)
    expect(await readdir(folder)).toEqual([])
    const reader = new Response(archive.client().open({ frame })).arrayBuffer()
    await expect(reader).rejects.toThrow(/damaged\.fits: the file has the MD5/)
  })

  test('whose URL has expired is asked for at another; with a part of it there too', async () => {
    const content = await archive.expose('expired', SIZE, { public_date: FAR })
    const frame = await frameOf('expired')
    const version = frame.version_set[0]!
    // as it would be in some days; without the token it is nobody's
    const url = new URL(version.url!)
    expect(url.searchParams.get('expires')).not.toBeNull()
    url.searchParams.set('expires', '1000000000')
    const stale = { ...frame, version_set: [{ ...version, url: url.href }] }
    archive.relay.decide((what) => (what.includes('expires=1000000000') ? { status: 403, body: '<Error/>' } : 'pass'))
    await downloadFrame(archive.client(), { frame: stale }, folder)
    expect((await readFile(join(folder, 'expired.fits'))).equals(content)).toBe(true)
    const gone = { ...frame, id: 999_999, version_set: stale.version_set }
    expect(await failure(downloadFrame(archive.client(), { frame: gone }, join(folder, 'gone')))).toMatchObject({
      status: 404,
    })
  })

  test('that is there is not fetched again, and is replaced when it is another', async () => {
    const file = { frame: await frameOf('four') }
    await downloadFrame(archive.client(), file, folder)
    expect((await downloadFrame(archive.client(), file, folder)).outcome).toBe('already_there')
    expect(fetched()).toHaveLength(1)
    await writeFile(join(folder, 'four.fits'), 'edited')
    expect((await downloadFrame(archive.client(), file, folder)).outcome).toBe('downloaded')
    expect((await readFile(join(folder, 'four.fits'))).equals(bytes.get('four.fits')!)).toBe(true)
  })

  test('as a stream goes on as well', async () => {
    ofFiles({ after: 7, end: 'stall' })
    const onProgress = (bytes: number) => bytes === 7 && ranges().length === 0 && archive.relay.cut()
    const stream = archive.client().open({ frame: await frameOf('five') }, { onProgress })
    expect(Buffer.from(await new Response(stream).arrayBuffer()).equals(bytes.get('five.fits')!)).toBe(true)
    expect(ranges()).toEqual(['bytes=7-'])
  })

  test('that stalls is asked for again', async () => {
    ofFiles({ after: 1000, end: 'stall' })
    const client = archive.client({ token: archive.root, timeout: 4 })
    await downloadFrame(client, { frame: await frameOf('six') }, folder)
    expect(ranges()).toEqual(['bytes=1000-'])
  })

  test('is not waited for without an end by one that always begins again', async () => {
    archive.relay.decide((what) => (what.includes('/files/') ? { after: 1000, end: 'stall' } : 'pass'))
    const frame = await frameOf('six')
    const seen: string[] = []
    const client = archive.client({
      patience: 2,
      timeout: 0.5,
      fetch: async (input, init) => {
        const headers = new Headers(init?.headers)
        // a server that knows no ranges
        headers.delete('range')
        seen.push(String(input))
        return fetch(input, { ...init, headers })
      },
    })
    expect(await failure(downloadFrame(client, { frame }, folder))).toMatchObject({ status: null })
    expect(seen.length).toBeGreaterThan(1)
  })

  test.each(['../escaped', 'a/b', 'a\\b'])('of the name %s stays in its folder', async (basename) => {
    const version = { id: 1, key: 'k', md5: 'm', extension: '.fits', created: '', url: archive.url }
    const error = await failure(
      downloadFrame(archive.client(), { frame: { id: 1, basename, version_set: [version] } }, folder),
    )
    expect(error.message).toMatch(/this is no name for a file/)
    expect(existsSync(join(folder, '..', 'escaped.fits'))).toBe(false)
  })
})

describe('many files', () => {
  test('come some at a time, and each is told', async () => {
    let [now, most] = [0, 0]
    const client = archive.client({
      token: archive.root,
      fetch: async (input, init) => {
        if (!String(input).includes('/files/')) return fetch(input, init)
        most = Math.max(most, ++now)
        const answer = await fetch(input, init)
        const body = await answer.arrayBuffer()
        now--
        return new Response(body, answer)
      },
    })
    const told: string[] = []
    const frames = client.frames({ basename: 'e', ordering: 'id', limit: 2 })
    const wanted = ['one.fits', 'three.fits', 'five.fits']
    async function* some() {
      for await (const frame of frames) if (wanted.includes(`${frame.basename}.fits`)) yield frame
    }
    await downloadFrames(client, some(), folder, { parallel: 2, onFile: ({ name }) => told.push(name) })
    expect(most).toBe(2)
    expect(told.sort()).toEqual(wanted.toSorted())
    for (const name of wanted) expect((await readFile(join(folder, name))).equals(bytes.get(name)!)).toBe(true)
  })

  test('one that cannot be had holds no other up, and is an error at the end', async () => {
    const frames = [await frameOf('one'), { ...(await frameOf('two')), version_set: [] }, await frameOf('three')]
    const error = await downloadFrames(archive.client(), frames, folder).catch((error: AggregateError) => error)
    expect(error).toBeInstanceOf(AggregateError)
    expect((error as AggregateError).message).toBe('1 of 3 files could not be downloaded: two: the frame has no file')
    expect((await readdir(folder)).sort()).toEqual(['one.fits', 'three.fits'])
  })

  test('an id in place of a frame is an error that says what is wanted', async () => {
    const frame = await frameOf('one')
    const wrong = { frame: frame.id } as never
    await expect(downloadFrame(archive.client(), wrong, folder)).rejects.toThrow('give the frame as archive.frame(id)')
    const version = { frame, version: frame.version_set[0]!.id } as never
    await expect(downloadFrame(archive.client(), version, folder)).rejects.toThrow('a version of its version_set')
    expect(await readdir(folder)).toEqual([])
  })
})

describe('a ZIP', () => {
  const ids = async () => Promise.all(NAMES.slice(0, 3).map(async (name) => (await frameOf(name)).id))
  const md5 = async (path: string) =>
    createHash('md5')
      .update(await readFile(path))
      .digest('hex')
  const orders = () => archive.relay.seen.filter(({ what }) => what === 'POST /frames/zip/')

  test('makes its folder', async () => {
    const path = join(folder, 'not/yet/frames.zip')
    await downloadZip(archive.client(), await ids(), path)
    expect(await readdir(join(folder, 'not/yet'))).toEqual(['frames.zip'])
    expect((await stat(path)).size).toBeGreaterThan(3 * SIZE)
  })

  test('goes on at its address where another program left off', async () => {
    const wanted = await ids()
    await downloadZip(archive.client(), wanted, join(folder, 'whole.zip'))
    ofFiles({ after: 400_000, end: 'stall' })
    const stop = new AbortController()
    const onProgress = (bytes: number) => bytes === 400_000 && stop.abort(new Error('stopped'))
    const path = join(folder, 'frames.zip')
    await expect(downloadZip(archive.client(), wanted, path, { onProgress, signal: stop.signal })).rejects.toThrow(
      'stopped',
    )
    expect((await readdir(folder)).sort()).toEqual(['frames.zip.part', 'frames.zip.part.json', 'whole.zip'])
    await downloadZip(archive.client(), wanted, path)
    expect(orders()).toHaveLength(2)
    expect(archive.relay.seen.at(-1)!.what).toMatch(/^GET \/frames\/zip\/.+\/$/)
    expect(ranges()).toEqual(['bytes=400000-'])
    expect(await md5(path)).toBe(await md5(join(folder, 'whole.zip')))
    expect((await readdir(folder)).sort()).toEqual(['frames.zip', 'whole.zip'])
  })

  test('is ordered anew where its address is valid no more, and goes on', async () => {
    const wanted = await ids()
    const path = join(folder, 'frames.zip')
    archive.relay.decide((what) =>
      what.startsWith('GET /frames/zip/')
        ? { status: 404 }
        : what === 'POST /frames/zip/' && orders().length === 1
          ? { after: 500_000, end: 'stall' }
          : 'pass',
    )
    const onProgress = (bytes: number) => bytes === 500_000 && ranges().length === 0 && archive.relay.cut()
    await downloadZip(archive.client(), wanted, path, { onProgress })
    expect(orders()).toHaveLength(2)
    expect(ranges()).toEqual(['bytes=500000-', 'bytes=500000-'])
    archive.relay.decide(() => 'pass')
    await downloadZip(archive.client(), wanted, join(folder, 'whole.zip'))
    expect(await md5(path)).toBe(await md5(join(folder, 'whole.zip')))
  })

  test('of other frames does not go on with it', async () => {
    const wanted = await ids()
    ofFiles({ after: 100_000, end: 'stall' })
    const stop = new AbortController()
    const onProgress = (bytes: number) => bytes === 100_000 && stop.abort()
    const path = join(folder, 'frames.zip')
    await downloadZip(archive.client(), wanted, path, { onProgress, signal: stop.signal }).catch(() => {})
    await downloadZip(archive.client(), wanted.slice(1), path)
    expect(ranges()).toEqual([])
    await downloadZip(archive.client(), wanted.slice(1), join(folder, 'whole.zip'))
    expect(await md5(path)).toBe(await md5(join(folder, 'whole.zip')))
  })

  test('of no frame is refused', async () => {
    const error = await failure(downloadZip(archive.client(), [999_999], join(folder, 'none.zip')))
    expect(error).toMatchObject({ status: 404, detail: 'none of these frames exists, or may be seen by this user' })
    expect(error.message).not.toContain('/frames/zip/')
    expect(await readdir(folder)).toEqual([])
  })
})
