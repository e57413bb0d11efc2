import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate } from '../../../src/database/migrations/migrate.ts'
import { inTransaction } from '../../../src/database/races.ts'
import { createFrames } from '../../../src/queries/frames/create.ts'
import { recordOf } from '../../../src/schemas/frame_record.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { blocked } from '../../support/blocked.ts'
import { bulk, ndjson } from '../../support/bulk.ts'
import { FAR, newFrame, newVersion, PAST, post } from '../../support/frames.ts'

let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive({ OAUTH_SERVER_KEY: 'server-key' })
})
afterAll(() => archive.close())

type Json = Record<string, unknown>

const send = (method: string, path: string, json: unknown) =>
  archive.request(path, { method, json, token: archive.root })
const thumbnailOf = (frame: string, over: Json = {}) => {
  const { area: _area, headers: _headers, related_frame_filenames: _related, ...metadata } = newFrame(frame)
  const basename = `${frame}-small`
  return {
    ...metadata,
    basename,
    frame_basename: frame,
    size: 'small',
    version_set: [newVersion(basename, '.jpg')],
    ...over,
  }
}
const update = (username: string) =>
  archive.request('/authprofile/addupdateuser/', {
    json: { username, api_token: `token of ${username}` },
    headers: { authorization: 'Server server-key' },
  })

describe('a sequence that is behind its table', () => {
  beforeAll(async () => {
    for (let i = 0; i < 60; i++) await post(archive, newFrame(`there-${i}`))
    for (let i = 0; i < 60; i++) await post(archive, thumbnailOf(`there-${i}`), '/thumbnails/')
  })
  const behind = (table: string) =>
    archive.services.writer.unsafe(`select setval(pg_get_serial_sequence('${table}', 'id'), 1)`)

  test.each([
    ['frames', 'POST', '/frames/', newFrame('unlucky')],
    ['versions', 'POST', '/frames/', newFrame('unlucky-version')],
    ['headers', 'POST', '/frames/', newFrame('unlucky-headers')],
    ['versions', 'PATCH', '/frames/1/', { version_set: [newVersion('unlucky-patch')] }],
    ['thumbnails', 'POST', '/thumbnails/', thumbnailOf('there-0', { basename: 'unlucky-thumbnail' })],
    ['frames', 'POST', '/thumbnails/', thumbnailOf('unlucky-frame')],
  ])('of %s refuses %s %s for now, not for good', async (table, method, path, json) => {
    await behind(table)
    const response = await send(method, path, json)
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await response.text()).not.toMatch(/key|constraint|sequence/)
  })

  test('of users refuses one of the portal for now', async () => {
    for (let i = 0; i < 10; i++) await update(`user-${i}`)
    await behind('users')
    expect((await update('unlucky')).status).toBe(503)
  })

  test('has a bulk line tell that it failed, which is sent again, not that it is refused', async () => {
    await behind('versions')
    expect(await bulk(archive, ndjson([newFrame('unlucky-line')]))).toMatchObject([{ outcome: 'failed', status: 503 }])
  })

  test('is found and mended by migrate, which says so', async () => {
    await behind('frames')
    await behind('versions')
    const lines: string[] = []
    await migrate(archive.services.writer, { log: (line) => lines.push(line) })
    expect(lines.sort()).toEqual([
      expect.stringMatching(/^sequence frames_id_seq was behind frames\.id: its next number is \d+$/),
      expect.stringMatching(/^sequence headers_id_seq was behind headers\.id: its next number is \d+$/),
      expect.stringMatching(/^sequence thumbnails_id_seq was behind thumbnails\.id: its next number is \d+$/),
      expect.stringMatching(/^sequence users_id_seq was behind users\.id: its next number is \d+$/),
      expect.stringMatching(/^sequence versions_id_seq was behind versions\.id: its next number is \d+$/),
    ])
    expect((await send('POST', '/frames/', newFrame('lucky'))).status).toBe(201)
    expect((await send('POST', '/thumbnails/', thumbnailOf('lucky'))).status).toBe(201)
    lines.length = 0
    await migrate(archive.services.writer, { log: (line) => lines.push(line) })
    expect(lines).toEqual([])
  })
})

