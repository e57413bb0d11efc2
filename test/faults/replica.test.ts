import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { type Environment, parseConfig } from '../../src/config/config.ts'
import type { Log } from '../../src/log.ts'
import { openDatabase, openServices } from '../../src/runtimes/node/server.ts'
import type { Services } from '../../src/services.ts'
import { rootToken } from '../support/archive.ts'
import { FAR, newFrame, newVersion, PAST } from '../support/frames.ts'
import { startMemcached } from '../support/memcached.ts'
import { startPgbouncer } from '../support/pgbouncer.ts'
import { freePort } from '../support/ports.ts'
import { startPair, type TestPair } from '../support/postgres.ts'

// A writer with a streaming replica, and two processes of an archive on them, which share a Memcached.

interface Process {
  services: Services
  logged: { message: string; fields: Record<string, unknown> | undefined }[]
  ask(path: string, init?: RequestInit & { token?: string; json?: unknown }): Promise<Response>
}

const app = createApp()
const processes: Process[] = []
let pair: TestPair
let memcached: Awaited<ReturnType<typeof startMemcached>>
let one: Process
let other: Process
let token: string
let urls: Environment
let cache: Environment

async function openProcess(env: Environment): Promise<Process> {
  const config = parseConfig({ SECRET_KEY: 'a key of the tests', FILESTORE_TYPE: 'dummy', ...urls, ...env })
  const logged: Process['logged'] = []
  const note = (message: string, fields?: Record<string, unknown>) => void logged.push({ message, fields })
  const log: Log = { info: note, warn: note, error: note }
  const services = await openServices(config, await openDatabase(config, log), log)
  const ask: Process['ask'] = async (path, { token, json, ...init } = {}) => {
    const headers = new Headers(init.headers)
    if (token) headers.set('authorization', `Token ${token}`)
    if (json !== undefined) headers.set('content-type', 'application/json')
    const body = json === undefined ? null : JSON.stringify(json)
    return app.request(path, { method: body === null ? 'GET' : 'POST', ...init, headers, body }, services)
  }
  const made = { services, logged, ask }
  processes.push(made)
  return made
}

const isUsed = ({ services }: Process) => services.replica!.status().isUsed
const untilUsed = (process: Process) => until(() => isUsed(process))

/** Waits for a state; throws when it takes half a minute. */
async function until(check: () => unknown): Promise<void> {
  for (const end = Date.now() + 30_000; !(await check()); await new Promise((resolve) => setTimeout(resolve, 20)))
    if (Date.now() > end) throw new Error(`it has not come to: ${check}`)
}

/** How many statements about frames a server has been asked. */
async function readsOn(server: 'writer' | 'replica'): Promise<number> {
  const text = `select coalesce(sum(calls), 0)::int as calls from pg_stat_statements s join pg_database d on d.oid = s.dbid
    where d.datname = 'archive' and query ~ 'frames' and query ~* '^\\s*(select|with)'`
  if (server === 'replica') return (await pair.replica.ask(text, 'archive')).calls as number
  return Number(await pair.writer.psql('archive', { sql: text }))
}

/** The statements about frames that each server is asked while something is done. */
async function readsIn(work: () => Promise<unknown>): Promise<{ writer: number; replica: number }> {
  const before = { writer: await readsOn('writer'), replica: await readsOn('replica') }
  await work()
  return {
    writer: (await readsOn('writer')) - before.writer,
    replica: (await readsOn('replica')) - before.replica,
  }
}

async function post(process: Process, basename: string, over = {}): Promise<{ id: number; position: string }> {
  const answer = await process.ask('/frames/', { token, json: newFrame(basename, over) })
  expect(answer.status).toBe(201)
  const position = answer.headers.get('x-archive-position')!
  return { id: ((await answer.json()) as { id: number }).id, position }
}

