import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 as zlibCrc32 } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { crc32 } from '../../../src/crc32.ts'
import { canBeginAt, needsDescriptor, zipLength } from '../../../src/files/zip/parts.ts'
import { type Source, WrongSize, zipStream } from '../../../src/files/zip/stream.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'platestack-zip-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const streamOf = (bytes: Uint8Array, chunk = 1000): ReadableStream<Uint8Array> => {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(at, at + chunk))
      at += chunk
    },
  })
}

const learnt = new Map<string, number>()
function sourceOf(name: string, bytes: Uint8Array, crc: 'known' | 'unknown', descriptor = crc === 'unknown'): Source {
  return {
    name,
    descriptor: descriptor && bytes.length > 0,
    size: bytes.length,
    crc32: crc === 'known' ? zlibCrc32(bytes) : null,
    modified: new Date('2016-01-02T03:04:06Z'),
    open: async (range) => streamOf(range ? bytes.subarray(range.start, range.end + 1) : bytes),
    learnt: (value) => void learnt.set(name, value),
  }
}
const read = async (stream: ReadableStream<Uint8Array> | Promise<ReadableStream<Uint8Array>>): Promise<Buffer> =>
  Buffer.from(await new Response(await stream).arrayBuffer())

const NAMES = ['folder/a.fits.fz', 'folder/Čapek ☄ α.fits', 'folder/empty', 'folder/with space & "quotes".pdf']
const files = NAMES.map(
  (name, i) =>
    [name, name.endsWith('empty') ? new Uint8Array(0) : new Uint8Array(randomBytes(2500 * (i + 1)))] as const,
)

describe.each(['known', 'unknown'] as const)('with CRC-32s %s before', (crc) => {
  test('unzip, 7z and Python read every file back', async () => {
    const sources = files.map(([name, bytes]) => sourceOf(name, bytes, crc))
    const zip = await read(zipStream(sources, crc32))
    expect(zip.length).toBe(zipLength(sources))
    const path = join(folder, `${crc}.zip`)
    writeFileSync(path, zip)
    execFileSync('unzip', ['-tq', path])
    expect(execFileSync('7z', ['t', path]).toString()).toContain('Everything is Ok')
    const script =
      'import zipfile,hashlib,sys,json\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nprint(json.dumps({i.filename:[hashlib.md5(z.read(i)).hexdigest(),i.date_time] for i in z.infolist()}))'
    const seen = JSON.parse(execFileSync('python3', ['-c', script, path]).toString())
    const md5 = (bytes: Uint8Array) => execFileSync('md5sum', { input: bytes }).toString().slice(0, 32)
    expect(seen).toEqual(Object.fromEntries(files.map(([name, bytes]) => [name, [md5(bytes), [2016, 1, 2, 3, 4, 6]]])))
    if (crc === 'unknown')
      expect(learnt).toEqual(
        new Map(files.filter(([, b]) => b.length).map(([name, bytes]) => [name, zlibCrc32(bytes)])),
      )
  })
})

test.each([
  ['known before', 'known', false],
  ['in descriptors, known by now', 'known', true],
  ['in descriptors, not known', 'unknown', true],
  ['in the headers, not known', 'unknown', false],
] as const)('any range of a ZIP is that range of the whole, CRC-32s %s', async (_, crc, descriptor) => {
  const sources = files.map(([name, bytes]) => sourceOf(name, bytes, crc, descriptor))
  const whole = await read(zipStream(sources, crc32))
  expect(whole.length).toBe(zipLength(sources))
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(whole.length - 1), async (a, b) => {
      const [start, end] = [Math.min(a, b), Math.max(a, b)]
      expect((await read(zipStream(sources, crc32, { start, end }))).equals(whole.subarray(start, end + 1))).toBe(true)
    }),
    { numRuns: 200 },
  )
})

test('a range begins where no file before it has to be read again', () => {
  const name = 'a'
  const [known, unknown] = [10, 20].map((size) => sourceOf(name, new Uint8Array(size), 'known'))
  const sources = [known!, { ...unknown!, crc32: null, descriptor: true }]
  // headers of 31 bytes: the second is over at 41 + 51 and 16 for its descriptor
  expect([0, 41, 91, 107].map((start) => canBeginAt(sources, start))).toEqual([true, true, true, true])
  expect([108, 150, 1000].map((start) => canBeginAt(sources, start))).toEqual([false, false, false])
})

