import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenOf } from '../../src/auth/tokens.ts'
import { answerBulk } from '../../src/bulk/answer.ts'
import { saveUser } from '../../src/queries/users/save.ts'
import { inProcess } from '../../src/runtimes/node/in_process.ts'
import { type TestArchive, testArchive } from '../support/archive.ts'
import { bulk, linesOf, ndjson, type Told } from '../support/bulk.ts'
import { FAR, newFrame, newVersion, type Posted, post } from '../support/frames.ts'

let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive()
})
afterAll(() => archive.close())

/** A sender of the outbox that leaves every message there, to be looked at. */
const keepsMessages = { wake() {}, async close() {} }
const rows = async (from: TestArchive, sql: string) =>
  JSON.parse(JSON.stringify(await from.services.writer.unsafe(sql)))
const counts = (from = archive) =>
  rows(
    from,
    'select (select count(*) from frames) f, (select count(*) from versions) v, (select count(*) from headers) h, (select count(*) from related_frames) r, (select max(modified) from frames) m',
  )
const read = async (path: string) => (await archive.request(path, { token: archive.root })).json()
const encoder = new TextEncoder()
const square = (ra: number) => ({
  type: 'Polygon',
  coordinates: [
    [
      [ra, 0],
      [ra, 1],
      [ra + 1, 1],
      [ra, 0],
    ],
  ],
})

describe('a line', () => {
  test('of a new frame creates it, and answers as a POST would', async () => {
    const [told] = await bulk(archive, ndjson([newFrame('new', { area: square(10) })]))
    expect(told).toEqual({
      line: 1,
      basename: 'new',
      outcome: 'created',
      id: expect.any(Number),
      filename: 'new.fits.fz',
      url: told!.version_set![0]!.url,
      version_set: [
        { ...newVersion('new'), id: expect.any(Number), created: expect.stringMatching(/Z$/), url: expect.any(String) },
      ],
    })
    expect(await read(`/frames/${told!.id}/`)).toMatchObject({ basename: 'new', area: square(10) })
    expect(await read(`/frames/${told!.id}/headers/`)).toEqual({ data: { OBJECT: 'M 31' } })
    const single = await post(archive, newFrame('new', { version_set: [] }))
    expect([single.url, single.version_set]).toEqual([told!.url, told!.version_set])
  })

  test('of a frame that others have named fills the placeholder', async () => {
    const [image] = await bulk(archive, ndjson([newFrame('image', { related_frame_filenames: ['flat', 'image'] })]))
    const [flat] = await bulk(archive, ndjson([newFrame('flat')]))
    expect([image!.outcome, flat!.outcome]).toEqual(['created', 'created'])
    expect(((await read(`/frames/${image!.id}/`)) as { related_frames: number[] }).related_frames).toEqual([flat!.id])
    expect(((await read(`/frames/${flat!.id}/`)) as { related_frames: number[] }).related_frames).toEqual([image!.id])
  })

  test('with another version adds it and updates what is said of the frame', async () => {
    const { id } = await post(archive, newFrame('again'))
    const more = newFrame('again', { version_set: [newVersion('again 2')], target_name: 'M 33', headers: { A: 1.0 } })
    const [told] = await bulk(archive, ndjson([more]))
    expect([told!.outcome, told!.id]).toEqual(['new_version', id])
    expect(told!.version_set!.map((v) => v.md5)).toEqual([newVersion('again 2').md5, newVersion('again').md5])
    expect(await read(`/frames/${id}/`)).toMatchObject({ target_name: 'M 33' })
  })

  test('without a version updates a frame that is there, and keeps what it does not tell', async () => {
    const { id } = await post(archive, newFrame('kept'))
    const { target_name, exposure_time, ...little } = newFrame('kept', { version_set: [], site_id: 'lsc' })
    expect((await bulk(archive, ndjson([little])))[0]).toMatchObject({ outcome: 'updated', id })
    expect(await read(`/frames/${id}/`)).toMatchObject({ target_name, exposure_time, site_id: 'lsc' })
  })

  test('whose version is there already changes nothing, and tells under which key it is', async () => {
    const { id } = await post(archive, newFrame('there'))
    const before = await counts()
    const again = newFrame('there', {
      target_name: 'changed',
      related_frame_filenames: ['never named'],
      version_set: [{ ...newVersion('there'), key: 'another upload' }],
    })
    const told = await bulk(archive, ndjson([newFrame('there'), again]))
    for (const one of told)
      expect(one).toMatchObject({ outcome: 'already_there', id, version_set: [newVersion('there')] })
    expect(await counts()).toEqual(before)
    expect(await read(`/frames/${id}/`)).toMatchObject({ target_name: 'M 31' })
  })

  test('of which one version is there adds the others', async () => {
    await post(archive, newFrame('half'))
    const both = newFrame('half', { version_set: [newVersion('half'), newVersion('half 2'), newVersion('half 3')] })
    const [told] = await bulk(archive, ndjson([both]))
    expect([told!.outcome, told!.version_set!.map((v) => v.md5)]).toEqual([
      'new_version',
      ['half 3', 'half 2', 'half'].map((name) => newVersion(name).md5),
    ])
  })

  test('whose key or MD5 is another frame’s is refused in the words of a POST, and writes nothing', async () => {
    await post(archive, newFrame('owner'))
    const before = await counts()
    const { key, md5 } = newVersion('owner')
    const refused = [
      newFrame('thief', { version_set: [{ key: 'its own', md5, extension: '.fits' }] }),
      newFrame('thief', { version_set: [newVersion('fine'), { key, md5: 'its own', extension: '.fits' }] }),
      newFrame('owner', { version_set: [{ key, md5: 'changed', extension: '.fits' }] }),
      newFrame('twice', { version_set: [newVersion('fine'), newVersion('fine')], related_frame_filenames: ['x'] }),
    ]
    for (const [i, told] of (await bulk(archive, ndjson(refused))).entries()) {
      const single = await archive.request('/frames/', { json: refused[i], token: archive.root })
      expect(told).toEqual({
        line: i + 1,
        basename: refused[i]!.basename,
        outcome: 'refused',
        status: single.status,
        errors: await single.json(),
      })
    }
    expect(await counts()).toEqual(before)
  })
})