/** Until everything that was written is on the replica. */
async function untilReplayed(): Promise<void> {
  const at = (await pair.writer.psql('archive', { sql: 'select pg_switch_wal(); select pg_current_wal_flush_lsn()' }))
    .trim()
    .split('\n')
    .at(-1)
  const left = async () => (await pair.replica.ask(`select pg_last_wal_replay_lsn() >= '${at}' as done`)).done
  await until(left)
}

const paused = async (work: () => Promise<void>): Promise<void> => {
  await untilReplayed()
  await pair.replica.ask('select pg_wal_replay_pause()')
  const state = async () => (await pair.replica.ask('select pg_get_wal_replay_pause_state() as state')).state
  await until(async () => (await state()) === 'paused')
  try {
    await work()
  } finally {
    await pair.replica.ask('select pg_wal_replay_resume()')
    await untilReplayed()
  }
}

beforeAll(async () => {
  pair = await startPair({ shared_preload_libraries: 'pg_stat_statements', hot_standby_feedback: 'off' })
  const port = await freePort()
  memcached = await startMemcached(port)
  await pair.writer.createDatabase('archive', 'template')
  await pair.writer.psql('archive', { sql: 'create extension pg_stat_statements' })
  const [{ port: writer }, { port: reader }] = [new URL(pair.writer.url('x')), new URL(pair.replica.url('x'))]
  urls = { DB_HOST: '127.0.0.1', DB_PORT: writer, DB_HOST_READER: 'localhost', DB_PORT_READER: reader }
  // so far behind that these tests need not hurry
  cache = { CACHE_LOC: `127.0.0.1:${port}`, REPLICA_MAX_LAG: '30' }
  await untilReplayed()
  one = await openProcess(cache)
  other = await openProcess(cache)
  token = await rootToken(one.services)
  await post(one, 'first')
  await untilReplayed()
  await untilUsed(one)
  await untilUsed(other)
})
// a look that came too late on a busy machine is over by then
beforeEach(async () => {
  await untilUsed(one)
  await untilUsed(other)
})
afterAll(async () => {
  for (const { services } of processes) await services.close()
  memcached?.kill()
  await pair?.stop()
})

test('details, lists, related frames, headers, facets and ZIPs are read from the replica', async () => {
  const { id } = await post(one, 'normal')
  await untilReplayed()
  const reads = await readsIn(async () => {
    for (const path of ['', 'headers/', 'related/']) expect((await other.ask(`/frames/${id}/${path}`)).status).toBe(200)
    for (const path of ['/frames/', '/frames/?pagination_style=cursor', '/frames/aggregate/', '/thumbnails/'])
      expect((await other.ask(path)).status).toBe(200)
    expect((await other.ask(`/frames/${id}/`, { token })).status).toBe(200)
  })
  expect(reads.writer).toBe(0)
  expect(reads.replica).toBeGreaterThanOrEqual(8)
})

