import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inProcess } from '../../../src/runtimes/node/in_process.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { bulk, linesOf, ndjson, rows, square, type Told } from '../../support/bulk.ts'
import { FAR, newFrame, newVersion, type Posted, post } from '../../support/frames.ts'

let archive: TestArchive

beforeAll(async () => {
  archive = await testArchive()
})

afterAll(() => archive.close())

/** A sender of the outbox that leaves every message there, to be looked at. */
const keepsMessages = { wake() {}, async close() {} }

/** Small, seeded: the same records in every run. */
function randoms(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Records as pipelines send them, good and bad, some of frames that were sent before or are named by others. */
function manyRecords(count: number): Record<string, unknown>[] {
  const random = randoms(4)
  const name = () => `frame-${String(random(count)).padStart(4, '0')}`
  return Array.from({ length: count }, (_, i) => {
    const kind = random(5)
    const basename = random(4) === 0 ? name() : `frame-${String(i).padStart(4, '0')}`
    const record = newFrame(basename, {
      area: [null, square(random(300)), `POLYGON((${i} 0,${i} 1,${i + 1} 1,${i} 0))`, 'POINT(1 1)', null][kind],
      public_date: [null, FAR, '2016-01-01T00:00:00Z'][random(3)],
      target_name: ['M 31', '', 'Größe Ω', "o'clock"][random(4)],
      reduction_level: [0, 91][random(2)],
      headers: { OBJECT: `nr ${i}`, BIG: 12345678901234567890n.toString(), AIRMASS: 1.5, NULLKEY: null },
      related_frame_filenames: Array.from({ length: random(4) }, name),
      version_set: Array.from({ length: random(10) === 0 ? 0 : 1 + random(2) }, (_, j) => ({
        ...newVersion(random(15) === 0 ? `shared ${random(5)}` : `${i} ${j}`),
        ...(random(2) ? { size: random(1e9), crc32: random(2 ** 32) } : {}),
      })),
    })
    if (random(5) === 0) delete record.observation_date
    if (random(5) === 0) delete record.exposure_time
    if (random(20) === 0) record.observation_day = 'yesterday'
    if (random(20) === 0) record.headers = { A: '\0' }
    return record
  })
}

const TABLES = {
  frames: `select basename, st_astext(area) as area, observation_date, observation_day, proposal_id, instrument_id, target_name,
    reduction_level, site_id, telescope_id, exposure_time, primary_optical_element, public_date, configuration_type, observation_id,
    request_id from frames order by basename`,
  headers: `select f.basename, h.data::text as data from headers h join frames f on f.id = h.frame_id order by 1`,
  relations: `select a.basename as one, b.basename as other from related_frames r join frames a on a.id = r.from_frame_id
    join frames b on b.id = r.to_frame_id order by 1, 2`,
  versions: `select f.basename, v.key, v.md5, v.extension, v.size, v.crc32,
    rank() over (partition by f.id order by v.created desc, v.id desc) as place
    from versions v join frames f on f.id = v.frame_id order by 1, 7`,
  outbox: `select (message - 'frameid')::text as message,
    (message->>'frameid')::int = (select id from frames f where f.basename = message->>'basename') as own from outbox order by id`,
}

describe('the same records by bulk and by single POSTs', () => {
  let singly: TestArchive
  let atOnce: TestArchive
  beforeAll(async () => {
    ;[singly, atOnce] = [await testArchive(), await testArchive()]
    for (const each of [singly, atOnce]) each.services.events = keepsMessages
  })
  afterAll(async () => {
    await singly.close()
    await atOnce.close()
  })

  test('leave the same frames, headers, relations, versions and messages, and the same refusals', async () => {
    const records = manyRecords(300)
    const told = await bulk(atOnce, ndjson(records))
    const errors: unknown[] = []
    for (const json of records) {
      const response = await singly.request('/frames/', { json, token: singly.root })
      errors.push(response.status === 201 ? null : await response.json())
    }
    expect(told.map((t) => t.errors ?? null)).toEqual(errors)
    expect(new Set(told.map((t) => t.outcome))).toEqual(new Set(['created', 'new_version', 'updated', 'refused']))
    expect(errors.filter(Boolean).length).toBeGreaterThan(30)
    for (const [table, sql] of Object.entries(TABLES)) {
      const expected = await rows(singly, sql)
      expect(expected.length, table).toBeGreaterThan(50)
      expect(await rows(atOnce, sql), table).toEqual(expected)
    }
  })

  test('sent again write nothing and announce nothing', async () => {
    const records = manyRecords(300).filter((r) => (r.version_set as unknown[]).length > 0)
    const before = await Promise.all(Object.values(TABLES).map((sql) => rows(atOnce, sql)))
    const told = await bulk(atOnce, ndjson(records))
    expect(new Set(told.map((t) => t.outcome))).toEqual(new Set(['already_there', 'refused']))
    expect(await Promise.all(Object.values(TABLES).map((sql) => rows(atOnce, sql)))).toEqual(before)
  })
})

describe('at the same time', () => {
  test('writers of the same frames in opposite orders all end, and write each once', async () => {
    const records = Array.from({ length: 150 }, (_, i) =>
      newFrame(`race-${i}`, { related_frame_filenames: [`race-${(i * 7) % 150}`, `race-${(i * 11) % 150}`, 'bias'] }),
    )
    const orders = [records, [...records].reverse(), records.toSorted((a, b) => (a.basename! < b.basename! ? 1 : -1))]
    const answers = await Promise.all([
      ...orders.map((order) => bulk(archive, ndjson(order))),
      ...records.slice(0, 20).map(async (json) => {
        const response = await archive.request('/frames/', { json, token: archive.root })
        expect([201, 400]).toContain(response.status)
        return []
      }),
    ])
    for (const told of answers) for (const t of told) expect(['created', 'already_there']).toContain(t.outcome)
    for (const { basename } of records) {
      const ids = answers.flatMap((told) => told.filter((t) => t.basename === basename)).map((t) => t.id)
      expect(new Set(ids).size).toBe(1)
    }
    const [{ frames, versions }] = await rows(
      archive,
      `select count(distinct f.id)::int as frames, count(*)::int as versions from frames f join versions v on v.frame_id = f.id where f.basename like 'race-%'`,
    )
    expect([frames, versions]).toEqual([150, 150])
  })

  test('writers of the same content under different names: one gets it in, the others learn that it is there', async () => {
    const of = (name: string) =>
      Array.from({ length: 50 }, (_, i) => newFrame(`${name}-${i}`, { version_set: [newVersion(`content ${i}`)] }))
    const [one, other] = await Promise.all([
      bulk(archive, ndjson(of('one'))),
      bulk(archive, ndjson(of('other').reverse())),
    ])
    const byContent = one.map((t, i) => [t.outcome, other[49 - i]!.outcome].sort())
    expect(byContent).toEqual(new Array(50).fill(['created', 'refused']))
  })
})

describe('the process itself', () => {
  /** The answer to lines that the process puts, without credentials. */
  async function put(lines: readonly string[]): Promise<Told[]> {
    const init = { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: lines.join('\n') }
    return linesOf(await (await inProcess(archive.services)('http://localhost/frames/bulk/', init)).text())
  }

  test('can put records without a connection, in one batch', async () => {
    const told = await put([...['direct 1', 'direct 2'].map((name) => JSON.stringify(newFrame(name))), '{'])
    expect(told).toMatchObject([
      { outcome: 'created', basename: 'direct 1', filename: 'direct 1.fits.fz' },
      { outcome: 'created', basename: 'direct 2' },
      { outcome: 'refused', basename: null },
    ])
    expect((await post<Posted & { id: number }>(archive, newFrame('direct 1', { version_set: [] }))).id).toBe(
      told[0]!.id,
    )
  })

  test('may put records that are larger than those of others, who still need credentials', async () => {
    const large = JSON.stringify(newFrame('direct large', { headers: { COMMENT: 'x'.repeat(11 * 2 ** 20) } }))
    expect(await put([large])).toMatchObject([{ outcome: 'created' }])
    expect(await bulk(archive, large)).toMatchObject([{ outcome: 'refused', status: 413 }])
    const headers = { 'content-type': 'application/x-ndjson', caller: '{"kind":"user","isSuperuser":true}' }
    expect((await archive.request('/frames/bulk/', { method: 'POST', body: large, headers })).status).toBe(401)
  })
})
