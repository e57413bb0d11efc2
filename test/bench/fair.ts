import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { migrate } from '../../src/database/migrations/migrate.ts'
import type { Pool } from '../../src/database/open.ts'
import { inRepository } from '../support/data.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres } from '../support/postgres.ts'
import { randomSearches } from '../support/random_searches.ts'
import { sleepOnSlowTargets } from '../support/slow_searches.ts'
import { closingAfter } from './closing.ts'
import { cpuSeconds, parentOf } from './cpu.ts'
import { type Server, startServer } from './server.ts'

const help = `npm run bench:fair: whether anybody waits for somebody else's question

Usage: npm run bench:fair -- [--requests N] [--frames N] [--only leaving|robot|memory]

On a PostgreSQL of its own, over HTTP, where searches for some target take twenty seconds:

  leaving   200 such searches at a time, whose clients leave after 0.3 s, from one address and from many: what details take meanwhile
            (20 ms at the median at most), and whether the database is idle a second later
  robot     an address that sends such searches all the time, 20 at once: when it is refused; what others get meanwhile
  memory    N anonymous searches with random filters and orderings from many addresses: by how much the memory of the database's and the
            archive's processes grows (50 MB at most)

  --requests N   100000 unless given; a tenth of them come before the memory is first looked at
  --frames N     frames in the database; 20000 unless given
`

const PATIENCE_MS = 300
const CROWD = 200
const ROUNDS = 10
const MAX_MEDIAN_MS = 20
const MAX_GROWTH_MB = 50
const SLOW = '/frames/?target_name=slow'

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const failures: string[] = []
function check(holds: boolean, what: string): void {
  say(`  ${holds ? 'holds' : 'DOES NOT HOLD'}: ${what}`)
  if (!holds) failures.push(what)
}

// the archive closes what is idle for five seconds
const agent = new Agent({ keepAlive: true, timeout: 3000 })
interface Answer {
  status: number
  retryAfter: number | null
  ms: number
}
/** A request from an address, as a proxy passes it on; its answer is read to the end. */
async function ask({ port }: Server, path: string, address: string): Promise<Answer> {
  const begun = performance.now()
  const sent = request({ port, path, agent, headers: { 'x-forwarded-for': address } }).end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  for await (const _ of answer);
  const wait = answer.headers['retry-after']
  return { status: answer.statusCode!, retryAfter: wait ? Number(wait) : null, ms: performance.now() - begun }
}

