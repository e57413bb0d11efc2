import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { parseArgs } from 'node:util'
import { openKeys } from '../../src/auth/open_keys.ts'
import { tokenOf } from '../../src/auth/tokens.ts'
import { parseConfig } from '../../src/config/config.ts'
import { migrate } from '../../src/database/migrations/migrate.ts'
import type { Pool } from '../../src/database/open.ts'
import { addSuperuser } from '../../src/queries/users/save.ts'
import { linesOf, ndjson } from '../support/bulk.ts'
import { readJson } from '../support/data.ts'
import { newVersion } from '../support/frames.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres } from '../support/postgres.ts'
import { median } from './median.ts'
import { type Server, startServer } from './server.ts'
import { openWire } from './wire.ts'

const help = `npm run bench:bulk: how fast frames are written by POST /frames/bulk/, beside single POSTs

Usage: npm run bench:bulk -- [--frames N] [--rounds R]

On a PostgreSQL of its own, over HTTP: records with the headers of a real frame, each naming two related frames. Checks first that both
ways leave the same rows, and counts the statements that the database is sent for each. Each is measured with the triggers of the rollups
and, in turns, without them: "rollups" is how many times as long a frame takes with them and their folds.

  --frames N   frames in each measurement; 5000 unless given
  --rounds R   measurements of each, in turns; 3 unless given
`

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** Records of real frames, as the reference library makes them; the first hundred headers of one. */
const sample = readJson<
  Record<string, { record?: { headers: Record<string, unknown>; area: unknown } & Record<string, unknown> }>
>('fits', 'records.json')
const HEADERS = 100
const real = Object.values(sample)
  .flatMap(({ record }) => (record && record.area !== null ? [record] : []))
  .find(({ headers }) => Object.keys(headers).length >= HEADERS)!
const { frame_basename, size, ...fields } = real
const headers = Object.fromEntries(Object.entries(real.headers).slice(0, HEADERS))

const makeRecords = (prefix: string, count: number): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, i) => {
    const basename = `${prefix}-${String(i).padStart(6, '0')}-e00`
    return {
      ...fields,
      basename,
      headers: { ...headers, FRAMENUM: i },
      related_frame_filenames: [`${prefix}-bias`, `${prefix}-flat-${i % 10}`],
      version_set: [newVersion(basename)],
    }
  })

interface Target {
  server: Server
  token: string
}
const agent = new Agent({ keepAlive: true })

async function send({ server, token }: Target, path: string, type: string, body: string): Promise<string> {
  const headers = {
    authorization: `Token ${token}`,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
  }
  const sent = request(`${server.base}${path}`, { method: 'POST', agent, headers })
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const text = Buffer.concat(await answer.toArray()).toString()
  assert.ok(answer.statusCode === 200 || answer.statusCode === 201, `${answer.statusCode} ${text}`)
  return text
}

/** Seconds that single POSTs take, so many at a time. */
async function singly(target: Target, records: unknown[], concurrency: number): Promise<number> {
  const bodies = records.map((r) => JSON.stringify(r))
  const began = performance.now()
  let next = 0
  const client = async () => {
    while (next < bodies.length) await send(target, '/frames/', 'application/json', bodies[next++]!)
  }
  await Promise.all(Array.from({ length: concurrency }, client))
  return (performance.now() - began) / 1000
}

/** Seconds that one bulk request takes. */
async function atOnce(target: Target, records: unknown[]): Promise<number> {
  const body = ndjson(records)
  const began = performance.now()
  const told = linesOf(await send(target, '/frames/bulk/', 'application/x-ndjson', body))
  const seconds = (performance.now() - began) / 1000
  assert.equal(told.length, records.length)
  assert.ok(told.every((t) => t.outcome === 'created'))
  return seconds
}

/** What was written of frames with a prefix, the prefix left out. */
const contents = (sql: Pool, prefix: string) => sql`
  select replace(f.basename, ${prefix}, '') as basename, f.observation_date, st_astext(f.area) as area, f.target_name, h.data::text as headers,
    v.extension, array(
      select replace(o.basename, ${prefix}, '') from related_frames r join frames o on o.id = r.to_frame_id
      where r.from_frame_id = f.id order by 1) as related
  from frames f left join headers h on h.frame_id = f.id left join versions v on v.frame_id = f.id
  where f.basename like ${`${prefix}-%`} order by f.basename`

