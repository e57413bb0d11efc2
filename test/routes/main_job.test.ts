import { beforeAll, describe, expect, test, vi } from 'vitest'
import { type Posted, store } from '../support/frames.ts'
import {
  archive,
  ask,
  basenames,
  bytesOf,
  download,
  type Frame,
  facts,
  ingest,
  JPEG,
  local,
  md5,
  names,
  newest,
  PDF,
  posted,
  search,
  useObservatory,
  versions,
} from '../support/observatory.ts'

useObservatory()
let thumbnail: { url: string; frame: Posted }

describe('the files of an observatory go in', () => {
  test.each(names)('%s, and its address is where the reference would have put it', async (name) => {
    const { path, md5: hash } = facts[name]!
    expect(await versions(hash)).toBe(0)
    const before = posted.get(facts[name]!.record.basename)
    const answer = await ingest(name, '/frames/')
    posted.set(answer.basename, answer)
    expect(decodeURIComponent(new URL(answer.url!).pathname)).toBe(`/files/${path}`)
    expect(await versions(hash)).toBe(1)
    // the file that this one takes the place of is kept where its own address says
    if (before)
      await store(
        archive,
        answer.version_set[1]!.url!,
        bytesOf(names.find((n) => facts[n]!.md5 === before.version_set[0]!.key)!),
      )
  })

  test('a thumbnail, before its frame', async () => {
    thumbnail = (await ingest(JPEG, '/thumbnails/')) as unknown as typeof thumbnail
    expect(decodeURIComponent(new URL(thumbnail.url).pathname)).toBe(`/files/${facts[JPEG]!.path}`)
    const { results } = await ask<{ results: { frame: number; size: string; url: string }[] }>(
      `/thumbnails/?frame_basename=${facts[JPEG]!.record.frame_basename}`,
    )
    expect(results).toMatchObject([{ frame: thumbnail.frame.id, size: 'small' }])
  })

  test('the same file again is refused, and told why', async () => {
    const { record, md5: hash, extension } = facts[PDF]!
    const response = await archive.request('/frames/', {
      json: { ...record, version_set: [{ key: hash, md5: hash, extension }] },
      token: archive.root,
    })
    expect([response.status, await response.json()]).toEqual([
      400,
      {
        version_set: [
          { key: ['version with this key already exists.'], md5: ['version with this md5 already exists.'] },
        ],
      },
    ])
  })
})

const time = (text: unknown): string | null =>
  text === null
    ? null
    : `${new Date(`${text}Z`).toISOString().slice(0, 19)}${/\./.test(String(text)) ? `.${String(text).split('.')[1]!.padEnd(6, '0')}` : ''}Z`

const integer = (value: unknown): number | null => (value === null ? null : Number(value))
const turned = (degrees: number): number => ((degrees % 360) + 360) % 360