describe('one who has written, while the replica is behind,', () => {
  /** What a path gives where a frame has to be in it. */
  const shows = async (process: Process, path: string, basename: string, init = {}): Promise<boolean> => {
    const answer = await process.ask(path, init)
    expect(answer.status).toBe(200)
    return (await answer.text()).includes(basename)
  }

  test('reads it at once with the token, here and in another process, and by the header', () =>
    paused(async () => {
      const { id, position } = await post(one, 'own', { related_frame_filenames: ['first'], target_name: 'Own' })
      const json = { ...newVersion('own thumbnail'), size: 'small', frame_basename: 'own', extension: '.jpg' }
      const thumbnail = await one.ask('/thumbnails/', { token, json: { ...newFrame('own'), ...json } })
      expect(thumbnail.status).toBe(201)
      const later = thumbnail.headers.get('x-archive-position')!
      for (const process of [one, other])
        for (const who of [{ token }, { headers: { 'X-Archive-Position': later } }]) {
          expect(await shows(process, '/frames/?basename_exact=own', '"basename":"own"', who)).toBe(true)
          expect(await shows(process, '/frames/?pagination_style=cursor&limit=3', '"basename":"own"', who)).toBe(true)
          expect(await shows(process, `/frames/${id}/`, '"basename":"own"', who)).toBe(true)
          expect(await shows(process, `/frames/${id}/related/`, '"basename":"first"', who)).toBe(true)
          expect(await shows(process, `/frames/${id}/headers/`, 'M 31', who)).toBe(true)
          expect(await shows(process, '/thumbnails/?frame_basename=own', 'small', who)).toBe(true)
          expect(await shows(process, '/frames/?target_name=Own', '"count":1', who)).toBe(true)
        }
      // without either it is the replica's
      const reads = await readsIn(async () => {
        expect(await shows(other, '/frames/?basename_exact=own', '"basename":"own"')).toBe(false)
      })
      expect(reads).toEqual({ writer: 0, replica: 1 })
      expect(position).not.toBe(later)
      // but by id nothing is said not to be there that the writer has: word of it may have come
      for (const path of ['', 'related/', 'headers/'])
        expect((await other.ask(`/frames/${id}/${path}`)).status).toBe(200)
      expect((await other.ask('/frames/999999/')).status).toBe(404)
    }))

  test('finds it in facets and in a ZIP', () =>
    paused(async () => {
      const before = await other.ask('/frames/aggregate/', { token })
      expect(await before.text()).not.toContain('"new"')
      const { id } = await post(one, 'zipped', { site_id: 'new' })
      for (const process of [one, other]) {
        expect(await shows(process, '/frames/aggregate/', '"new"', { token })).toBe(true)
        expect(await shows(process, '/frames/aggregate/', '"new"')).toBe(false)
        // there is no store: the list of files is what matters
        const zip = await process.ask('/frames/zip/', { json: { frame_ids: [id] } })
        expect(zip.status).not.toBe(404)
      }
    }))

  test('sees at once what was made private or public, by PATCH', () =>
    paused(async () => {
      const id = 1
      const change = (public_date: string) =>
        one.ask(`/frames/${id}/`, { method: 'PATCH', token, json: { public_date } })
      expect((await change(FAR)).status).toBe(200)
      const seen = async (process: Process) => {
        const answer = await process.ask(`/frames/${id}/`, { token })
        return ((await answer.json()) as { public_date: string }).public_date
      }
      expect(await seen(one)).toContain('3015')
      expect(await seen(other)).toContain('3015')
      expect((await change(PAST)).status).toBe(200)
      expect(await seen(other)).toContain('2015')
    }))

  test('reads it at the replica as soon as that has it', async () => {
    const { id } = await post(one, 'soon')
    await untilReplayed()
    const reads = await readsIn(async () => {
      for (const process of [one, other]) expect((await process.ask(`/frames/${id}/`, { token })).status).toBe(200)
    })
    expect(reads).toEqual({ writer: 0, replica: 2 })
  })

  test('waits for it no longer than a moment, and others do not wait', () =>
    paused(async () => {
      await post(one, 'waited')
      const reads = await readsIn(async () => {
        expect((await one.ask('/frames/?basename_exact=waited', { token })).status).toBe(200)
        expect((await one.ask('/frames/?basename_exact=waited')).status).toBe(200)
      })
      expect(reads).toEqual({ writer: 1, replica: 1 })
    }))
})

test('a header that the archive did not make is ignored', async () => {
  const { position } = await post(one, 'header')
  await untilReplayed()
  const strange = [
    '',
    'x',
    '0/FFFFFFFF',
    'FFFFFFFF/FFFFFFFF',
    '-1',
    `${position}A`,
    position.slice(1),
    'j'.repeat(4000),
  ]
  const reads = await readsIn(async () => {
    for (const word of strange) {
      const headers = { 'X-Archive-Position': word }
      expect((await other.ask('/frames/?basename_exact=header', { headers })).status).toBe(200)
    }
  })
  expect(reads).toEqual({ writer: 0, replica: strange.length })
})

