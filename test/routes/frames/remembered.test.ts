import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Caller } from '../../../src/caller.ts'
import { repairRollups } from '../../../src/database/migrations/migrate.ts'
import type { Pool } from '../../../src/database/open.ts'
import { foldRollups } from '../../../src/queries/rollups/fold.ts'
import { createRemembering } from '../../../src/queries/rollups/remembering.ts'
import { beside, type TestArchive, testArchive } from '../../support/archive.ts'
import { newFrame, newVersion, post } from '../../support/frames.ts'
import { change, chooser } from '../../support/random_frames.ts'
import { type Asked, anything, askRemembering, recountFacets, textOf } from '../../support/rollup_questions.ts'
import { foldAll } from '../../support/rollups.ts'
import { watched } from '../../support/watched.ts'
import { seed } from '../../support/world.ts'

const CURRENT = 'rollups/remembered.current'
const FACETS = 'rollups/facets'

let archive: TestArchive
let other: Awaited<ReturnType<typeof beside>>
let writer: Pool
/** What both processes sent for searches. */
let sent: string[]
let sentBy: ReturnType<typeof watched>['sentBy']
beforeAll(async () => {
  archive = await testArchive()
  other = await beside(archive, {})
  writer = archive.services.writer
  const watching = watched(archive.services.search)
  ;({ sent, sentBy } = watching)
  archive.services.search = watching.pool
  other.services.search = watching.pool
})
afterAll(() => archive?.close())

const JANUARY = '/frames/aggregate/?start=2016-01-01T00:00&end=2016-02-01T00:00&public=true&counts=true'
const NIGHT = '/frames/aggregate/?dayobs=2016-01-02&public=true&counts=true'
const ALL = '/frames/aggregate/?public=true&counts=true'

/** The counts of an answer, as rows of text. */
async function countsOf(request: TestArchive['request'], path: string, token?: string): Promise<string[]> {
  const response = await request(path, { token })
  const { counts } = (await response.json()) as { counts: Record<string, Record<string, number>> }
  return Object.entries(counts)
    .flatMap(([facet, values]) => Object.entries(values).map(([value, frames]) => `${facet} ${value} ${frames}`))
    .toSorted()
}
const time = (name: string, value: string) => ({ name, parameter: name, value })
const FILTERS: Record<string, Asked['filters']> = {
  [JANUARY]: [time('start', '2016-01-01T00:00:00Z'), time('before', '2016-02-01T00:00:00Z')],
  [NIGHT]: [time('dayobs', '2016-01-02')],
  [ALL]: [],
}
const ROOT: Caller = { kind: 'user', id: 1, username: 'root', isStaff: true, isSuperuser: true, proposals: [] }

/** Both processes answer each question, to anybody and to a superuser, as a plain recount does. */
async function expectRecounts(): Promise<void> {
  for (const [path, filters] of Object.entries(FILTERS))
    for (const caller of [{ kind: 'anonymous' } as const, ROOT])
      for (const { request } of [archive, other]) {
        const recount = async () => textOf(await recountFacets(writer, { caller, filters, whose: 'visible' }))
        const token = caller === ROOT ? archive.root : undefined
        const { found, right } = await amidChanges(recount, () => countsOf(request, path, token))
        expect([path, caller.kind, found]).toEqual([path, caller.kind, right])
      }
}

/** An answer and a recount, once no frame becomes public between the two. */
async function amidChanges(recount: () => Promise<string[]>, ask: () => Promise<string[]>) {
  for (let tries = 0; ; tries++) {
    const right = await recount()
    const found = await ask()
    if (tries === 5 || found.join() === right.join() || (await recount()).join() === right.join())
      return { found, right }
  }
}

let made = 0
const put = async (over: Record<string, unknown> = {}): Promise<number> =>
  (await post(archive, newFrame(`remembered-${++made}`, over))).id
async function patch(id: number, json: unknown): Promise<void> {
  expect((await archive.request(`/frames/${id}/`, { method: 'PATCH', json, token: archive.root })).status).toBe(200)
}
const remove = (id: number) => archive.request(`/frames/${id}/`, { method: 'DELETE', token: archive.root })