describe('lines', () => {
  test('are answered in their order, and a later one sees what became of an earlier one', async () => {
    const told = await bulk(
      archive,
      ndjson([
        newFrame('s1'),
        newFrame('s1', { version_set: [newVersion('s1 b')] }),
        newFrame('s1'),
        newFrame('s2', { version_set: [newVersion('s1')] }),
        newFrame('s2', { related_frame_filenames: ['s3'] }),
        newFrame('s3', { related_frame_filenames: ['s2'] }),
      ]),
    )
    expect(told.map((t) => [t.line, t.outcome])).toEqual([
      [1, 'created'],
      [2, 'new_version'],
      [3, 'already_there'],
      [4, 'refused'],
      [5, 'created'],
      [6, 'created'],
    ])
  })

  test('that are bad do not hold up the others, wherever they stand', async () => {
    const good = (i: number) => JSON.stringify(newFrame(`among ${i}`))
    const overlong = JSON.stringify(newFrame('long', { headers: { A: 'x'.repeat(10 * 1024 * 1024) } }))
    const bad: [string | Uint8Array, Partial<Told>][] = [
      ['{"basename":', { basename: null, status: 400 }],
      ['[1, 2]', { status: 400, errors: { non_field_errors: [expect.stringContaining('but got list')] } }],
      ['null', { status: 400, errors: { non_field_errors: [expect.stringContaining('NoneType')] } }],
      [overlong, { status: 413, errors: { detail: 'The line is larger than 10 MB.' } }],
      [new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), { status: 400, errors: { detail: expect.stringContaining('UTF-8') } }],
      [JSON.stringify(newFrame('nul', { headers: { A: '\0' } })), { errors: { headers: [expect.any(String)] } }],
      [
        JSON.stringify(newFrame('point', { area: 'POINT(1 1)' })),
        { errors: { area: ['PostGIS cannot read this area as a Polygon.'] } },
      ],
      [`{"a":${'['.repeat(200)}${']'.repeat(200)}}`, { status: 400 }],
      ['{}', { errors: expect.objectContaining({ basename: ['This field is required.'] }) }],
      [
        JSON.stringify(newFrame('type', { configuration_type: 'NONSENSE' })),
        { basename: 'type', errors: { configuration_type: [expect.stringContaining('NONSENSE')] } },
      ],
      [JSON.stringify(newFrame('huge')).replace('"M 31"}', '1e200000}'), { errors: { headers: [expect.any(String)] } }],
    ]
    const parts = bad.flatMap(([line], i) => [line, '\n', i % 2 ? '\r\n' : '  \n', good(i), '\n'])
    const told = await bulk(archive, new Blob(parts as BlobPart[]))
    for (const [i, [line, expected]] of bad.entries()) {
      expect(told[2 * i], String(line).slice(0, 50)).toMatchObject({ line: 3 * i + 1, outcome: 'refused', ...expected })
      expect(told[2 * i + 1]).toMatchObject({ line: 3 * i + 3, outcome: 'created', basename: `among ${i}` })
    }
    expect(told).toHaveLength(2 * bad.length)
    const there = await rows(archive, `select basename from frames where basename in ('nul', 'point', 'huge', 'type')`)
    expect(there).toEqual([])
  })

  test('may come in pieces of any size, the last without an end', async () => {
    const text = encoder.encode(ndjson([newFrame('größe'), newFrame('Ω')]).trimEnd())
    for (const size of [1, 7, 64]) {
      let at = 0
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (at >= text.length) return controller.close()
          controller.enqueue(text.subarray(at, at + size))
          at += size
        },
      })
      expect((await bulk(archive, body)).map((t) => t.basename)).toEqual(['größe', 'Ω'])
    }
  })

  test('none of them are answered by none', async () => {
    expect(await bulk(archive, '')).toEqual([])
    expect(await bulk(archive, '\n \r\n\n')).toEqual([])
  })

  test('of a body that breaks off: whole ones are kept, and the broken one is told', async () => {
    const pieces = [ndjson([newFrame('before the break')]), JSON.stringify(newFrame('broken')).slice(0, 100)]
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = pieces.shift()
        if (piece === undefined) controller.error(new Error('gone'))
        else controller.enqueue(encoder.encode(piece))
      },
    })
    expect(await bulk(archive, body)).toMatchObject([
      { line: 1, outcome: 'created' },
      { line: 2, outcome: 'refused', errors: { detail: 'The body was cut short in this line.' } },
    ])
  })
})

