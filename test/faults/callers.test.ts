import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { tokenOf } from '../../src/auth/tokens.ts'
import { saveProposals, saveUser } from '../../src/queries/users/save.ts'
import type { Services } from '../../src/services.ts'
import { openArchive, rootToken } from '../support/archive.ts'
import { FAR, newFrame, newVersion, PAST } from '../support/frames.ts'
import { startPgbouncer } from '../support/pgbouncer.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { startRelay } from '../support/relay.ts'

// Whatever happens to connections, statements and tables: each caller gets what that caller must get, or a 503.

const CALLERS = 30
/** Rounds of all callers together; the whole thousand with PLATESTACK_TEST_ROUNDS. */
const ROUNDS = Number(process.env.PLATESTACK_TEST_ROUNDS ?? 60)
/** No request may take longer: the deadline of a search, twice for the wait for a connection. */
const HANGS_MS = 70_000

let pg: TestPostgres
beforeAll(async () => {
  pg = await startPostgres()
})
afterAll(() => pg?.stop())

const app = createApp()

interface World {
  services: Services
  tokens: { member: string; root: string }
  paths: string[]
}

/** Frames of all kinds with thumbnails, and the addresses at which they are read. */
async function makeWorld(url: string): Promise<World> {
  const services = await openArchive({
    DATABASE_URL: url,
    FILESTORE_TYPE: 'dummy',
    THROTTLE_ANON: '1000000/second',
    SEARCH_BUDGET_ANON: '1000000/second',
    SEARCH_BUDGET_USER: '1000000/second',
  })
  const { writer, keys } = services
  const root = await rootToken(services)
  const profile = { first_name: null, last_name: null, email: null, is_staff: false, is_superuser: false }
  const id = await saveUser(writer, { username: 'frodo', ...profile })
  await saveProposals(writer, id, ['shire'])
  const member = await tokenOf(writer, keys, id)
  const headers = { authorization: `Token ${root}`, 'content-type': 'application/json' }
  const post = async (path: string, json: unknown) => {
    const response = await app.request(path, { method: 'POST', headers, body: JSON.stringify(json) }, services)
    expect(response.status).toBe(201)
    return (await response.json()) as { id: number; version_set: { id: number }[] }
  }
  const ids: number[] = []
  const versions: number[] = []
  const thumbnails: number[] = []
  for (let i = 0; i < 12; i++) {
    const basename = `frame-${i}`
    const proposal_id = ['shire', 'mordor', 'rohan'][i % 3]
    const public_date = i % 2 ? PAST : FAR
    const frame = newFrame(basename, {
      proposal_id,
      public_date,
      observation_id: i,
      related_frame_filenames: [`frame-${(i + 1) % 12}`],
    })
    const made = await post('/frames/', frame)
    ids.push(made.id)
    const thumbnail = {
      ...frame,
      size: 'small',
      frame_basename: basename,
      basename: `${basename}-small`,
      ...newVersion(`t${i}`, '.jpg'),
    }
    thumbnails.push((await post('/thumbnails/', thumbnail)).id)
  }
  const [{ list }] = (await writer`select json_agg(id) as list from versions`) as unknown as [{ list: number[] }]
  versions.push(...list)
  const each = (make: (id: number) => string, of: number[]) => of.slice(0, 6).map(make)
  const paths = [
    '/frames/',
    '/frames/?limit=3&ordering=id&include_thumbnails=true',
    '/frames/?proposal_id=mordor&pagination_style=cursor',
    '/frames/?covers=POINT(10 20)',
    '/frames/?start=2016-01-01&exclude_configuration_type=BIAS&limit=5&offset=2',
    '/frames/aggregate/?public=true',
    '/frames/aggregate/?public=true&query_timeout=5000',
    '/thumbnails/',
    '/thumbnails/?size=small&limit=4',
    '/versions/',
    '/versions/?md5=none',
    '/profile/',
    ...each((id) => `/frames/${id}/`, ids),
    ...each((id) => `/frames/${id}/headers/`, ids),
    ...each((id) => `/frames/${id}/related/`, ids),
    ...each((id) => `/thumbnails/${id}/`, thumbnails),
    ...each((id) => `/versions/${id}/`, versions),
  ]
  return { services, tokens: { member, root }, paths }
}

