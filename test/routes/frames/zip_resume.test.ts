import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { newFrame, post, store } from '../../support/frames.ts'
import { placesIn } from '../../support/zip_places.ts'

/**
 * Of both kinds: those whose CRC-32 is in the header from the first time on, and those that need a
 * descriptor until it is known.
 */
const SIZES = [1_300_000, 5_000, 1_200_000, 0, 1_100_000]

let archive: TestArchive
let scratch: string
const ids: number[] = []
const contents: Buffer[] = []

beforeAll(async () => {
  archive = await testArchive()
  scratch = mkdtempSync(join(tmpdir(), 'platestack-resume-'))
  for (const [i, size] of SIZES.entries()) {
    const frame = await post(archive, newFrame(`part-${i}`))
    contents.push(randomBytes(size))
    await store(archive, frame.url!, contents[i]!)
    ids.push(frame.id)
  }
})
afterAll(async () => {
  await archive?.close()
  rmSync(scratch, { recursive: true, force: true })
})

const forget = () => archive.services.writer`update versions set size = null, crc32 = null`
const zip = (headers: Record<string, string> = {}, frame_ids = ids) =>
  archive.request('/frames/zip/', { json: { frame_ids }, headers })
const addressOf = (response: Response) => new URL(response.headers.get('content-location')!).pathname
const bodyOf = async (response: Response) => Buffer.from(await response.arrayBuffer())

/** The first bytes of an answer whose client then goes away. */
async function beginning(response: Response, length: number): Promise<Buffer> {
  const reader = response.body!.getReader()
  const chunks: Uint8Array[] = []
  for (let got = 0; got < length; got += chunks.at(-1)!.length) chunks.push((await reader.read()).value!)
  await reader.cancel()
  return Buffer.concat(chunks).subarray(0, length)
}

/**
 * As `curl -C -` does it: without If-Range. What is learnt of a file is kept beside its download,
 * so it may not be there at once.
 */
async function rest(address: string, from: number): Promise<Buffer> {
  let response: Response | undefined
  await expect
    .poll(async () => {
      await response?.body?.cancel()
      response = await archive.request(address, { headers: { range: `bytes=${from}-` } })
      return response.status
    })
    .toBe(206)
  return bodyOf(response!)
}

function checkZip(bytes: Buffer): void {
  const path = join(scratch, 'whole.zip')
  writeFileSync(path, bytes)
  execFileSync('unzip', ['-tq', path])
  const script =
    'import zipfile,hashlib,sys,json\nprint(json.dumps([hashlib.md5(z.read(i)).hexdigest() for z in [zipfile.ZipFile(sys.argv[1])] for i in z.infolist()]))'
  const md5 = (content: Buffer) => createHash('md5').update(content).digest('hex')
  expect(JSON.parse(execFileSync('python3', ['-c', script, path]).toString())).toEqual(contents.map(md5))
}

describe('a first ZIP, of files whose CRC-32 is not known', () => {
  let whole: Buffer
  beforeAll(async () => {
    await forget()
    whole = await bodyOf(await zip())
    checkZip(whole)
  })
  /** What an earlier download has learnt may be kept only after it has been forgotten. */
  async function firstZip(): Promise<Response> {
    for (;;) {
      await forget()
      const posted = await zip()
      if (posted.headers.get('content-length') === String(whole.length)) return posted
      await posted.body!.cancel()
    }
  }

  test('goes on at its address, wherever it was cut', async () => {
    const places = placesIn(whole)
    expect(places.filter(({ place }) => place.startsWith('in descriptor'))).toHaveLength(3)
    for (const { place, at } of places) {
      const posted = await firstZip()
      const begun = await beginning(posted, at)
      const joined = Buffer.concat([begun, await rest(addressOf(posted), at)])
      expect([place, joined.equals(whole)]).toEqual([place, true])
    }
  })

  test('goes on from one cut to the next', async () => {
    const posted = await firstZip()
    const cuts = [700_000, 1_300_100, 1_310_000, 2_000_000, 2_600_000, 3_000_000, whole.length]
    let has = await beginning(posted, 10)
    for (const until of cuts) {
      const more = await rest(addressOf(posted), has.length)
      has = Buffer.concat([has, more.subarray(0, until - has.length)])
    }
    expect(has.equals(whole)).toBe(true)
  })

  test('is the same at its address when everything is known, also to one who asks by its ETag', async () => {
    const posted = await firstZip()
    await bodyOf(posted)
    await expect.poll(async () => (await zip()).headers.get('content-length')).not.toBe(String(whole.length))
    const again = await archive.request(addressOf(posted))
    expect([again.headers.get('etag'), (await bodyOf(again)).equals(whole)]).toEqual([posted.headers.get('etag'), true])
    const headers = { range: 'bytes=1000000-', 'if-range': posted.headers.get('etag')! }
    const part = await archive.request(addressOf(posted), { headers })
    expect([part.status, (await bodyOf(part)).equals(whole.subarray(1_000_000))]).toEqual([206, true])
  })

  test('is not made of unknown files by asking for its end alone', async () => {
    const address = addressOf(await firstZip())
    const response = await archive.request(address, { headers: { range: 'bytes=-1' } })
    expect([response.status, response.headers.get('content-length')]).toEqual([200, String(whole.length)])
    await response.body!.cancel()
  })
})