const addressOf = (i: number): string => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`
const at = (times: number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * share)]!
const shown = (times: number[]): string =>
  `${at(times, 0.5).toFixed(1)} ms at the median, ${at(times, 0.99).toFixed(1)} at p99`

/** Milliseconds of details, one after the other, until told to stop. */
async function details(server: Server, going: () => boolean): Promise<number[]> {
  const times: number[] = []
  while (going()) {
    const { status, ms } = await ask(server, '/frames/1/', '192.0.2.200')
    if (status !== 200) throw new Error(`a detail was answered with ${status}`)
    times.push(ms)
    await pause(5)
  }
  return times
}
async function during<T>(work: Promise<T>, server: Server): Promise<number[]> {
  let isOver = false
  const over = work.finally(() => {
    isOver = true
  })
  const [times] = await Promise.all([details(server, () => !isOver), over])
  return times
}

const running = async (admin: Pool): Promise<number> =>
  (
    await admin`
    select from pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()`
  ).length

/** A search whose client leaves. */
async function leave(port: number, address: string): Promise<void> {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  socket.write(`GET ${SLOW} HTTP/1.1\r\nHost: archive\r\nX-Forwarded-For: ${address}\r\n\r\n`)
  await pause(PATIENCE_MS)
  socket.destroy()
}

/** A crowd whose clients come back again and again: in a process of its own, so that it is not in the way of what is measured. */
async function crowd(port: number, of: string): Promise<void> {
  const one = async (_: unknown, i: number) => {
    await pause((PATIENCE_MS * i) / CROWD)
    for (let round = 0; round < ROUNDS; round++) await leave(port, of === 'one address' ? '192.0.2.1' : addressOf(i))
  }
  await Promise.all(Array.from({ length: CROWD }, one))
}

async function leaving(server: Server, admin: Pool): Promise<void> {
  await during(pause(1000), server)
  say(`leaving: details alone: ${shown(await during(pause(4000), server))}`)
  const [backend] = await admin`select pg_backend_pid() as pid`
  const postmaster = parentOf(backend!.pid) ?? 0
  const spent = () => [server.pid, postmaster].map((pid) => 1000 * (cpuSeconds(pid) ?? Number.NaN))
  for (const of of ['one address', 'an address each']) {
    const before = spent()
    const clients = fork(fileURLToPath(import.meta.url), ['crowd', String(server.port), of])
    const gone = once(clients, 'exit')
    let most = 0
    const looking = (async () => {
      while (clients.exitCode === null) {
        most = Math.max(most, await running(admin))
        await pause(50)
      }
    })()
    const times = await during(gone, server)
    await looking
    const [own, database] = spent().map((ms, i) => ((ms - before[i]!) / (ROUNDS * CROWD)).toFixed(2))
    await pause(1000)
    const left = await running(admin)
    say(
      `leaving: ${ROUNDS} times ${CROWD} searches from ${of}, ${most} at a time in the database; each cost ${own} ms of the archive's and ${database} ms of the database's processor time`,
    )
    say(`leaving: details meanwhile: ${times.length}, ${shown(times)}`)
    check(at(times, 0.5) <= MAX_MEDIAN_MS, `details answer within ${MAX_MEDIAN_MS} ms at the median`)
    check(most > 0 && left === 0, `the database is idle a second later (${left} statements run)`)
  }
}

const ROBOT_S = 40
async function robot(server: Server): Promise<void> {
  const begun = performance.now()
  const isOver = () => performance.now() - begun > ROBOT_S * 1000
  const counts: Record<number, number> = {}
  const refused: { after: number; retryAfter: number }[] = []
  const one = async () => {
    while (!isOver()) {
      const { status, retryAfter } = await ask(server, SLOW, '192.0.2.1')
      counts[status] = (counts[status] ?? 0) + 1
      if (status === 429) refused.push({ after: (performance.now() - begun) / 1000, retryAfter: retryAfter! })
      if (status !== 503 || retryAfter === 5) await pause(200)
    }
  }
  const quick: number[] = []
  const statuses = new Set<number>()
  const others = async () => {
    while (!isOver()) {
      const { status, ms } = await ask(server, '/frames/?limit=10&pagination_style=cursor', '192.0.2.2')
      quick.push(ms)
      statuses.add(status)
    }
  }
  const times = await during(Promise.all([...Array.from({ length: 20 }, one), others(), others()]), server)
  const { after, retryAfter } = refused[0] ?? { after: Number.NaN, retryAfter: Number.NaN }
  say(
    `robot: answers to it: ${JSON.stringify(counts)}; 429 after ${after.toFixed(0)} s, to come back in ${retryAfter} s`,
  )
  say(`robot: lists of another address: ${quick.length}, ${shown(quick)}; details: ${shown(times)}`)
  check(after > 0, 'the robot is refused in the end')
  check(statuses.size === 1 && statuses.has(200), 'another address that asks quick questions all the time never is')
}

/** Megabytes that processes have for themselves, together. */
function memoryOf(pids: number[]): number {
  let total = 0
  for (const pid of pids)
    total += Number(/^Pss_Anon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0)
  return total / 1024
}

async function memory(server: Server, admin: Pool, requests: number): Promise<void> {
  const searches = randomSearches(7)
  const counts: Record<number, number> = {}
  let next = 0
  const flood = async (until: number) => {
    const one = async () => {
      while (next < until) {
        const i = next++
        const { status } = await ask(server, searches(), addressOf(i))
        counts[status] = (counts[status] ?? 0) + 1
      }
    }
    await Promise.all(Array.from({ length: 16 }, one))
  }
  const look = async () => {
    const rows = await admin<{ pid: number }[]>`
      select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
    return { database: memoryOf(rows.map(({ pid }) => pid)), archive: memoryOf([server.pid]) }
  }
  await flood(requests / 10)
  const first = await look()
  const most = { ...first }
  const steps = 9
  for (let step = 1; step <= steps; step++) {
    await flood(requests / 10 + (step * requests * 0.9) / steps)
    const now = await look()
    say(`memory: after ${next} searches: database ${now.database.toFixed(0)} MB, archive ${now.archive.toFixed(0)} MB`)
    most.database = Math.max(most.database, now.database)
    most.archive = Math.max(most.archive, now.archive)
  }
  say(`memory: answers ${JSON.stringify(counts)}`)
  check(Object.keys(counts).join() === '200', 'every search is answered')
  for (const of of ['database', 'archive'] as const) {
    const grown = most[of] - first[of]
    check(
      grown <= MAX_GROWTH_MB,
      `the memory of the ${of} grows by ${grown.toFixed(0)} MB, from ${first[of].toFixed(0)} MB`,
    )
  }
}

async function main(): Promise<void> {
  const [command, port, of] = process.argv.slice(2)
  if (command === 'crowd') return crowd(Number(port), of!)
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '100000' },
      frames: { type: 'string', default: '20000' },
      only: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return void process.stdout.write(help)
  await closingAfter(async (closers) => {
    const database = await startPostgres()
    closers.unshift(() => database.stop())
    const name = 'platestack_fair'
    const url = await database.createDatabase(name)
    const admin = poolAt(url)
    closers.unshift(() => admin.end({ timeout: 5 }))
    await migrate(admin)
    await database.psql(name, { file: inRepository('test/bench/fill.sql') }, { frames: values.frames })
    await database.psql(name, { sql: 'vacuum analyze' })
    const withServer = async (more: Record<string, string>, work: (server: Server) => Promise<void>) => {
      const server = await startServer(url, [], more)
      closers.unshift(() => server.stop())
      await work(server)
      await server.stop()
      closers.shift()
    }
    const isWanted = (what: string) => values.only === undefined || values.only === what
    if (isWanted('memory')) await withServer({}, (server) => memory(server, admin, Number(values.requests)))
    await sleepOnSlowTargets(admin, 20)
    if (isWanted('leaving')) await withServer({}, (server) => leaving(server, admin))
    if (isWanted('robot')) await withServer({ SEARCH_BUDGET_ANON: '60/minute' }, robot)
  })
  agent.destroy()
  if (failures.length > 0) throw new Error(`${failures.length} did not hold`)
}

main().catch((error: Error) => {
  process.stderr.write(`bench: ${error.stack}\n`)
  process.exitCode = 1
})