describe('and come out', () => {
  test.each(basenames)('%s: each field of its record', async (basename) => {
    const { record, extension, md5: hash } = facts[newest(basename)]!
    const frame = await ask<Frame>(`/frames/${posted.get(basename)!.id}/`, archive.root)
    const day = String(record.observation_day)
    expect(frame).toMatchObject({
      basename,
      observation_date: time(record.observation_date),
      observation_day: `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`,
      public_date: time(record.public_date),
      observation_id: integer(record.observation_id),
      request_id: integer(record.request_id),
      filename: basename + extension,
      ...Object.fromEntries(
        [
          'proposal_id',
          'instrument_id',
          'target_name',
          'site_id',
          'telescope_id',
          'exposure_time',
          'primary_optical_element',
          'configuration_type',
          'reduction_level',
        ].map((field) => [field, record[field]]),
      ),
    })
    expect(frame.version_set[0]!.md5).toBe(hash)
    const corners = frame.area?.coordinates[0]?.map(([ra, dec]) => [turned(ra), dec]) ?? null
    const expected = record.area?.coordinates[0]?.map(([ra, dec]) => [turned(ra), dec]) ?? null
    expect(corners?.length).toBe(expected?.length)
    for (const [i, [ra, dec]] of (expected ?? []).entries()) {
      expect(corners![i]![0]).toBeCloseTo(ra!, 9)
      expect(corners![i]![1]).toBeCloseTo(dec!, 9)
    }
  })

  test.each(basenames)('%s: every value of its header', async (basename) => {
    expect(await ask(`/frames/${posted.get(basename)!.id}/headers/`, archive.root)).toEqual({
      data: facts[newest(basename)]!.record.headers,
    })
  })

  test.each(basenames)('%s: the related frames that are there, from both sides', async (basename) => {
    const links = (a: string, b: string) =>
      a !== b &&
      names.some((n) => facts[n]!.record.basename === a && facts[n]!.record.related_frame_filenames.includes(b))
    const expected = basenames.filter((other) => links(basename, other) || links(other, basename))
    const related = await ask<Frame[]>(`/frames/${posted.get(basename)!.id}/related/`, archive.root)
    expect(related.map((row) => row.basename).toSorted()).toEqual(expected.toSorted())
  })

  test('some are related at all', () => {
    expect(
      basenames.filter((name) =>
        facts[newest(name)]!.record.related_frame_filenames.some((other) => basenames.includes(other)),
      ).length,
    ).toBeGreaterThan(2)
  })

  test.each(basenames)('%s: the bytes, with the MD5 that was recorded', async (basename) => {
    const frame = await ask<Frame>(`/frames/${posted.get(basename)!.id}/`, archive.root)
    for (const version of frame.version_set) {
      const response = await download(version.url)
      const bytes = new Uint8Array(await response.arrayBuffer())
      expect([response.status, md5(bytes)]).toEqual([200, version.md5])
      expect(response.headers.get('content-length')).toBe(String(bytes.length))
      expect(response.headers.get('content-disposition')).toContain('attachment')
    }
  })

  test('the PDF and the JPEG as what they are', async () => {
    const pdf = await download((await ask<Frame>(`/frames/${posted.get(PDF.replace('.pdf', ''))!.id}/`)).url)
    expect([pdf.headers.get('content-type'), md5(new Uint8Array(await pdf.arrayBuffer()))]).toEqual([
      'application/pdf',
      facts[PDF]!.md5,
    ])
    const jpeg = await download(thumbnail.url)
    expect([jpeg.headers.get('content-type'), md5(new Uint8Array(await jpeg.arrayBuffer()))]).toEqual([
      'image/jpeg',
      facts[JPEG]!.md5,
    ])
  })

  test('a HEAD tells the size without the bytes', async () => {
    const { url } = await ask<Frame>(`/frames/${posted.get(PDF.replace('.pdf', ''))!.id}/`)
    const response = await archive.request(local(url), { method: 'HEAD' })
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([
      200,
      String(bytesOf(PDF).length),
      '',
    ])
  })
})

/** A circle on the sky as astronomers' scripts write it: a polygon of 36 corners. */
function circle(ra: number, dec: number, radius: number): string {
  const corners = Array.from({ length: 37 }, (_, i) => {
    const angle = ((i % 36) * Math.PI) / 18
    return `${ra + (radius * Math.cos(angle)) / Math.cos((dec * Math.PI) / 180)} ${dec + radius * Math.sin(angle)}`
  })
  return `POLYGON((${corners.join(',')}))`
}

const imaged = basenames.filter((basename) => facts[newest(basename)]!.record.area !== null)

function centre(basename: string): [number, number] {
  const ring = facts[newest(basename)]!.record.area!.coordinates[0]!.slice(0, 4)
  const mean = (axis: 0 | 1) => ring.reduce((sum, corner) => sum + corner[axis], 0) / ring.length
  return [mean(0), mean(1)]
}