test('what is small is read before its header goes out, and only once', async () => {
  const [name, bytes] = files[3]!
  let opened = 0
  const source: Source = { ...sourceOf(name, bytes, 'unknown'), descriptor: needsDescriptor(bytes.length, null) }
  const counting: Source = {
    ...source,
    open(range, signal) {
      opened++
      return source.open(range, signal)
    },
  }
  const zip = await read(zipStream([counting], crc32))
  expect([zip.readUInt32LE(14), zip.readUInt16LE(6) & 8, opened]).toEqual([zlibCrc32(bytes), 0, 1])
  expect(needsDescriptor(2 ** 20 + 1, null)).toBe(true)
})

test('the first bytes of the first file are there before the first of the ZIP', async () => {
  const refused = { ...sourceOf('a', new Uint8Array(10), 'known'), open: () => Promise.reject(new Error('away')) }
  await expect(zipStream([refused], crc32)).rejects.toThrow('away')
})

test('a client that leaves before the first bytes gives up what is asked for', async () => {
  const leaving = new AbortController()
  const waiting: Source = {
    ...sourceOf('a', new Uint8Array(10), 'known'),
    open: (_, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('left')))),
  }
  const asked = zipStream([waiting], crc32, undefined, leaving.signal)
  leaving.abort()
  await expect(asked).rejects.toThrow('left')
})

test.each([-1, 1])('a file that is %i byte off ends the stream with an error', async (off) => {
  const bytes = new Uint8Array(5000)
  const source = { ...sourceOf('a', bytes, 'known'), size: bytes.length - off }
  await expect(read(zipStream([source], crc32))).rejects.toThrow(WrongSize)
})

test('a file that cannot be opened ends the stream with an error, and those opened ahead are let go', async () => {
  let cancelled = 0
  const open = async () => new ReadableStream<Uint8Array>({ cancel: () => void cancelled++ }, { highWaterMark: 0 })
  const sources = files.map(([name, bytes]) => ({ ...sourceOf(name, bytes, 'known'), open }))
  sources[0]!.open = async () => Promise.reject(new Error('no such file'))
  await expect(
    read(
      zipStream(
        sources.filter((s) => s.size > 0),
        crc32,
      ),
    ),
  ).rejects.toThrow('no such file')
  await expect.poll(() => cancelled).toBe(2)
})

test('a reader that goes away gives every file back', async () => {
  let cancelled = 0
  const source = (name: string): Source => ({
    ...sourceOf(name, new Uint8Array(10), 'known'),
    size: 1e9,
    open: async () =>
      new ReadableStream<Uint8Array>({ pull: (c) => c.enqueue(new Uint8Array(1000)), cancel: () => void cancelled++ }),
  })
  const reader = (await zipStream([source('a'), source('b'), source('c')], crc32)).getReader()
  for (let i = 0; i < 10; i++) await reader.read()
  await reader.cancel()
  await expect.poll(() => cancelled).toBe(3)
})

test('CRC-32 is that of zlib, in pieces of any length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, at) => {
      expect(crc32(bytes.subarray(at), crc32(bytes.subarray(0, at)))).toBe(zlibCrc32(bytes))
    }),
  )
})

test('ZIP64: lengths are exact beyond 4 GiB and 65535 entries', () => {
  const entry = (size: number) => ({ name: 'folder/a.fits', size, descriptor: false, modified: new Date(0) })
  // 30+13 and 46+13 bytes a plain entry, 20 more in both places for a large one, 12 more in the directory for one that begins beyond 4 GiB
  expect(zipLength([entry(10)])).toBe(43 + 10 + 59 + 22)
  expect(zipLength([entry(5e9), entry(10)])).toBe(63 + 5e9 + 43 + 10 + (59 + 20) + (59 + 12) + 56 + 20 + 22)
  expect(zipLength(Array.from({ length: 70_000 }, () => entry(0)))).toBe(70_000 * (43 + 59) + 56 + 20 + 22)
})