describe('a question that was asked before', () => {
  beforeAll(async () => {
    await put()
    await put({ observation_date: '2019-06-07T00:00:00', observation_day: '2019-06-06' })
    await foldAll(writer)
  })

  test.each([JANUARY, NIGHT, ALL, '/frames/aggregate/', `${JANUARY}&query_timeout=5000`])(
    '%s is one small statement',
    async (path) => {
      await archive.request(path)
      for (let i = 0; i < 3; i++) expect(await sentBy(async () => archive.request(path))).toEqual([CURRENT])
    },
  )

  test('has the answer that it had, byte by byte, but for the moment at its end', async () => {
    const ask = async (headers = {}) => {
      const response = await archive.request(`${JANUARY}&site_id__in=cpt,ogg`, { headers })
      return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() }
    }
    const anew = await ask()
    await pause(5)
    const [names, again] = [
      await sentBy(async () => Object.assign(anew, { again: await ask() })),
      (anew as never as { again: typeof anew }).again,
    ]
    expect(names).toEqual([CURRENT])
    const before = anew.text.slice(0, anew.text.indexOf('"generated_at":"'))
    expect(again.text).toMatch(/,"generated_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"\}$/)
    expect(again.text.startsWith(before)).toBe(true)
    expect(again.text).not.toBe(anew.text)
    expect(again.text).toBe(JSON.stringify(JSON.parse(again.text)))
    expect(Object.keys(JSON.parse(again.text))).toEqual([
      'sites',
      'telescopes',
      'filters',
      'instruments',
      'obstypes',
      'proposals',
      'counts',
      'generated_at',
    ])
    expect(again.headers).toEqual(anew.headers)
    const known = await ask({ 'if-none-match': again.headers.etag })
    expect([known.status, known.text, known.headers.etag]).toEqual([304, '', anew.headers.etag])
  })

  test('is another for another caller, and with other filters', async () => {
    await put({ public_date: '3000-01-01T00:00:00', site_id: 'hid' })
    await expectRecounts()
    await foldAll(writer)
    await expectRecounts()
    const sites = async (token?: string) =>
      (await countsOf(archive.request, JANUARY, token)).some((row) => row === 'sites hid 1')
    expect([await sites(), await sites(archive.root), await sites()]).toEqual([false, true, false])
    expect(await countsOf(archive.request, `${JANUARY}&site_id=nil`)).toEqual([])
  })
})

const putMany = (from: string, apart: string, night: string) =>
  writer.unsafe(`
    with made as (
      insert into frames (basename, target_name, site_id, telescope_id, instrument_id, primary_optical_element, configuration_type,
        reduction_level, proposal_id, observation_date, observation_day, public_date)
      select 'many-${++made}-' || i, '', 'mny', '1m0a', 'fa01', 'rp', 'EXPOSE', 0, 'alpha', timestamptz '${from}' + i * interval '${apart}',
        '${night}', '2016-01-01' from generate_series(1, 230) i returning id, basename)
    insert into versions (key, md5, extension, frame_id) select md5('k' || basename), md5('m' || basename), '.fits', id from made`)

/** Each on the frame, which is one of January and of the night of its second. */
const WRITES: Record<string, (id: number) => Promise<unknown>> = {
  'a frame more': () => put(),
  'a frame more in the night, of another year': () => put({ observation_date: '2018-03-04T00:00:00' }),
  'it has no night': (id) => writer`update frames set observation_day = null where id = ${id}`,
  'a frame less': remove,
  'another site': (id) => patch(id, { site_id: 'new' }),
  'another type': (id) => patch(id, { configuration_type: 'BIAS' }),
  'another filter': (id) => patch(id, { primary_optical_element: 'V' }),
  'another proposal': (id) => patch(id, { proposal_id: 'beta' }),
  'another time': (id) => patch(id, { observation_date: '2018-01-02T03:04:05' }),
  'another night': (id) => patch(id, { observation_day: '2018-01-02' }),
  'a later public date': (id) => patch(id, { public_date: '3000-01-01T00:00:00' }),
  'its version is gone': (id) => writer`delete from versions where frame_id = ${id}`,
  'a frame that had no version': async () => {
    const [row] = await writer<{ id: number }[]>`
      insert into frames (basename, target_name, site_id, telescope_id, instrument_id, primary_optical_element, configuration_type,
        reduction_level, proposal_id, observation_date, observation_day, public_date)
      values (${`bare-${++made}`}, '', 'ver', '1m0a', 'fa01', 'rp', 'EXPOSE', 0, 'alpha', '2016-01-05', '2016-01-02', '2016-01-05') returning id`
    await expectRecounts()
    await foldAll(writer)
    await expectRecounts()
    const { key, md5, extension } = newVersion(`bare-${made}`)
    await writer`insert into versions (key, md5, extension, frame_id) values (${key}, ${md5}, ${extension}, ${row!.id})`
  },
  'a frame that goes before it is folded': async () => {
    const id = await put({ site_id: 'gon' })
    await expectRecounts()
    await remove(id)
  },
  'a frame that comes and is elsewhere before it is folded': async () => {
    const id = await put({ site_id: 'els' })
    await expectRecounts()
    await patch(id, { observation_date: '2018-01-02T03:04:05', observation_day: '2018-01-02' })
  },
  'it becomes public as time passes': async (id) => {
    await patch(id, { public_date: new Date(Date.now() + 700).toISOString() })
    await expectRecounts()
    await foldAll(writer)
    await expectRecounts()
    await pause(900)
  },
  'it becomes public as time passes, and a fold counts it so': async (id) => {
    await patch(id, { public_date: new Date(Date.now() + 700).toISOString() })
    await foldAll(writer)
    await expectRecounts()
    await pause(900)
    await foldAll(writer)
  },
  'a rebuild, of what changed without triggers': async (id) => {
    await writer.unsafe('alter table frames disable trigger user')
    await writer`update frames set site_id = 'reb' where id = ${id}`
    await writer.unsafe('alter table frames enable trigger user')
    await repairRollups(writer)
  },
  'many frames at once': () => putMany('2012-01-01', '10 days', '2016-01-02'),
  'more frames elsewhere than are looked at, then one here': async () => {
    await putMany('2010-01-01', '1 hour', '2010-01-01')
    await put()
  },
  'more frames elsewhere than are looked at become public, then one here': async (id) => {
    await putMany('2010-01-01', '1 hour', '2010-01-01')
    const at = Date.now() + 4000
    const [first, then] = [new Date(at).toISOString(), new Date(at + 50).toISOString()]
    await writer`update frames set public_date = ${first}::text::timestamptz where site_id = 'mny'`
    await writer`update frames set public_date = ${then}::text::timestamptz where id = ${id}`
    await foldAll(writer)
    await expectRecounts()
    await pause(at + 200 - Date.now())
  },
  TRUNCATE: () => writer.unsafe('truncate frames cascade'),
}