test('pages by cursor that begin at the writer pass nothing over at the replica', () =>
  paused(async () => {
    for (const name of ['page-1', 'page-2', 'page-3', 'page-4'])
      await post(one, name, { observation_date: `2017-01-01T00:00:0${name.at(-1)}` })
    const names: string[] = []
    const who = { token }
    let path: string | null = '/frames/?pagination_style=cursor&limit=1&start=2017-01-01'
    for (let init: object = who; path !== null; init = {}) {
      const page = (await (await other.ask(path, init)).json()) as {
        next: string | null
        results: { basename: string }[]
      }
      names.push(...page.results.map(({ basename }) => basename))
      path = page.next?.replace(/^https?:\/\/[^/]+/, '') ?? null
    }
    expect(names).toEqual(['page-4', 'page-3', 'page-2', 'page-1'])
  }))

describe('a replica that', () => {
  const messages = ({ logged }: Process) => logged.map(({ message }) => message)
  const LEFT = 'the replica is left alone: reads go to the writer'
  const BACK = 'reads go to the replica again'

  /** Reads all the while; gives every status that occurred. */
  function reading(process: Process) {
    const statuses = new Set<number>()
    let going = true
    const running = Array.from({ length: 4 }, async () => {
      for (let i = 0; going; i++) {
        const { status } = await process.ask(i % 2 ? '/frames/1/' : '/frames/?limit=5')
        statuses.add(status)
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    })
    return async () => {
      going = false
      await Promise.all(running)
      return [...statuses]
    }
  }

  test('is more than the limit behind is left alone until it is within it again', async () => {
    // long beside what a busy machine takes from the write to the first read
    const strict = await openProcess({ REPLICA_MAX_LAG: '5' })
    await untilUsed(strict)
    await paused(async () => {
      await post(strict, 'late')
      const shows = async () => (await (await strict.ask('/frames/?basename_exact=late')).text()).includes('"late"')
      expect(await shows()).toBe(false)
      await expect.poll(shows, { timeout: 20_000 }).toBe(true)
      expect(strict.services.replica!.status()).toMatchObject({
        isUsed: false,
        reason: 'it is too far behind the writer',
      })
      // it is left alone by the clock; the log says so with the next look
      await expect.poll(() => messages(strict)).toEqual([LEFT])
    })
    await untilUsed(strict)
    expect(messages(strict)).toEqual([LEFT, BACK])
    expect(strict.logged[0]!.fields).toMatchObject({ reason: 'it is too far behind the writer', limit_s: 5 })
  })

  test('is killed and comes back costs no request', async () => {
    const before = one.logged.length
    const end = reading(one)
    await pair.replica.kill()
    await expect.poll(() => isUsed(one)).toBe(false)
    const { id } = await post(one, 'while it was away')
    expect((await other.ask(`/frames/${id}/`)).status).toBe(200)
    await expect.poll(() => isUsed(other)).toBe(false)
    const ready = await other.ask('/health/ready/')
    expect(ready.status).toBe(200)
    expect(await ready.json()).toMatchObject({
      services: { database: { ok: true }, replica: { ok: false, needed: false } },
    })
    const status = await other.ask('/admin/status/', { token })
    expect(await status.json()).toMatchObject({ replica: { is_used: false, reason: expect.any(String) } })
    await pair.replica.start()
    await untilUsed(one)
    await untilUsed(other)
    expect(await end()).toEqual([200])
    expect(messages(one).slice(before)).toEqual([LEFT, BACK])
    expect(one.logged[before]!.fields).toMatchObject({ server: expect.stringMatching(/^localhost:\d+\/archive$/) })
  })

  test('hangs is left after a moment, with what was asked there', async () => {
    const end = reading(other)
    pair.replica.signal('SIGSTOP')
    try {
      expect((await one.ask('/frames/1/')).status).toBe(200)
      await expect.poll(() => isUsed(other), { timeout: 10_000 }).toBe(false)
      expect((await one.ask('/frames/?limit=1')).status).toBe(200)
    } finally {
      pair.replica.signal('SIGCONT')
    }
    await untilUsed(one)
    await untilUsed(other)
    expect(await end()).toEqual([200])
  })

  test('cancels a question for what it replays has it answered by the writer', async () => {
    await pair.replica.ask("alter system set max_standby_streaming_delay = '0'")
    await pair.replica.ask('select pg_reload_conf()')
    // which the writer answers at once, and the replica would only long after it is cancelled
    const asked = one.services
      .search`select pg_is_in_recovery() as there, case when pg_is_in_recovery() then pg_sleep(15) end from (select count(*) from frames) f`
    const running = Promise.resolve(asked)
    const isRunning = async () =>
      (
        await pair.replica.ask(
          "select count(*)::int as n from pg_stat_activity where wait_event = 'PgSleep' and pid <> pg_backend_pid()",
        )
      ).n
    await expect.poll(isRunning, { interval: 20 }).toBe(1)
    await pair.writer.psql('archive', { sql: 'begin; lock table frames in access exclusive mode; commit' })
    expect(await running).toMatchObject([{ there: false }])
    expect(isUsed(one)).toBe(true)
  })

  test('does not know a table yet has the question answered by the writer', () =>
    paused(async () => {
      await pair.writer.psql('archive', { sql: 'create table newer as select 1 as one' })
      expect(await one.services.reader`select one from newer`).toMatchObject([{ one: 1 }])
      expect(isUsed(one)).toBe(true)
    }))

  test('has pgbouncer before it, and the writer too, is read from, and left alone when it is killed behind that', async () => {
    const poolers = await Promise.all(
      [pair.writer.url('x'), pair.replica.url('x')].map((url) => startPgbouncer(url, 'transaction', 20)),
    )
    try {
      const [DATABASE_URL, DATABASE_READER_URL] = poolers.map(({ url }) => url('archive'))
      const pooled = await openProcess({ ...cache, DATABASE_URL, DATABASE_READER_URL })
      await untilUsed(pooled)
      await paused(async () => {
        const { id, position } = await post(pooled, 'pooled')
        expect(position).not.toBeNull()
        for (const process of [pooled, one]) {
          const list = await process.ask('/frames/?basename_exact=pooled', { token })
          expect(await list.text()).toContain('"pooled"')
        }
        expect((await pooled.ask(`/frames/${id}/`)).status).toBe(200)
      })
      const end = reading(pooled)
      await pair.replica.kill()
      await until(() => !isUsed(pooled))
      await pair.replica.start()
      await untilUsed(pooled)
      expect(await end()).toEqual([200])
    } finally {
      for (const pooler of poolers) await pooler.stop()
    }
  })

  test('is another server, or cannot be trusted, is not read from, and that is said', async () => {
    const tls = await openProcess({ DATABASE_READER_URL: `${pair.replica.url('archive')}?sslmode=require` })
    expect((await tls.ask('/frames/1/')).status).toBe(200)
    await expect.poll(() => messages(tls)).toEqual([LEFT])
    expect((await tls.ask('/frames/1/')).status).toBe(200)
    expect(tls.services.replica!.status()).toMatchObject({ isUsed: false, reason: 'it cannot be reached' })
  })

  test('is written to takes nothing, as a 503; made a writer beside the first it is not read from', async () => {
    const turned = await openProcess({ DB_PORT: urls.DB_PORT_READER, DB_HOST_READER: '', DB_PORT_READER: '' })
    const refused = await turned.ask('/frames/', { token, json: newFrame('refused') })
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).not.toBeNull()
    expect(messages(turned)).toContainEqual(expect.stringContaining('it is a standby'))
    await pair.replica.ask('select pg_promote()')
    await expect.poll(() => isUsed(one), { timeout: 20_000 }).toBe(false)
    expect(one.services.replica!.status().reason).toBe('it is no standby: it has been made a writer')
    expect((await turned.ask('/frames/', { token, json: newFrame('taken') })).status).toBe(201)
    expect((await one.ask('/frames/?basename_exact=taken')).status).toBe(200)
    expect(await (await one.ask('/frames/?basename_exact=taken')).text()).not.toContain('"taken"')
  })
})
