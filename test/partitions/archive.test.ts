import { afterAll, beforeAll, expect, test } from 'vitest'
import { query } from '../../src/database/sql.ts'
import { type TestArchive, testArchive } from '../support/archive.ts'
import { blocked } from '../support/blocked.ts'
import { bulk, ndjson } from '../support/bulk.ts'
import { newFrame, newVersion, post } from '../support/frames.ts'
import { foldedAndRecounted, right } from '../support/rollups.ts'

// of 2014 to 2016 there are partitions
let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive()
})
afterAll(() => archive.close())

interface Shown {
  id: number
  url: string
  count: number
  next: string
  frame: number
  related_frames: number[]
  results: (Shown & { version_set: unknown[] })[]
}
const sql = () => archive.services.writer
const send = (method: string, path: string, json?: unknown) =>
  archive.request(path, { method, token: archive.root, ...(json === undefined ? {} : { json }) })
const show = async (path: string) => (await (await send('GET', path)).json()) as Shown
const partOf = async (basename: string) =>
  (await sql()<{ part: string }[]>`select tableoid::regclass::text as part from frames where basename = ${basename}`)[0]
    ?.part

test('a placeholder that gets its date moves, and is found, listed and counted as any other frame', async () => {
  const { id: named } = await post(archive, newFrame('names-bias', { related_frame_filenames: ['bias-1'] }))
  expect(await partOf('bias-1')).toBe('frames_default')
  const [{ id }] = (await sql()`select id from frames where basename = 'bias-1'`) as unknown as [{ id: number }]
  expect((await send('GET', `/frames/${id}/`)).status).toBe(404)
  const made = await post(archive, newFrame('bias-1', { observation_date: '2015-12-31T23:59:59.999999' }))
  expect({ id: made.id, part: await partOf('bias-1') }).toEqual({ id, part: 'frames_2015' })
  expect((await show(`/frames/${id}/`)).related_frames).toEqual([named])
  expect((await show('/frames/?basename_exact=bias-1')).count).toBe(1)
  expect(await foldedAndRecounted(sql())).toEqual(right(2))
})

test('a frame whose night changes across a boundary moves, and its file stays where it was put', async () => {
  const { id, url } = await post(
    archive,
    newFrame('night', { observation_date: '2016-01-01T00:00:00', observation_day: '2015-12-31' }),
  )
  const changed = { observation_date: '2014-05-05T00:00:00', observation_day: '2014-05-05' }
  expect((await send('PATCH', `/frames/${id}/`, changed)).status).toBe(200)
  expect(await partOf('night')).toBe('frames_2014')
  expect((await show(`/frames/${id}/`)).url).toBe(url)
  expect(await sql()`select filed ->> 'observation_day' as day from versions where frame_id = ${id}`).toEqual([
    { day: '2015-12-31' },
  ])
  expect(await sql()`select id from frame_names where basename = 'night'`).toEqual([{ id }])
})

test.each(['by POST', 'by PATCH', 'by bulk', 'by DELETE', 'by a thumbnail'])(
  'who waits for a frame that moves to another partition meanwhile writes it there: %s',
  async (how) => {
    const basename = `moved ${how}`
    const { id } = await post(archive, newFrame(basename))
    const other = await sql().reserve()
    await other.unsafe('begin')
    await other`update frames set observation_date = '2015-03-03' where id = ${id}`
    const { area: _area, headers: _headers, related_frame_filenames: _related, ...metadata } = newFrame(basename)
    const ways: Record<string, () => Promise<unknown>> = {
      'by POST': async () =>
        (await send('POST', '/frames/', newFrame(basename, { version_set: [newVersion('post')] }))).status,
      'by PATCH': async () => (await send('PATCH', `/frames/${id}/`, { target_name: 'M 32' })).status,
      'by bulk': async () =>
        (await bulk(archive, ndjson([newFrame(basename, { version_set: [newVersion('bulk')] })])))[0]!.outcome,
      'by DELETE': async () => (await send('DELETE', `/frames/${id}/`)).status,
      'by a thumbnail': async () =>
        (
          await send('POST', '/thumbnails/', {
            ...metadata,
            basename: `${basename}-small`,
            frame_basename: basename,
            size: 'small',
            version_set: [newVersion('thumb', '.jpg')],
          })
        ).status,
    }
    const writing = ways[how]!()
    await blocked(archive)
    await other.unsafe('commit')
    other.release()
    expect(await writing).toBe(
      { 'by POST': 201, 'by PATCH': 200, 'by bulk': 'new_version', 'by DELETE': 204, 'by a thumbnail': 201 }[how],
    )
    expect(archive.logged.filter(({ level }) => level === 'error')).toEqual([])
  },
)