describe('the answer', () => {
  /** A body whose lines are sent when the test says so. */
  function slowBody() {
    let controller!: ReadableStreamDefaultController<Uint8Array>
    let pulls = 0
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({
      start(c) {
        controller = c
      },
      pull() {
        pulls++
      },
      cancel() {
        cancelled = true
      },
    })
    return {
      body,
      send: (...records: unknown[]) => controller.enqueue(encoder.encode(ndjson(records))),
      end: () => controller.close(),
      pulls: () => pulls,
      cancelled: () => cancelled,
    }
  }
  const next = async (reader: ReadableStreamDefaultReader<Uint8Array>) =>
    linesOf(new TextDecoder().decode((await reader.read()).value))
  const ask = (body: ReadableStream, headers: Record<string, string> = {}) =>
    archive.request('/frames/bulk/', {
      method: 'POST',
      token: archive.root,
      body,
      headers: { 'content-type': 'application/x-ndjson', ...headers },
      ...({ duplex: 'half' } as object),
    })

  test('begins before the body has ended, and goes on as lines arrive', async () => {
    const { body, send, end } = slowBody()
    const response = await ask(body)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson'])
    const reader = response.body!.getReader()
    send(newFrame('early 1'))
    expect(await next(reader)).toMatchObject([{ line: 1, outcome: 'created' }])
    send(newFrame('early 2'), newFrame('early 3'))
    expect(await next(reader)).toMatchObject([{ line: 2 }, { line: 3 }])
    end()
    expect((await reader.read()).done).toBe(true)
  })

  test('waits for the end of the body behind a proxy, which would take it for the end', async () => {
    const { body, send, end } = slowBody()
    const response = ask(body, { 'x-forwarded-host': 'archive.example', 'x-forwarded-proto': 'https' })
    send(newFrame('held 1'))
    await expect
      .poll(() => rows(archive, `select basename from frames where basename = 'held 1'`))
      .toEqual([{ basename: 'held 1' }])
    expect(await Promise.race([response, new Promise((resolve) => setTimeout(resolve, 100, 'nothing yet'))])).toBe(
      'nothing yet',
    )
    end()
    const [told] = linesOf(await (await response).text())
    expect(told).toMatchObject({ outcome: 'created', url: expect.stringMatching(/^https:\/\/archive\.example\//) })
  })

  test('that nobody reads stops the body in time, and goes on when somebody does', async () => {
    let sent = 0
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (sent === 5000) return controller.close()
          controller.enqueue(encoder.encode(ndjson(Array.from({ length: 100 }, () => ({ basename: `b${sent++}` })))))
        },
      },
      { highWaterMark: 0 },
    )
    const { stream } = answerBulk(archive.services, body, { base: '', delivery: 'streamed', maxWaiting: 100_000 })
    let before = 0
    const still = () => {
      const same = before > 0 && sent === before
      before = sent
      return same
    }
    await expect.poll(still, { interval: 300 }).toBe(true)
    expect(sent).toBeLessThan(2000)
    expect(linesOf(await new Response(stream).text()).map((t) => t.line)).toEqual(
      Array.from({ length: 5000 }, (_, i) => i + 1),
    )
  })

  test('that is held and grows too large ends the body; lines without an answer were not written', async () => {
    const { body, send } = slowBody()
    const names = Array.from({ length: 1000 }, (_, i) => `limit ${i}`)
    send(...names.map((name) => newFrame(name)))
    const held = { base: '', delivery: 'held', maxWaiting: 50_000 } as const
    const { stream, ready } = answerBulk(archive.services, body, held)
    await ready
    const told = linesOf(await new Response(stream).text())
    expect(told.length).toBeLessThan(1000)
    const [{ count }] = await rows(archive, `select count(*)::int from frames where basename like 'limit %'`)
    expect(count).toBe(told.length)
  })

  test('whose client goes away ends the reading, and no batch begins after that in hand', async () => {
    const { body, send, cancelled } = slowBody()
    const response = await ask(body)
    const reader = response.body!.getReader()
    send(newFrame('away 1'))
    await next(reader)
    await reader.cancel()
    expect(cancelled()).toBe(true)
    expect(await rows(archive, `select basename from frames where basename like 'away %'`)).toHaveLength(1)
  })
})