describe.each(['not folded', 'folded'] as const)(
  'the next answer is a recount, the change being %s, after',
  (folded) => {
    let id: number
    beforeEach(async () => {
      id = await put()
      await put({ site_id: 'ogg' })
      await foldAll(writer)
      await expectRecounts()
    })
    test.each(Object.entries(WRITES))('%s', async (_, write) => {
      await write(id)
      if (folded === 'folded') await foldAll(writer)
      await expectRecounts()
      await foldAll(writer)
      await expectRecounts()
      // and what was made of it is remembered again
      expect(await sentBy(async () => archive.request(JANUARY))).toEqual([CURRENT])
    })
  },
)

test('writes in another span of time leave an answer as it is, folded or not', async () => {
  await put()
  await foldAll(writer)
  const ask = () => sentBy(async () => [await archive.request(JANUARY), await archive.request(NIGHT)])
  await ask()
  const elsewhere = { observation_date: '2017-01-02T03:04:05', observation_day: '2017-01-02' }
  const id = await put(elsewhere)
  expect(await ask()).toEqual([CURRENT, CURRENT])
  await foldAll(writer)
  expect(await ask()).toEqual([CURRENT, CURRENT])
  await patch(id, { site_id: 'far', public_date: new Date(Date.now() + 300).toISOString() })
  await foldAll(writer)
  await pause(400)
  expect(await ask()).toEqual([CURRENT, CURRENT])
  await foldAll(writer)
  expect(await ask()).toEqual([CURRENT, CURRENT])
  await remove(id)
  expect(await ask()).toEqual([CURRENT, CURRENT])
  // what changes nothing that is counted is of no account either
  await patch(await put(elsewhere), { exposure_time: 7 })
  await foldAll(writer)
  expect(await ask()).toEqual([CURRENT, CURRENT])
  expect(await sentBy(async () => archive.request(ALL))).toContain(FACETS)
})

test(`any question, asked again and again of two processes, amid changes and folds (seed ${seed})`, async () => {
  const choose = chooser(seed + 3)
  await writer`truncate frames cascade`
  const processes = [createRemembering(), createRemembering()]
  const questions = Array.from({ length: 14 }, () => anything(choose))
  sent.length = 0
  for (let step = 0; step < 30; step++) {
    for (let i = 0; i < choose.pick([0, 1, 1, 3]); i++) await writer.begin((tx) => change(tx, choose))
    if (choose.chance(0.5)) await foldRollups(writer, choose.pick([1, 5, 1000]))
    if (choose.chance(0.03)) await repairRollups(writer)
    for (let i = 0; i < 10; i++) {
      const asked = choose.pick(questions)
      const recount = async () => textOf(await recountFacets(writer, asked))
      const process = choose.pick(processes)
      const { found, right } = await amidChanges(recount, () => askRemembering(process, archive.services.search, asked))
      expect({ step, ...asked, found }).toEqual({ step, ...asked, found: right })
    }
  }
  const looked = sent.filter((name) => name === CURRENT).length
  const anew = sent.filter((name) => name === FACETS).length
  expect(looked).toBeGreaterThan(50)
  expect(anew).toBeLessThan(sent.length - 20)
})

test('what was counted among the frames themselves is not remembered', async () => {
  const path = `${ALL}&target_name=M`
  await archive.request(path)
  expect(await sentBy(async () => archive.request(path))).not.toContain(CURRENT)
  await writer`delete from rollup_state`
  const states = await sentBy(async () => [await archive.request(JANUARY), await archive.request(JANUARY)])
  expect(states.filter((name) => name === 'frames/aggregate.get')).toHaveLength(2)
  await repairRollups(writer)
  await expectRecounts()
})
