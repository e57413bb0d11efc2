import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { dataFile, readJson } from '../../support/data.ts'
import { store } from '../../support/frames.ts'

const unpacked = readJson<Record<string, { size: number; md5: string }>>('fits', 'funpack.json')
const catalogs = readJson<Record<string, { size: number; md5: string }>>('fits', 'catalog.json')
const NAMES = ['multi-r.fits.fz', 'f32-q16.fits.fz', 'i16-g.fits.fz', 'u16-r.fits.fz']
const PRIVATE = 'f32-gq0.fits.fz'
const bytesOf = (name: string): Buffer => readFileSync(dataFile('fits', name))
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

let archive: TestArchive
let scratch: string
const ids = new Map<string, number>()

async function ingest(name: string, more: object = {}): Promise<number> {
  const basename = name.replace(/\..*/, '')
  const hash = md5(bytesOf(name))
  const json = {
    basename,
    observation_date: '2024-02-03T04:05:06.789',
    observation_day: '20240203',
    proposal_id: 'prop-a',
    instrument_id: 'fa99',
    site_id: 'cpt',
    reduction_level: 91,
    configuration_type: 'EXPOSE',
    public_date: '2024-02-03T04:05:06',
    area: null,
    headers: {},
    related_frame_filenames: [],
    version_set: [{ key: hash, md5: hash, extension: '.fits.fz' }],
    ...more,
  }
  const response = await archive.request('/frames/', { token: archive.root, json })
  expect(response.status).toBe(201)
  const frame = (await response.json()) as { id: number; url: string }
  await store(archive, frame.url, bytesOf(name))
  ids.set(name, frame.id)
  return frame.id
}

beforeAll(async () => {
  archive = await testArchive()
  scratch = await mkdtemp(join(tmpdir(), 'platestack-downloads-'))
  for (const name of NAMES) await ingest(name)
  await ingest(PRIVATE, { public_date: '2999-01-01T00:00:00' })
})
afterAll(async () => {
  await archive.close()
  await rm(scratch, { recursive: true, force: true })
})

const bodyOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer())
const zip = (body: object, init: RequestInit & { token?: string } = {}) =>
  archive.request('/frames/zip/', { ...init, json: { frame_ids: [...ids.values()], ...body } })

/** What independent programs read out of a ZIP: MD5 by name. */
function unzip(bytes: Buffer): Record<string, string> {
  const path = join(scratch, `${md5(bytes)}.zip`)
  writeFileSync(path, bytes)
  execFileSync('unzip', ['-tq', path])
  const script =
    'import zipfile,hashlib,sys,json\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nprint(json.dumps({i.filename.split("/")[1]:hashlib.md5(z.read(i)).hexdigest() for i in z.infolist()}))'
  return JSON.parse(execFileSync('python3', ['-c', script, path]).toString())
}