test('many writers that name each other and are named: one frame of each name, and every link', async () => {
  const names = Array.from({ length: 12 }, (_, i) => `ring-${i}`)
  const record = (name: string, i: number) =>
    newFrame(name, {
      observation_date: `201${4 + (i % 3)}-06-01T00:00:00`,
      related_frame_filenames: [...names, 'flat', 'dark'].filter((other) => other !== name),
    })
  const statuses = await Promise.all(
    names.map(async (name, i) => {
      for (let tries = 0; ; tries++) {
        const { status } = await send('POST', '/frames/', record(name, i))
        if (status !== 503 || tries === 10) return status
      }
    }),
  )
  expect(statuses).toEqual(names.map(() => 201))
  expect(
    await sql()`select count(*)::int as n, count(distinct basename)::int as names from frames where basename like 'ring-%' or basename in ('flat', 'dark')`,
  ).toEqual([{ n: 14, names: 14 }])
  const [links] = await sql()<{ n: number }[]>`
    select count(*)::int as n from related_frames l join frames f on f.id = l.from_frame_id where f.basename like 'ring-%'`
  expect(links!.n).toBe(12 * 13)
  expect(await sql()`select id, basename from frames except select id, basename from frame_names`).toEqual([])
})

test('writers of the same new frame: it is there once, with the versions of all', async () => {
  const statuses = await Promise.all(
    Array.from(
      { length: 8 },
      async (_, i) =>
        (await send('POST', '/frames/', newFrame('wanted', { version_set: [newVersion(`w${i}`)] }))).status,
    ),
  )
  expect(statuses).toEqual(Array(8).fill(201))
  expect((await show('/frames/?basename_exact=wanted')).results[0]!.version_set).toHaveLength(8)
})

test('a name that is taken is refused, in whichever partition its frame is', async () => {
  const { id } = await post(archive, newFrame('first', { observation_date: '2014-02-02T00:00:00' }))
  await post(archive, newFrame('second', { observation_date: '2015-02-02T00:00:00' }))
  const response = await send('PATCH', `/frames/${id}/`, { basename: 'second' })
  expect({ status: response.status, body: await response.json() }).toEqual({
    status: 400,
    body: { basename: ['frame with this basename already exists.'] },
  })
})

test('ids beyond 2^31, of frames, versions and thumbnails, on every way', async () => {
  const far = 3_000_000_000
  await sql().unsafe(`select setval('frame_ids', ${far}), setval('versions_id_seq', ${far}), setval('headers_id_seq', ${far}),
    setval('related_frames_id_seq', ${far}), setval('thumbnails_id_seq', ${far})`)
  const { id } = await post(
    archive,
    newFrame('far', { related_frame_filenames: ['night'], public_date: '2015-01-01T00:00:00' }),
  )
  expect(id).toBe(far + 1)
  const frame = await show(`/frames/${id}/`)
  expect(frame).toMatchObject({ id, related_frames: [expect.any(Number)], version_set: [{ id: far + 1 }] })
  expect((await show(`/frames/?id__gt=${far}`)).results.map(({ id }) => id)).toEqual([id])
  expect((await show(`/frames/?id__lt=${far}&limit=1`)).count).toBeGreaterThan(5)
  const walked = await show('/frames/?pagination_style=cursor&limit=1&ordering=-id')
  expect(walked.results[0]!.id).toBe(id)
  expect((await show(walked.next)).results[0]!.id).toBeLessThan(far)
  expect((await (await send('GET', `/frames/${id}/related/`)).json())[0].related_frames).toEqual([id])
  expect(await show(`/frames/${id}/headers/`)).toMatchObject({ data: { OBJECT: 'M 31' } })
  expect((await show(`/versions/${far + 1}/`)).id).toBe(far + 1)
  const { area: _area, headers: _headers, related_frame_filenames: _related, ...metadata } = newFrame('far')
  const thumbnail = {
    ...metadata,
    basename: 'far-small',
    frame_basename: 'far',
    size: 'small',
    version_set: [newVersion('far-small', '.jpg')],
  }
  expect(await post(archive, thumbnail, '/thumbnails/')).toMatchObject({ frame: { id } })
  expect((await show(`/thumbnails/${far + 1}/`)).frame).toBe(id)
  const again = await post(archive, newFrame('far', { version_set: [newVersion('far again')] }))
  expect(again).toMatchObject({ id, version_set: [{ id: far + 2 }, { id: far + 1 }] })
  expect((await send('POST', '/frames/zip/', { frame_ids: [id] })).status).not.toBe(500)
  expect((await bulk(archive, ndjson([newFrame('far by bulk')])))[0]).toMatchObject({ outcome: 'created', id: far + 2 })
  expect((await send('DELETE', `/frames/${id}/`)).status).toBe(204)
  expect(await foldedAndRecounted(sql())).toMatchObject({ wrong: { frames: 0, counts: 0 }, queued: 0 })
})

test('a large batch of frames that are there costs by their number, and not by its square', async () => {
  const took = async (statement: string) => {
    const began = performance.now()
    await sql().begin(async (tx) => {
      await query(tx, 'frames/create.by_index', {})
      await tx.unsafe(statement)
    })
    return performance.now() - began
  }
  const made = await took(`
    insert into frames (basename, target_name, site_id, telescope_id, instrument_id, primary_optical_element, configuration_type,
      reduction_level, proposal_id, observation_date)
    select 'batch-' || n, '', 'ogg', '1m0a', 'fa01', 'rp', 'EXPOSE', 0, 'alpha', '2015-01-01' from generate_series(1, 5000) n`)
  const changed: number[] = []
  for (const site of ['coj', 'lsc', 'cpt'])
    changed.push(await took(`update frames set site_id = '${site}' where basename like 'batch-%'`))
  // it was thirty times as much; the quickest, for others use the machine too
  expect(Math.min(...changed)).toBeLessThan(6 * made)
})