/** Nothing is remembered from request to request, so that each asks the database who its caller is. */
const forgetful = (services: Services): Services => ({
  ...services,
  cache: { ...services.cache, get: async () => undefined, set: async () => {} },
})

/** What must be the same whenever it is asked. */
const steady = (text: string): string => text.replace(/"generated_at":"[^"]*"/, '')

type Kind = 'anonymous' | 'member' | 'root'
const KINDS: Kind[] = ['anonymous', 'member', 'root']

interface Disturbance {
  /** Where the archive reaches the database, given where it is. */
  through(url: string): Promise<{ url: string; stop(): Promise<void>; worse?(on: boolean): void }>
  /** What happens again and again; sql is a superuser's. */
  again: ((sql: ReturnType<typeof poolAt>, database: string) => Promise<unknown>)[]
}

const straight = async (url: string) => ({ url, stop: async () => {} })
const cancel = (sql: ReturnType<typeof poolAt>, database: string) =>
  sql.unsafe(
    `select pg_cancel_backend(pid) from pg_stat_activity where datname = '${database}' and pid <> pg_backend_pid() and random() < 0.5`,
  )
const terminate = (sql: ReturnType<typeof poolAt>, database: string) =>
  sql.unsafe(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}' and pid <> pg_backend_pid() and random() < 0.3`,
  )
const alter = async (sql: ReturnType<typeof poolAt>) => {
  await sql.unsafe('alter table frames alter column reduction_level type int')
  await sql.unsafe('alter table frames alter column reduction_level type smallint')
}
const bouncing = (mode: 'transaction' | 'session', size: number) => async (url: string) => {
  const bouncer = await startPgbouncer(url, mode, size)
  return { url: bouncer.url(new URL(url).pathname.slice(1)), stop: bouncer.stop }
}

const DISTURBANCES: Record<string, Disturbance> = {
  'statements are cancelled': { through: straight, again: [cancel] },
  'connections are ended': { through: straight, again: [terminate] },
  'a table changes': { through: straight, again: [alter] },
  'all of these happen': { through: straight, again: [cancel, terminate, alter] },
  'a wire delays and cuts': {
    through: async (url) => {
      const relay = await startRelay(Number(new URL(url).port))
      const through = Object.assign(new URL(url), { port: relay.port }).href
      return {
        url: through,
        stop: relay.close,
        worse: (on) => {
          relay.trouble = on ? { delay: 0.3, cut: 0.02 } : { delay: 0, cut: 0 }
        },
      }
    },
    again: [cancel],
  },
  'pgbouncer pools by transaction': { through: bouncing('transaction', 4), again: [cancel, alter] },
  'pgbouncer pools by session': { through: bouncing('session', 40), again: [cancel, terminate] },
}