describe('a cone of sky finds the right frames', () => {
  /** Some of the files were cut down to one row, and their areas with them: these are met, but cover next to nothing. */
  const WIDE = ['f32-r', 'multi-r']
  const COVERING = ['coj1m011-kb05-20150219-0125-e90', ...WIDE]
  const sameSky = (basename: string) => (WIDE.includes(basename) ? WIDE : [basename])

  test('there are frames on the sky', () => {
    expect(imaged.length).toBe(8)
    expect(imaged).toEqual(expect.arrayContaining(COVERING))
  })

  test.each(imaged)('%s: those that meet a cone about its centre', async (basename) => {
    const [ra, dec] = centre(basename)
    for (const shape of [circle(ra, dec, 0.02), circle(ra - 360, dec, 0.02), circle(ra, dec, 3)])
      expect([shape, await search({ intersects: shape }, archive.root)]).toEqual([shape, sameSky(basename)])
    for (const shape of [circle(ra, dec - 5, 1), `POINT(${ra} ${dec + 5})`]) {
      expect([shape, await search({ intersects: shape }, archive.root)]).toEqual([shape, []])
      expect([shape, await search({ covers: shape }, archive.root)]).toEqual([shape, []])
    }
    expect(await search({ covers: circle(ra, dec, 3) }, archive.root)).toEqual([])
  })

  test.each(COVERING)('%s: those that cover its centre', async (basename) => {
    const [ra, dec] = centre(basename)
    for (const shape of [
      `POINT(${ra} ${dec})`,
      `POINT(${ra - 360} ${dec})`,
      `SRID=4326;POINT(${ra} ${dec})`,
      JSON.stringify({ type: 'Point', coordinates: [ra, dec] }),
    ])
      expect([shape, await search({ covers: shape })]).toEqual([shape, sameSky(basename)])
  })

  test.each(WIDE)('%s: those that cover a small cone whole, and one that is larger not at all', async (basename) => {
    const [ra, dec] = centre(basename)
    expect(await search({ covers: circle(ra, dec, 0.005) })).toEqual(WIDE)
    expect(await search({ covers: circle(ra, dec, 0.01) })).toEqual([])
    expect(await search({ intersects: circle(ra + 0.025, dec, 0.01) })).toEqual([])
    expect(await search({ intersects: circle(ra + 0.025, dec, 0.02) })).toEqual(WIDE)
  })

  test('and further filters narrow it', async () => {
    const basename = 'coj1m011-kb05-20150219-0125-e90'
    const [ra, dec] = centre(basename)
    const here = { covers: `POINT(${ra} ${dec})` }
    expect(await search({ ...here, site_id: 'coj', OBJECT: 'm84', start: '2015-02-01', RLEVEL: '90' })).toEqual([
      basename,
    ])
    expect(await search({ ...here, site_id: 'cpt' })).toEqual([])
  })
})