describe('the request', () => {
  test('is for superusers alone, before a byte of its body is read', async () => {
    const { writer, keys } = archive.services
    const nameless = { first_name: null, last_name: null, email: null }
    const id = await saveUser(writer, { username: 'frodo', ...nameless, is_staff: true, is_superuser: false })
    const token = await tokenOf(writer, keys, id)
    const send = (headers: Record<string, string>) => {
      let pulled = 0
      const body = new ReadableStream(
        {
          pull() {
            pulled++
          },
        },
        { highWaterMark: 0 },
      )
      const init = { method: 'POST', body, headers: { 'content-type': 'application/x-ndjson', ...headers } }
      return archive
        .request('/frames/bulk/', { ...init, ...({ duplex: 'half' } as object) })
        .then((r) => [r.status, pulled])
    }
    expect(await send({})).toEqual([401, 0])
    expect(await send({ authorization: `Token ${token}` })).toEqual([403, 0])
  })

  test('has to be lines of JSON', async () => {
    const as = async (type: string) => {
      const headers = { 'content-type': type }
      const init = { method: 'POST', body: ndjson([newFrame('typed')]), headers, token: archive.root }
      const response = await archive.request('/frames/bulk/', init)
      return [response.status, await response.text()]
    }
    for (const type of ['application/json', 'text/plain', 'application/json-seq'])
      expect(await as(type)).toEqual([
        415,
        JSON.stringify({
          detail: `Unsupported media type "${type}" in request: send lines of JSON as application/x-ndjson.`,
        }),
      ])
    for (const type of ['application/x-ndjson; charset=utf-8', 'application/ndjson', 'application/jsonl'])
      expect((await as(type))[0]).toBe(200)
  })

  test('has to come as it is, not compressed', async () => {
    const body = await new Response(
      new Blob([ndjson([newFrame('zipped')])]).stream().pipeThrough(new CompressionStream('gzip')),
    ).blob()
    const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' }
    const response = await archive.request('/frames/bulk/', { method: 'POST', body, headers, token: archive.root })
    expect([response.status, await response.json()]).toEqual([
      415,
      { detail: 'Unsupported content encoding "gzip" in request: send the lines as they are.' },
    ])
    expect(await bulk(archive, ndjson([newFrame('plain')]), { 'content-encoding': 'identity' })).toHaveLength(1)
  })

  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'of the kind %s is told that it has to be a POST',
    async (method) => {
      const response = await archive.request('/frames/bulk/', { method, token: archive.root })
      const isAsked = method === 'OPTIONS'
      expect([response.status, response.headers.get('allow')]).toEqual([isAsked ? 200 : 405, 'POST, OPTIONS'])
      if (method !== 'HEAD')
        expect(await response.json()).toEqual(
          isAsked ? { methods: ['POST', 'OPTIONS'] } : { detail: `Method "${method}" not allowed.` },
        )
    },
  )
})

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