describe('a streamed ZIP', () => {
  let whole: Buffer
  let address: string

  test('holds the files that the caller may see, and its length is known before', async () => {
    const response = await zip({})
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/zip')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename=ocs_archive_data-\d{8}-4\.zip$/)
    expect(response.headers.get('set-cookie')).toBe('fileDownload=true; path=/')
    expect(response.headers.get('accept-ranges')).toBe('bytes')
    const bytes = await bodyOf(response)
    expect(String(bytes.length)).toBe(response.headers.get('content-length'))
    expect(unzip(bytes)).toEqual(Object.fromEntries(NAMES.map((name) => [name, md5(bytesOf(name))])))
  })

  test('can be continued once the checksums are learnt, at the address it gives, by whoever has that address', async () => {
    await expect
      .poll(
        async () =>
          (await archive.services.writer`select count(*)::int as n from versions where crc32 is not null`)[0]!.n,
      )
      .toBe(4)
    const [row] = await archive.services
      .writer`select size::int, crc32::float8 from versions where md5 = ${md5(bytesOf(NAMES[0]!))}`
    expect(row).toEqual({ size: bytesOf(NAMES[0]!).length, crc32: crc32(bytesOf(NAMES[0]!)) })
    const response = await zip({})
    address = response.headers.get('content-location')!.replace('http://localhost', '')
    const etag = response.headers.get('etag')!
    expect(response.headers.get('accept-ranges')).toBe('bytes')
    whole = await bodyOf(response)
    const head = await archive.request(address, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), head.headers.get('etag')]).toEqual([
      200,
      String(whole.length),
      etag,
    ])
    for (const from of [1, 100, 70_000, whole.length - 30]) {
      const part = await archive.request(address, { headers: { range: `bytes=${from}-`, 'if-range': etag } })
      expect([part.status, part.headers.get('content-range')]).toEqual([
        206,
        `bytes ${from}-${whole.length - 1}/${whole.length}`,
      ])
      expect((await bodyOf(part)).equals(whole.subarray(from))).toBe(true)
    }
    const other = await archive.request(address, { headers: { range: 'bytes=100-', 'if-range': '"another"' } })
    expect([other.status, (await bodyOf(other)).equals(whole)]).toEqual([200, true])
  })

  test('is refused for an address that was changed in one letter', async () => {
    for (const at of [12, 30, address.length - 4]) {
      const changed = address.slice(0, at) + (address[at] === 'A' ? 'B' : 'A') + address.slice(at + 1)
      expect((await archive.request(changed)).status).toBe(404)
    }
  })

  test('with uncompress holds what funpack writes; with catalog_only the catalogue, and no frame without one', async () => {
    const names = (await unzip(await bodyOf(await zip({ uncompress: true })))) as Record<string, string>
    expect(names).toEqual(Object.fromEntries(NAMES.map((name) => [name.replace('.fz', ''), unpacked[name]!.md5])))
    const catalogue = unzip(await bodyOf(await zip({ catalog_only: true })))
    expect(Object.keys(catalogue)).toEqual(['multi-r-catalog.fits'])
  })

  test('names a file that the store lacks, rather than giving a ZIP without it', async () => {
    const id = await ingest('f32-h.fits.fz')
    await rm(join(archive.files, 'cpt/fa99/20240203/processed/f32-h.fits.fz'))
    const response = await zip({ frame_ids: [id, ids.get(NAMES[0]!)] })
    expect([response.status, await response.json()]).toEqual([
      404,
      { detail: 'Missing from the file store: f32-h.fits.fz.' },
    ])
    await archive.request(`/frames/${id}/`, { method: 'DELETE', token: archive.root })
    ids.delete('f32-h.fits.fz')
  })

  test('breaks off when a file is not as long as was promised', async () => {
    const name = NAMES[3]!
    const path = join(archive.files, `cpt/fa99/20240203/processed/${name}`)
    writeFileSync(path, bytesOf(name).subarray(1))
    const response = await zip({})
    await expect(response.arrayBuffer()).rejects.toThrow()
    writeFileSync(path, bytesOf(name))
  })
})

test('size and CRC-32 that come with a record are known from the start', async () => {
  const bytes = bytesOf('i16-r.fits.fz')
  const hash = md5(bytes)
  const id = await ingest('i16-r.fits.fz', {
    version_set: [{ key: hash, md5: hash, extension: '.fits.fz', size: bytes.length, crc32: crc32(bytes) }],
  })
  const response = await zip({ frame_ids: [id] })
  expect(response.headers.get('accept-ranges')).toBe('bytes')
  expect(unzip(await bodyOf(response))).toEqual({ 'i16-r.fits.fz': hash })
  const bad = { key: 'k', md5: 'm', extension: '.fits.fz', size: -1, crc32: 2 ** 32 }
  const json = {
    basename: 'bad',
    observation_day: '20240203',
    configuration_type: 'EXPOSE',
    area: null,
    headers: {},
    related_frame_filenames: [],
  }
  const refused = await archive.request('/frames/', { token: archive.root, json: { ...json, version_set: [bad] } })
  expect([refused.status, await refused.json()]).toEqual([
    400,
    {
      version_set: [
        {
          size: ['Ensure this value is greater than or equal to 0.'],
          crc32: ['Ensure this value is less than or equal to 4294967295.'],
        },
      ],
    },
  ])
  await archive.request(`/frames/${id}/`, { method: 'DELETE', token: archive.root })
  ids.delete('i16-r.fits.fz')
})