describe('a frame that is made proprietary', () => {
  const OWN = 'cpt1m010-kb70-20151219-0075-s10'
  let frame: Frame
  let owner: string
  const others = [undefined, 'gollum-api-token']

  beforeAll(async () => {
    const { id } = posted.get(OWN)!
    const response = await archive.request(`/frames/${id}/`, {
      method: 'PATCH',
      json: { public_date: '3015-01-01T00:00:00', proposal_id: 'standard' },
      token: archive.root,
    })
    expect(response.status).toBe(200)
    owner = 'frodo-api-token'
    frame = await ask<Frame>(`/frames/${id}/`, owner)
  })

  test('is there for its proposal', async () => {
    expect(await search({ basename_exact: OWN }, owner)).toEqual([OWN])
    expect((await ask<{ data: unknown }>(`/frames/${frame.id}/headers/`, owner)).data).toEqual(
      facts[newest(OWN)]!.record.headers,
    )
    expect(md5(new Uint8Array(await (await download(frame.url, owner)).arrayBuffer()))).toBe(facts[newest(OWN)]!.md5)
  })

  test('is for others not there on any path', async () => {
    const queries: Record<string, string>[] = [
      { basename_exact: OWN },
      { intersects: circle(...centre(OWN), 0.1) },
      { pagination_style: 'cursor' },
      { public: 'true' },
      { public: 'false' },
    ]
    for (const token of others) {
      for (const query of queries) expect(await search(query, token)).not.toContain(OWN)
      for (const path of ['', 'headers/', 'related/'])
        expect((await archive.request(`/frames/${frame.id}/${path}`, { token })).status).toBe(404)
      expect((await archive.request('/frames/zip/', { json: { frame_ids: [frame.id] }, token })).status).toBe(404)
      const { proposals } = await ask<{ proposals: string[] }>('/frames/aggregate/', token)
      expect(proposals).not.toContain('standard')
    }
  })

  test('is not handed out without a signature, save to its proposal', async () => {
    const plain = new URL(frame.url).pathname
    for (const token of others) expect((await download(plain, token)).status).toBe(404)
    expect((await download(plain, owner)).status).toBe(200)
  })

  test('is handed out to whoever brings its signed address', async () => {
    expect(new URL(frame.url).searchParams.get('signature')).toHaveLength(32)
    expect(md5(new Uint8Array(await (await download(frame.url)).arrayBuffer()))).toBe(facts[newest(OWN)]!.md5)
  })

  test('is not handed out by an address that was tampered with', async () => {
    const url = new URL(frame.url)
    const tampered = (change: (url: URL) => void) => {
      const copy = new URL(url)
      change(copy)
      return copy.pathname + copy.search
    }
    const signature = url.searchParams.get('signature')!
    const flipped = (i: number) => signature.slice(0, i) + (signature[i] === 'A' ? 'B' : 'A') + signature.slice(i + 1)
    const other = facts[newest('tfn0m414-kb29-20151216-0380-t00')]!.path
    const changes: ((url: URL) => void)[] = [
      ...[0, 15, 31].map((i) => (u: URL) => u.searchParams.set('signature', flipped(i))),
      (u) => u.searchParams.set('signature', ''),
      (u) => u.searchParams.delete('signature'),
      (u) => u.searchParams.set('signature', signature.slice(1)),
      (u) => u.searchParams.set('signature', `${signature}=`),
      (u) => u.searchParams.set('expires', String(Number(url.searchParams.get('expires')) + 1)),
      (u) => u.searchParams.set('expires', '9'.repeat(15)),
      (u) => u.searchParams.delete('expires'),
      (u) => u.searchParams.set('expires', 'NaN'),
      (u) => u.searchParams.set('version', facts[newest(OWN)]!.md5),
      (u) => {
        u.pathname = `/files/${other}`
      },
      (u) => {
        u.pathname = `/files/x/../${facts[newest(OWN)]!.path}x`
      },
    ]
    for (const change of changes)
      expect([tampered(change), (await archive.request(tampered(change))).status]).toEqual([tampered(change), 404])
  })

  test('is not handed out once its signed address has expired, which is within two days', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() + 47 * 3_600_000 - 60_000)
    expect((await download(frame.url)).status).toBe(200)
    vi.setSystemTime(Date.now() + 2 * 3_600_000)
    expect((await download(frame.url)).status).toBe(404)
  })

  test('shows itself again when it is made public', async () => {
    const change = { method: 'PATCH', json: { public_date: '2016-01-01T00:00:00' }, token: archive.root }
    expect((await archive.request(`/frames/${frame.id}/`, change)).status).toBe(200)
    const { url } = await ask<Frame>(`/frames/${frame.id}/`)
    expect([url.includes('signature'), (await download(url)).status]).toEqual([false, 200])
  })
})

describe('nothing outside of the store is handed out', () => {
  test.each([
    '/files/',
    '/files/..%2fpackage.json',
    '/files/%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/passwd',
    '/files/..%5c..%5cetc',
    '/files//etc/passwd',
    '/files/cpt%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd',
    '/files/cpt/',
    '/files/.versions/',
    '/files/a%00b',
    '/files/%ff',
    `/files/${'a/'.repeat(3000)}`,
  ])('%s', async (path) => {
    expect((await archive.request(path, { token: archive.root })).status).toBe(404)
  })
})

test('the frames that are not public are hidden from the public, and the others are not', async () => {
  const hidden = basenames.filter((name) => Date.parse(String(facts[newest(name)]!.record.public_date)) > Date.now())
  expect(hidden).toEqual(['tfn0m414-kb29-20151216-0380-t00'])
  expect(await search({})).toEqual(basenames.filter((name) => !hidden.includes(name)).toSorted())
  expect(await search({}, 'frodo-api-token')).toEqual(basenames.toSorted())
})