async function bench(frames: number, rounds: number, closers: (() => Promise<unknown>)[]): Promise<void> {
  const database = await startPostgres()
  closers.unshift(() => database.stop())
  const url = await database.createDatabase('platestack_bench')
  const sql = poolAt(url, { max: 1 })
  closers.unshift(() => sql.end({ timeout: 5 }))
  await migrate(sql)
  const keys = await openKeys(parseConfig({}), sql)
  const token = await tokenOf(sql, keys, (await addSuperuser(sql, 'root', '!', ''))!)

  const wire = await openWire(Number(new URL(url).port))
  const tapped = {
    server: await startServer(Object.assign(new URL(url), { port: wire.port }).href, []),
    token,
  }
  const checked = 1000
  await singly(tapped, makeRecords('warm', 20), 10)
  await atOnce(tapped, makeRecords('warm2', 20))
  const statements = async (work: () => Promise<unknown>) => {
    wire.clear()
    await work()
    return wire.sent.length / checked
  }
  const cost = {
    singly: await statements(() => singly(tapped, makeRecords('check1', checked), 10)),
    bulk: await statements(() => atOnce(tapped, makeRecords('check2', checked))),
  }
  const [one, two] = [await contents(sql, 'check1'), await contents(sql, 'check2')]
  assert.equal(one.length, checked + 11)
  assert.deepEqual([...two], [...one])
  await tapped.server.stop()
  await wire.close()
  say(`the same ${checked} frames are the same rows either way, with ${HEADERS} headers each`)

  const server = await startServer(url, [])
  closers.unshift(() => server.stop())
  const target = { server, token }
  const ways = [
    { name: '10 POSTs at a time', cost: cost.singly, run: (r: unknown[]) => singly(target, r, 10) },
    { name: '32 POSTs at a time', cost: cost.singly, run: (r: unknown[]) => singly(target, r, 32) },
    { name: 'bulk', cost: cost.bulk, run: (r: unknown[]) => atOnce(target, r) },
  ]
  const counting = async (on: boolean) => {
    for (const table of ['frames', 'versions'])
      for (const event of ['insert', 'update', 'delete'])
        await sql.unsafe(`alter table ${table} ${on ? 'enable' : 'disable'} trigger rollup_${event}`)
  }
  for (const { run } of ways) await run(makeRecords(`warm${Math.random()}`, 500))
  const rates = ways.map(() => [] as number[])
  const uncounted = ways.map(() => [] as number[])
  for (let round = 0; round < rounds; round++)
    for (const [i, { run }] of ways.entries()) {
      rates[i]!.push(frames / (await run(makeRecords(`round${round}-${i}`, frames))))
      await counting(false)
      uncounted[i]!.push(frames / (await run(makeRecords(`bare${round}-${i}`, frames))))
      await counting(true)
    }
  say('')
  say(
    ['', 'frames/s', 'ratio', 'statements a frame', 'rollups']
      .map((c, i) => (i ? c.padStart(20) : c.padEnd(20)))
      .join(''),
  )
  for (const [i, { name, cost: each }] of ways.entries()) {
    const rate = median(rates[i]!)
    const counted = (median(uncounted[i]!) / rate).toFixed(2)
    const cells = [rate.toFixed(0), (rate / median(rates[0]!)).toFixed(2), each.toFixed(2), counted]
    say(name.padEnd(20) + cells.map((c) => c.padStart(20)).join(''))
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      frames: { type: 'string', default: '5000' },
      rounds: { type: 'string', default: '3' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return say(help)
  const closers: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const closer of closers.splice(0)) await closer()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => close().finally(() => process.exit(130)))
  try {
    await bench(Number(values.frames), Number(values.rounds), closers)
  } finally {
    agent.destroy()
    await close()
  }
}

await main()