describe('a conflict that outlasts every try', () => {
  const refusing = (body: string) =>
    archive.services.writer.unsafe(`
      create or replace function refuse() returns trigger language plpgsql as $$ begin ${body}; end $$;
      drop trigger if exists refuse on versions;
      drop trigger if exists refuse on thumbnails;
      create trigger refuse before insert on versions for each row execute function refuse();
      create trigger refuse before insert on thumbnails for each row execute function refuse()`)
  afterAll(() => archive.services.writer.unsafe('drop function refuse() cascade'))

  test.each([
    ['a deadlock', "raise exception 'x' using errcode = '40P01'"],
    ['a serialization failure', "raise exception 'x' using errcode = '40001'"],
    ['a foreign key', "raise exception 'x' using errcode = '23503'"],
    ['a unique key', "raise exception 'x' using errcode = '23505'"],
    ['a row that another has added', 'return null'],
  ])('%s is 503 with Retry-After on every way to write', async (_what, body) => {
    const { id } = (await (await archive.request('/frames/?basename_exact=there-1')).json()).results[0]
    await refusing(body)
    const answers = [
      await send('POST', '/frames/', newFrame('conflict')),
      await send('PATCH', `/frames/${id}/`, { version_set: [newVersion('conflict')] }),
      await send('PUT', `/frames/${id}/`, newFrame('there-1', { version_set: [newVersion('conflict')] })),
      await send('POST', '/thumbnails/', thumbnailOf('there-1', { basename: 'conflict' })),
    ]
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503])
    expect(answers.every(({ headers }) => Number(headers.get('retry-after')) > 0)).toBe(true)
    expect(await bulk(archive, ndjson([newFrame('conflict')]))).toMatchObject([{ outcome: 'failed', status: 503 }])
  })
})

describe('what is refused for good', () => {
  test('is a key or an MD5 that is there, and a name that another has', async () => {
    await post(archive, newFrame('first'))
    const { id } = await post(archive, newFrame('second'))
    const taken = { version_set: [newVersion('first')] }
    const errors = [{ key: ['version with this key already exists.'], md5: ['version with this md5 already exists.'] }]
    const posted = await send('POST', '/frames/', newFrame('third', taken))
    expect([posted.status, await posted.json()]).toEqual([400, { version_set: errors }])
    const patched = await send('PATCH', `/frames/${id}/`, taken)
    expect([patched.status, await patched.json()]).toEqual([400, { version_set: errors }])
    expect(await bulk(archive, ndjson([newFrame('third', taken)]))).toMatchObject([{ outcome: 'refused', status: 400 }])
    const named = await send('PATCH', `/frames/${id}/`, { basename: 'first' })
    expect([named.status, await named.json()]).toEqual([
      400,
      { basename: ['frame with this basename already exists.'] },
    ])
  })
})

describe('a thumbnail beside its frame', () => {
  /** Does that while a frame is being written in a transaction that has not ended. */
  async function duringPut(frame: Json, work: () => Promise<Response>): Promise<Response> {
    let answer: Promise<Response> | undefined
    await inTransaction(archive.services.writer, async (tx) => {
      await createFrames(tx, [recordOf(frame, JSON.stringify(frame)) as never], {
        announced: false,
        repeated: 'refused',
      })
      answer = work()
      await blocked(archive)
    })
    return answer!
  }
  const privateFrame = (name: string, over: Json = {}) =>
    newFrame(name, { public_date: FAR, proposal_id: 'secret', ...over })

  test('leaves the metadata alone when the frame is filled at the same time', async () => {
    await post(archive, newFrame('names-it', { related_frame_filenames: ['filled'] }))
    const sent = thumbnailOf('filled', { public_date: PAST, proposal_id: 'open' })
    const answer = await duringPut(privateFrame('filled'), () => send('POST', '/thumbnails/', sent))
    expect(answer.status).toBe(201)
    const { frame } = (await answer.json()) as { frame: Json }
    expect(frame).toMatchObject({ proposal_id: 'secret', public_date: expect.stringMatching(/^3015/) })
    expect((await archive.request(`/frames/${frame.id}/`)).status).toBe(404)
  })

  test('leaves it alone when the frame gets a file and no date', async () => {
    await post(archive, newFrame('names-undated', { related_frame_filenames: ['undated'] }))
    const sent = thumbnailOf('undated', { proposal_id: 'open' })
    const undated = privateFrame('undated', { observation_date: null })
    const answer = await duringPut(undated, () => send('POST', '/thumbnails/', sent))
    expect(((await answer.json()) as { frame: Json }).frame).toMatchObject({ proposal_id: 'secret' })
  })

  test('leaves it alone when the frame is made at the same time', async () => {
    const sent = thumbnailOf('made', { public_date: PAST, proposal_id: 'open' })
    const answer = await duringPut(privateFrame('made'), () => send('POST', '/thumbnails/', sent))
    expect(((await answer.json()) as { frame: Json }).frame).toMatchObject({ proposal_id: 'secret' })
  })

  test('leaves it alone when it is moved there by PATCH', async () => {
    await post(archive, newFrame('names-patched', { related_frame_filenames: ['patched'] }))
    await post(archive, thumbnailOf('elsewhere'), '/thumbnails/')
    const { results } = (await (await archive.request('/thumbnails/?frame_basename=elsewhere')).json()) as {
      results: { id: number }[]
    }
    const sent = { frame_basename: 'patched', public_date: PAST, proposal_id: 'open' }
    const path = `/thumbnails/${results[0]!.id}/`
    const answer = await duringPut(privateFrame('patched'), () => send('PATCH', path, sent))
    expect(answer.status).toBe(200)
    const { frame } = (await answer.json()) as { frame: number }
    const seen = await archive.request(`/frames/${frame}/`, { token: archive.root })
    expect(await seen.json()).toMatchObject({ proposal_id: 'secret' })
  })
})