describe('a ZIP of files whose CRC-32 is known', () => {
  let whole: Buffer
  let address: string
  let etag: string
  beforeAll(async () => {
    await forget()
    await bodyOf(await zip())
    await vi.waitUntil(
      async () => (await archive.services.writer`select 1 from versions where crc32 is null and size > 0`).length === 0,
      { timeout: 10_000 },
    )
    const posted = await zip()
    ;[address, etag, whole] = [addressOf(posted), posted.headers.get('etag')!, await bodyOf(posted)]
    checkZip(whole)
  })

  test('goes on at its address, wherever it was cut', async () => {
    const places = placesIn(whole)
    expect(places.some(({ place }) => place.startsWith('in descriptor'))).toBe(false)
    for (const { place, at } of places)
      expect([place, (await rest(address, at)).equals(whole.subarray(at))]).toEqual([place, true])
  })

  test('goes on by POST for one who says of which ZIP the beginning is there, and for no other', async () => {
    for (const { place, at } of placesIn(whole)) {
      const part = await zip({ range: `bytes=${at}-`, 'if-range': etag })
      expect([place, part.status, (await bodyOf(part)).equals(whole.subarray(at))]).toEqual([place, 206, true])
    }
    const unsaid = [
      { range: 'bytes=100-' },
      { range: 'bytes=100-', 'if-range': '"other"' },
      { range: 'bytes=99999999-' },
    ]
    for (const headers of unsaid) {
      const other = await zip(headers as Record<string, string>)
      expect([other.status, (await bodyOf(other)).equals(whole)]).toEqual([200, true])
    }
  })

  test('answers If-Match, If-None-Match and what lies beyond its end', async () => {
    const status = async (headers: Record<string, string>) => (await archive.request(address, { headers })).status
    expect(await status({ 'if-match': etag })).toBe(200)
    expect(await status({ 'if-match': '"other"' })).toBe(412)
    expect(await status({ 'if-none-match': etag })).toBe(304)
    expect(await status({ range: `bytes=${whole.length}-` })).toBe(416)
  })
})

describe('readers of streams take a first ZIP of small files', () => {
  let bytes: Buffer
  const small: Buffer[] = []
  beforeAll(async () => {
    const frames: number[] = []
    for (let i = 0; i < 3; i++) {
      const frame = await post(archive, newFrame(`small-${i}`))
      small.push(randomBytes(20_000 * (i + 1)))
      await store(archive, frame.url!, small[i]!)
      frames.push(frame.id)
    }
    bytes = await bodyOf(await zip({}, frames))
  })
  const md5s = () => small.map((content) => createHash('md5').update(content).digest('hex'))

  test('bsdtar from a pipe', () => {
    const target = mkdtempSync(join(scratch, 'bsdtar-'))
    const { status, stderr } = spawnSync('bsdtar', ['-xf', '-', '-C', target], { input: bytes })
    expect([status, stderr.toString()]).toEqual([0, ''])
    const seen = execFileSync('sh', ['-c', 'md5sum */* | cut -c1-32'], { cwd: target }).toString()
    expect(seen.trim().split('\n')).toEqual(md5s())
  })

  test('ZipInputStream of Java', () => {
    const source = join(scratch, 'Unzip.java')
    writeFileSync(source, JAVA)
    const { status, stdout, stderr } = spawnSync('java', [source], { input: bytes })
    expect([status, stderr.toString()]).toEqual([0, ''])
    expect(stdout.toString().trim().split('\n')).toEqual(md5s())
  })
})

const JAVA = `import java.security.*; import java.util.*; import java.util.zip.*;
class Unzip {
  public static void main(String[] arguments) throws Exception {
    ZipInputStream in = new ZipInputStream(System.in);
    while (in.getNextEntry() != null)
      System.out.println(HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(in.readAllBytes())));
  }
}
`
