import assert from 'node:assert/strict'
import type { Pool } from '../../../src/database/open.ts'
import type { Fragment } from '../../../src/database/sql.ts'
import type { Condition, Request, Scenario } from './requests.ts'

/** A kind of caller: how to ask as one, and what that one sees, in plain SQL. */
export interface Asker {
  name: string
  /** The status of an answer and its body. */
  get(path: string): Promise<{ status: number; body: unknown }>
  sees: Condition
}

interface Page {
  count: number
  count_estimated: boolean
  next: string | null
  results: { id: number }[]
}

/** An estimated count is right up to this factor. */
const ESTIMATE_FACTOR = 2
/** How many requests of a scenario are compared for each caller; where plain SQL takes long, one will do. */
const REQUESTS = 6
const PATIENCE_MS = 5000

/** How much of a scenario was compared. */
export interface Compared {
  requests: number
  /** Frames or values in the answers. */
  found: number
}

/**
 * Compares answers with what plain queries over the tables give, for each caller.
 * @throws AssertionError at the first difference, and where nothing at all is found
 */
export async function checkAnswers(
  sql: Pool,
  { name, requests }: Scenario,
  askers: readonly Asker[],
): Promise<Compared> {
  const done = { requests: 0, found: 0 }
  for (const asker of askers) {
    const begun = performance.now()
    for (const request of spread(requests, REQUESTS)) {
      done.found += await compare(sql, asker, request)
      done.requests++
      if (performance.now() - begun > PATIENCE_MS) break
    }
  }
  assert.ok(done.found > 0, `${name} finds something`)
  return done
}

/** Frames that are not public yet are there for those alone who may see them. */
export async function checkHidden(sql: Pool, askers: readonly Asker[]): Promise<void> {
  const hidden = await sql<{ id: number }[]>`
    select id from frames where public_date > now() and observation_date is not null order by hashint8(id), id limit 20`
  assert.ok(hidden.length > 0, 'some frames are not public yet')
  for (const asker of askers) {
    const seen = new Set(
      await idsOf(sql, asker, (own) => own`and f.id = any (${hidden.map(({ id }) => id)}::int[])`, 20, 0),
    )
    for (const { id } of hidden) {
      const { status } = await asker.get(`/frames/${id}/`)
      assert.equal(status, seen.has(id) ? 200 : 404, `frame ${id} for ${asker.name}`)
    }
  }
}

const spread = <T>(items: readonly T[], n: number): T[] =>
  items.length <= n ? [...items] : Array.from({ length: n }, (_, i) => items[Math.floor((i * items.length) / n)]!)

async function compare(sql: Pool, asker: Asker, request: Request): Promise<number> {
  const { path } = request
  const { status, body } = await asker.get(path)
  const what = `${path} for ${asker.name}`
  if (request.kind === 'detail') return compareDetail(sql, asker, request.id, status, body)
  assert.equal(status, 200, `${what}: ${status}`)
  switch (request.kind) {
    case 'aggregate':
      return compareAggregate(sql, asker, request.where, body as Record<string, unknown>, what)
    case 'walk':
      return compareWalk(sql, asker, request, body as Page)
    case 'list': {
      const page = body as Page
      const ids = await idsOf(sql, asker, request.where, request.limit, request.offset)
      assert.deepEqual(shown(page), ids, what)
      const [{ count } = { count: 0 }] = await sql<
        { count: number }[]
      >`select count(*)::float8 as count ${from(sql, asker, request.where)}`
      if (page.count_estimated)
        assert.ok(
          page.count <= ESTIMATE_FACTOR * count && count <= ESTIMATE_FACTOR * page.count,
          `${what}: the estimate ${page.count} is near ${count}`,
        )
      else assert.equal(page.count, count, what)
      return ids.length
    }
  }
}

const shown = (page: Page): number[] => page.results.map(({ id }) => id)

/** The listed frames that the caller sees, and a condition on them. */
const from = (sql: Pool, { sees }: Asker, where: Condition): Fragment => sql`
  from frames f
  where f.observation_date is not null and exists (select from versions v where v.frame_id = f.id) and ${sees(sql)} ${where(sql)}`

async function idsOf(
  sql: Pool,
  asker: Asker,
  where: Condition,
  limit: number,
  offset: number,
  order: Condition = (own) => own`f.observation_date desc, f.id desc`,
): Promise<number[]> {
  const rows = await sql<{ id: number }[]>`
    select f.id ${from(sql, asker, where)} order by ${order(sql)} limit ${limit} offset ${offset}`
  return rows.map(({ id }) => id)
}

async function compareDetail(sql: Pool, asker: Asker, id: number, status: number, body: unknown): Promise<number> {
  const [row] = await sql<{ basename: string; keys: string[] }[]>`
    select f.basename, array(select v.key from versions v where v.frame_id = f.id order by v.created desc, v.id desc) as keys
    from frames f where f.id = ${id} and f.observation_date is not null and ${asker.sees(sql)}`
  assert.equal(status, row ? 200 : 404, `frame ${id} for ${asker.name}`)
  if (!row) return 0
  const frame = body as { id: number; basename: string; version_set: { key: string }[] }
  const got = { id: frame.id, basename: frame.basename, keys: frame.version_set.map(({ key }) => key) }
  assert.deepEqual(got, { id, ...row }, `frame ${id} for ${asker.name}`)
  return 1
}

/** Both pages: the first, and the one it leads to. */
async function compareWalk(
  sql: Pool,
  asker: Asker,
  request: Extract<Request, { kind: 'walk' }>,
  first: Page,
): Promise<number> {
  const { path, limit, order } = request
  const ids = await idsOf(sql, asker, (own) => own``, 2 * limit, 0, order)
  assert.deepEqual(shown(first), ids.slice(0, limit), path)
  const { body } = await asker.get(pathOf(first.next!))
  assert.deepEqual(shown(body as Page), ids.slice(limit), `the page after ${path}`)
  return ids.length
}

/** The path of a link, whatever server it leads to. */
export const pathOf = (link: string): string => {
  const { pathname, search } = new URL(link)
  return pathname + search
}

const LISTS = {
  sites: 'site_id',
  telescopes: 'telescope_id',
  filters: 'primary_optical_element',
  instruments: 'instrument_id',
  obstypes: 'configuration_type',
  proposals: 'proposal_id',
}

async function compareAggregate(
  sql: Pool,
  asker: Asker,
  where: Condition,
  body: Record<string, unknown>,
  what: string,
): Promise<number> {
  const columns = Object.entries(LISTS).map(
    ([list, column]) => sql`array_agg(distinct ${sql(column)} collate "C") as ${sql(list)}`,
  )
  const [row] = await sql<Record<string, string[] | null>[]>`
    select ${columns.reduce((left, right) => sql`${left}, ${right}`)} ${from(sql, asker, where)}`
  const values = (list: unknown) => [...((list ?? []) as string[])].filter((value) => value !== '').sort()
  for (const list of Object.keys(LISTS)) assert.deepEqual(values(body[list]), values(row![list]), `${list} of ${what}`)
  const counts = body.counts as Record<string, Record<string, number>> | undefined
  for (const [list, column] of counts ? Object.entries(LISTS) : []) {
    const right = await sql<{ value: string; frames: number }[]>`
      select ${sql(column)} as value, count(*)::float8 as frames ${from(sql, asker, where)} group by 1`
    const given = right.filter(({ value }) => value !== '').map(({ value, frames }) => [value, frames])
    assert.deepEqual(counts![list], Object.fromEntries(given), `counts of ${list} of ${what}`)
  }
  return values(row!.sites).length
}