describe.each(Object.entries(DISTURBANCES))('while %s', (_, { through, again }) => {
  test(`${CALLERS} callers of three kinds get their own answers or 503`, { timeout: ROUNDS * 10_000 }, async () => {
    const direct = await pg.createDatabase(undefined, 'template')
    const database = new URL(direct).pathname.slice(1)
    const way = await through(direct)
    const { services, tokens, paths } = await makeWorld(way.url)
    const disturber = poolAt(direct)
    const asked = forgetful(services)
    const ask = async (kind: Kind, path: string) => {
      const headers: Record<string, string> = kind === 'anonymous' ? {} : { authorization: `Token ${tokens[kind]}` }
      const response = await app.request(path, { headers }, asked)
      return { status: response.status, text: steady(await response.text()) }
    }
    const expected = new Map<string, { status: number; text: string }>()
    for (const kind of KINDS) for (const path of paths) expected.set(`${kind} ${path}`, await ask(kind, path))
    expect(new Set([...expected.values()].map(({ status }) => status))).toEqual(new Set([200, 401, 403, 404]))

    await migrateIsNotNeeded(services)
    way.worse?.(true)
    const seen = { right: 0, unavailable: 0 }
    const wrong: unknown[] = []
    let going = true
    const disturbing = (async () => {
      for (let i = 0; going; i++) {
        await again[i % again.length]!(disturber, database).catch(() => {})
        await new Promise((resolve) => setTimeout(resolve, 15))
      }
    })()
    await Promise.all(
      Array.from({ length: CALLERS }, async (_, caller) => {
        const kind = KINDS[caller % KINDS.length]!
        for (let round = 0; round < ROUNDS; round++) {
          const path = paths[Math.floor(Math.random() * paths.length)]!
          let late: NodeJS.Timeout | undefined
          const hangs = new Promise<{ status: number; text: string }>((resolve) => {
            late = setTimeout(resolve, HANGS_MS, { status: 0, text: 'no answer' })
          })
          const answer = await Promise.race([ask(kind, path), hangs])
          clearTimeout(late)
          const right = expected.get(`${kind} ${path}`)!
          if (answer.status === 503) seen.unavailable++
          else if (answer.status === right.status && answer.text === right.text) seen.right++
          else wrong.push({ kind, path, ...answer })
        }
      }),
    )
    going = false
    await disturbing
    way.worse?.(false)
    expect(wrong).toEqual([])
    expect(seen.right).toBeGreaterThan(0)
    // and when it is over, everybody is served again
    for (const kind of KINDS)
      for (const path of paths.slice(0, 12))
        await expect.poll(() => ask(kind, path), { timeout: 10_000 }).toEqual(expected.get(`${kind} ${path}`))
    await disturber.end()
    await services.close()
    await way.stop()
  })
})

/** The tests' template is migrated: through a pooler by transaction it could not be. */
const migrateIsNotNeeded = async (services: Services) => {
  const [row] = await services.writer`select count(*)::int as n from platestack_migrations`
  expect(row!.n).toBeGreaterThan(0)
}

describe.each(['transaction', 'session'] as const)('behind pgbouncer in %s mode', (mode) => {
  test('what was acknowledged is there, and nothing is an error', { timeout: 300_000 }, async () => {
    const direct = await pg.createDatabase(undefined, 'template')
    const bouncer = await startPgbouncer(direct, mode, mode === 'transaction' ? 3 : 40)
    const { services, tokens } = await makeWorld(bouncer.url(new URL(direct).pathname.slice(1)))
    const headers = { authorization: `Token ${tokens.root}`, 'content-type': 'application/json' }
    const statuses = new Map<number, number>()
    const kept: string[] = []
    await Promise.all(
      Array.from({ length: 20 }, async (_, who) => {
        for (let i = 0; i < 10; i++) {
          const basename = `new-${who}-${i}`
          const body = JSON.stringify(newFrame(basename, { related_frame_filenames: ['bias', 'dark'] }))
          const { status } = await app.request('/frames/', { method: 'POST', headers, body }, services)
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
          if (status === 201) kept.push(basename)
          const read = await app.request(`/frames/?basename_exact=${basename}`, {}, services)
          expect([read.status, ((await read.json()) as { count: number }).count]).toEqual([200, status === 201 ? 1 : 0])
        }
      }),
    )
    const there = poolAt(direct)
    const rows = await there<{ basename: string }[]>`select basename from frames f join versions v on v.frame_id = f.id`
    const found = new Set(rows.map((row) => row.basename))
    expect(kept.filter((name) => !found.has(name))).toEqual([])
    expect([...statuses.keys()]).toEqual([201])
    await there.end()
    await services.close()
    await bouncer.stop()
  })
})
