import assert from 'node:assert/strict'
import type { Pool } from '../../src/database/open.ts'
import type { Server } from './server.ts'
import type { Sent, Wire } from './wire.ts'

interface Frame {
  id: number
  basename: string
  observation_date: string
  version_set: { key: string }[]
  related_frames: number[]
  [field: string]: unknown
}
interface Page {
  count: number
  next: string | null
  results: Frame[]
}

export interface Tokens {
  member: string
  root: string
}

const idsOf = (page: Page): number[] => page.results.map((f) => f.id)
const ids = (rows: readonly { id?: number }[]): number[] => rows.map((row) => row.id!)

async function page(server: Server, path: string, token?: string): Promise<Page> {
  const { status, body } = await server.get(path, token)
  assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`)
  return body as Page
}

/** Compares what the archive answers with what plain queries over the tables give; throws at the first difference. */
export async function checkAnswers(sql: Pool, server: Server, tokens: Tokens): Promise<void> {
  await checkLists(sql, server, tokens)
  await checkWalk(server)
  await checkCovers(sql, server)
  await checkDetails(sql, server, tokens)
}

/** Counts, contents and order of pages at several depths, for every kind of caller. */
async function checkLists(sql: Pool, server: Server, tokens: Tokens): Promise<void> {
  const [member] = await sql`select proposals from profiles join users on users.id = user_id where username = 'member'`
  const callers = [
    { token: undefined, sees: sql`public_date < now()` },
    { token: tokens.member, sees: sql`(public_date < now() or proposal_id = any (${member!.proposals}))` },
    { token: tokens.root, sees: sql`true` },
  ]
  const counts: number[] = []
  for (const { token, sees } of callers) {
    const all = ids(
      await sql`
      select distinct frames.id, observation_date from frames join versions on frame_id = frames.id
      where observation_date is not null and ${sees} order by observation_date desc, frames.id desc`,
    )
    counts.push(all.length)
    for (const [limit, offset] of [
      [100, 0],
      [10, 0],
      [100, Math.floor(all.length / 2)],
      [100, all.length - 7],
      [10, all.length + 5],
    ] as const) {
      const got = await page(server, `/frames/?limit=${limit}&offset=${offset}`, token)
      assert.equal(got.count, all.length)
      assert.deepEqual(idsOf(got), all.slice(offset, offset + limit))
      assert.equal(got.next === null, offset + limit >= all.length)
    }
    assert.deepEqual(idsOf(await page(server, '/frames/', token)), all.slice(0, 100))
  }
  assert.ok(counts[0]! < counts[1]! && counts[1]! < counts[2]!, `each caller sees more than the one before: ${counts}`)
}

/** Pages by cursor show what pages by offset show. */
async function checkWalk(server: Server): Promise<void> {
  let path: string | null = '/frames/?limit=200&pagination_style=cursor'
  for (let offset = 0; offset < 1000 && path; offset += 200) {
    const walked: Page = await page(server, path)
    assert.deepEqual(idsOf(walked), idsOf(await page(server, `/frames/?limit=200&offset=${offset}`)))
    path = walked.next?.slice(server.base.length) ?? null
  }
}

/** covers against every area there is, one after the other, without an index. */
async function checkCovers(sql: Pool, server: Server): Promise<void> {
  for (const { point } of await centres(sql, 5)) {
    const covered = await sql.begin(async (tx) => {
      await tx`set local enable_indexscan = off`
      await tx`set local enable_bitmapscan = off`
      return tx`
        select id from frames
        where st_covers(area, ${point}::text::geography) and observation_date is not null and public_date < now()
          and id in (select frame_id from versions)
        order by observation_date desc, id desc`
    })
    assert.ok(covered.length > 0, `something covers ${point}`)
    const got = await page(server, covers(point))
    assert.equal(got.count, covered.length)
    assert.deepEqual(idsOf(got), ids(covered).slice(0, 100))
  }
}

/** Every field that comes from a column, versions and relations; and that a stranger is not told of a proprietary frame. */
async function checkDetails(sql: Pool, server: Server, tokens: Tokens): Promise<void> {
  for (const id of [
    ...(await publicIds(sql, 20)),
    ...ids(await sql`select id from frames where id % 40 = 0 and public_date < now() limit 3`),
  ]) {
    const [row] = await sql`
      select to_jsonb(f) - '{area,pieces,created,modified}'::text[]
        || jsonb_build_object('observation_date', to_char(observation_date, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
          'public_date', to_char(public_date, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) as fields,
        st_asgeojson(area, 15)::jsonb as area,
        array(select key from versions where frame_id = f.id order by created desc) as keys,
        array(select to_frame_id from related_frames where from_frame_id = f.id order by 1) as related
      from frames f where id = ${id}`
    const { status, body } = await server.get(`/frames/${id}/`)
    assert.equal(status, 200)
    const frame = body as Frame
    for (const [name, value] of Object.entries(row!.fields as Record<string, unknown>)) {
      // a time without a fraction shows none
      const expected = typeof value === 'string' ? value.replace(/\.000000Z$/, 'Z') : value
      assert.deepEqual(frame[name], expected, `${name} of frame ${id}`)
    }
    assert.deepEqual(frame.area ?? null, row!.area)
    assert.deepEqual(
      frame.version_set.map((v) => v.key),
      row!.keys,
    )
    assert.deepEqual(frame.related_frames, row!.related)
  }
  const hidden = ids(
    await sql`select id from frames where public_date > now() and observation_date is not null order by id limit 3`,
  )
  for (const id of hidden) {
    assert.deepEqual(await server.get(`/frames/${id}/`), { status: 404, body: { detail: 'Not found.' } })
    assert.equal((await server.get(`/frames/${id}/`, tokens.root)).status, 200)
  }
}

/** With warm caches each of these costs the database as many round trips as it says, whoever asks. */
export async function checkRoundTrips(
  server: Server,
  wire: Wire,
  cases: readonly { path: string; roundTrips: number }[],
  tokens: Tokens,
): Promise<void> {
  for (const token of [undefined, tokens.member, tokens.root]) {
    for (const { path, roundTrips } of cases) {
      await page(server, path, token)
      // every connection of the pool has prepared the query when it has been asked often enough at once
      await Promise.all(Array.from({ length: 40 }, () => page(server, path, token)))
      wire.clear()
      await page(server, path, token)
      assert.equal(
        wire.roundTrips,
        roundTrips,
        `${path} as ${token === undefined ? 'anonymous' : 'a user'}: ${wire.sent.map((s) => s.text)}`,
      )
    }
  }
}

/**
 * A query of the archive uses an index even as a generic plan, made for any value: that is what the server may choose once a connection
 * has run it five times.
 */
export async function checkPlan(sql: Pool, { text, parameters }: Sent, index: string): Promise<void> {
  const plan = await sql.begin(async (tx) => {
    await tx`set local plan_cache_mode = force_generic_plan`
    await tx.unsafe(`prepare checked as ${text}`)
    const values = parameters.map((value) => (value === null ? 'null' : `'${value.replaceAll("'", "''")}'`))
    const rows = await tx.unsafe(`explain execute checked${values.length ? `(${values})` : ''}`)
    await tx.unsafe('deallocate checked')
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  })
  assert.ok(plan.includes(index) && !plan.includes('Seq Scan on frames'), `${index} is used:\n${plan}`)
}

/** Frames that anyone may see, drawn evenly, always the same. */
export const publicIds = async (sql: Pool, n: number): Promise<number[]> =>
  ids(
    await sql`
    select id from frames where public_date < now() and observation_date is not null and id in (select frame_id from versions)
    order by hashint8(id), id limit ${n}`,
  )

/** Points in the middle of areas, drawn evenly, always the same. */
export const centres = async (sql: Pool, n: number): Promise<{ point: string }[]> =>
  sql`
    select st_astext(st_centroid(area::geometry), 6) as point from frames
    where public_date < now() and observation_date is not null and area is not null and id in (select frame_id from versions)
    order by hashint8(id), id limit ${n}`

export const covers = (point: string): string => `/frames/?covers=${encodeURIComponent(point)}`
