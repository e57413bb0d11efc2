import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenOf } from '../../../src/auth/tokens.ts'
import { saveUser } from '../../../src/queries/users/save.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { bulk, ndjson, rows, square, type Told } from '../../support/bulk.ts'
import { newFrame, newVersion, post } from '../../support/frames.ts'

let archive: TestArchive

beforeAll(async () => {
  archive = await testArchive()
})

afterAll(() => archive.close())

const counts = (from = archive) =>
  rows(
    from,
    'select (select count(*) from frames) f, (select count(*) from versions) v, (select count(*) from headers) h, (select count(*) from related_frames) r, (select max(modified) from frames) m',
  )

const read = async (path: string) => (await archive.request(path, { token: archive.root })).json()
const encoder = new TextEncoder()

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