describe('a manifest', () => {
  test('is given to a proxy that has mod_zip, with signed addresses where the archive itself makes the bytes', async () => {
    const response = await zip({ uncompress: true }, { headers: { 'x-zip-module': 'mod_zip' } })
    const text = await response.text()
    expect([response.headers.get('x-archive-files'), response.headers.get('content-length')]).toEqual([
      'zip',
      String(text.length),
    ])
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '))
    expect(lines.map(([, size]) => Number(size))).toEqual(NAMES.map((name) => unpacked[name]!.size))
    for (const [i, [sum, , location]] of lines.entries()) {
      const bytes = await bodyOf(await archive.request(location!))
      expect([md5(bytes), sum]).toEqual([unpacked[NAMES[i]!]!.md5, crc32(bytes).toString(16).padStart(8, '0')])
      const part = await archive.request(location!, { headers: { range: 'bytes=2880-2889' } })
      expect([part.status, (await bodyOf(part)).equals(bytes.subarray(2880, 2890))]).toEqual([206, true])
    }
    expect(response.headers.get('accept-ranges')).toBe('bytes')
  })

  test('opens to its holder the version and form it was signed for, and nothing else', async () => {
    const response = await zip({ uncompress: true }, { headers: { 'x-zip-module': 'mod_zip' }, token: archive.root })
    const line = (await response.text()).split('\n').find((l) => l.includes(`/frame-funpack/${ids.get(PRIVATE)}/`))!
    const location = line.split(' ')[2]!
    expect(md5(await bodyOf(await archive.request(location)))).toBe(unpacked[PRIVATE]!.md5)
    const others = [
      location.replace('/frame-funpack/', '/frame-catalog/').replace('/funpack/', '/catalog/'),
      location.replace(/version=(\d+)/, (_, v) => `version=${Number(v) + 1}`),
      location.replace(/expires=(\d+)/, (_, v) => `expires=${Number(v) + 1}`),
      location.replace(/\?.*/, ''),
    ]
    for (const other of others) expect((await archive.request(other)).status).toBe(404)
  })
})

describe('funpack and catalogue', () => {
  test.each(NAMES)('%s comes unpacked as funpack writes it', async (name) => {
    const path = `/frame-funpack/${ids.get(name)}/funpack/`
    const response = await archive.request(path)
    expect([response.status, response.headers.get('content-type'), response.headers.get('content-length')]).toEqual([
      200,
      'application/octet-stream',
      String(unpacked[name]!.size),
    ])
    expect(md5(await bodyOf(response))).toBe(unpacked[name]!.md5)
    const head = await archive.request(path, { method: 'HEAD' })
    expect([head.headers.get('content-length'), head.headers.get('etag')]).toEqual([
      String(unpacked[name]!.size),
      response.headers.get('etag'),
    ])
  })

  test('the catalogue is that of the reference, and 404 where there is none', async () => {
    const response = await archive.request(`/frame-catalog/${ids.get('multi-r.fits.fz')}/catalog/`)
    expect(response.headers.get('content-disposition')).toBe('attachment; filename=multi-r-catalog.fits')
    const known = Object.entries(catalogs).find(([name]) => name.startsWith('multi-r'))
    const bytes = await bodyOf(response)
    expect(bytes.length % 2880).toBe(0)
    if (known) expect(bytes.length).toBe(known[1].size)
    expect((await archive.request(`/frame-catalog/${ids.get('i16-g.fits.fz')}/catalog/`)).status).toBe(404)
  })

  test('a proprietary frame has neither for those who may not see it', async () => {
    for (const path of [`/frame-funpack/${ids.get(PRIVATE)}/funpack/`, `/frame-catalog/${ids.get(PRIVATE)}/catalog/`]) {
      const hidden = await archive.request(path)
      expect([hidden.status, await hidden.json()]).toEqual([404, { detail: 'Not found.' }])
    }
    const own = await archive.request(`/frame-funpack/${ids.get(PRIVATE)}/funpack/`, { token: archive.root })
    expect(md5(await bodyOf(own))).toBe(unpacked[PRIVATE]!.md5)
  })

  test('a stale DATASUM stops no download: unpacked, in ranges, and in a ZIP', async () => {
    const name = 'stalesum-kb99-20240304-0001-e00.fits.fz'
    const id = await ingest(name)
    const path = `/frame-funpack/${id}/funpack/`
    const whole = await bodyOf(await archive.request(path))
    expect([whole.length, md5(whole)]).toEqual([11520, 'adcd40a31267ac0bbe55dfc221a4e770'])
    const end = await archive.request(path, { headers: { range: 'bytes=11000-' } })
    expect([end.status, (await bodyOf(end)).equals(whole.subarray(11000))]).toEqual([206, true])
    const zip = await bodyOf(
      await archive.request('/frames/zip/', { json: { frame_ids: [id], uncompress: true }, token: archive.root }),
    )
    expect(zip.includes(whole)).toBe(true)
    await archive.request(`/frames/${id}/`, { method: 'DELETE', token: archive.root })
    ids.delete(name)
  })

  test('SCI and CAT in lower case make a catalogue', async () => {
    const name = 'catlower-kb99-20240304-0001-e91.fits.fz'
    const id = await ingest(name)
    const response = await archive.request(`/frame-catalog/${id}/catalog/`)
    expect(response.status).toBe(200)
    expect((await bodyOf(response)).toString('latin1')).toMatch(/NAXIS2 {2}= +5 /)
    await archive.request(`/frames/${id}/`, { method: 'DELETE', token: archive.root })
    ids.delete(name)
  })

  test('a file that is gone or damaged, its size known, is a refusal of every download of it before a byte', async () => {
    const name = 'multi-r.fits.fz'
    const [id, path] = [ids.get(name)!, join(archive.files, 'cpt/fa99/20240203/processed', name)]
    const one = { frame_ids: [id] }
    const tickets = await Promise.all(
      [one, { ...one, uncompress: true }, { ...one, catalog_only: true }].map(async (wanted) => {
        const response = await zip(wanted)
        await bodyOf(response)
        return new URL(response.headers.get('content-location')!).pathname
      }),
    )
    const urls = [...tickets, `/frame-funpack/${id}/funpack/`, `/frame-catalog/${id}/catalog/`]
    const told = async () => {
      const asked = urls.flatMap((url): [string, Record<string, string>][] => [
        [url, {}],
        [url, { range: 'bytes=500-' }],
      ])
      const answers = [
        await zip(one),
        await zip({ ...one, uncompress: true }),
        ...(await Promise.all(asked.map(([url, headers]) => archive.request(url, { headers })))),
      ]
      return Promise.all(
        answers.map(async (answer) => [answer.status, ((await answer.json()) as { detail: string }).detail]),
      )
    }
    await rm(path)
    for (const answer of await told()) expect(answer).toEqual([404, `Missing from the file store: ${name}.`])
    for (const headers of [{}, { range: 'bytes=500-' }] as Record<string, string>[])
      expect((await archive.request(`/files/cpt/fa99/20240203/processed/${name}`, { headers })).status).toBe(404)
    writeFileSync(path, bytesOf(name).subarray(0, 1000))
    for (const [status, detail] of await told())
      expect([status, detail]).toEqual([422, expect.stringContaining(`The stored file ${name} is damaged: `)])
    writeFileSync(path, bytesOf(name))
    expect((await zip(one)).status).toBe(200)
  })

  test('a damaged file is a clear refusal before its first byte', async () => {
    const name = 'f64-r.fits.fz'
    const id = await ingest(name)
    writeFileSync(join(archive.files, `cpt/fa99/20240203/processed/${name}`), bytesOf(name).subarray(0, 5000))
    const response = await archive.request(`/frame-funpack/${id}/funpack/`)
    expect([response.status, await response.json()]).toEqual([
      422,
      { detail: `The stored file ${name} is damaged: it cannot be unpacked.` },
    ])
    await archive.request(`/frames/${id}/`, { method: 'DELETE', token: archive.root })
    ids.delete(name)
  })
})

test('files are served in ranges, with an ETag by which a download goes on', async () => {
  const path = `/files/cpt/fa99/20240203/processed/${NAMES[1]}`
  const whole = bytesOf(NAMES[1]!)
  const head = await archive.request(path, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length'), head.headers.get('accept-ranges')]).toEqual([
    200,
    String(whole.length),
    'bytes',
  ])
  const part = await archive.request(path, { headers: { range: 'bytes=100-', 'if-range': head.headers.get('etag')! } })
  expect([part.status, (await bodyOf(part)).equals(whole.subarray(100))]).toEqual([206, true])
  expect((await archive.request(path, { headers: { 'if-none-match': head.headers.get('etag')! } })).status).toBe(304)
  expect((await archive.request(path, { headers: { range: 'bytes=99999999-' } })).status).toBe(416)
})
