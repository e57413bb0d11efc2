import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { openKeys } from '../../src/auth/open_keys.ts'
import { tokenOf } from '../../src/auth/tokens.ts'
import { parseConfig } from '../../src/config/config.ts'
import { migrate } from '../../src/database/migrations/migrate.ts'
import type { Pool } from '../../src/database/open.ts'
import { findUserByName } from '../../src/queries/users/find.ts'
import { addSuperuser } from '../../src/queries/users/save.ts'
import { foldDue } from '../../src/rollups.ts'
import { inRepository } from '../support/data.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres } from '../support/postgres.ts'
import { centres, checkAnswers, checkPlan, checkRoundTrips, covers, publicIds, type Tokens } from './answers.ts'
import { cpuSeconds, parentOf } from './cpu.ts'
import { type Load, type Loaded, load } from './load.ts'
import { median } from './median.ts'
import { pgbench } from './pgbench.ts'
import { type Server, startServer } from './server.ts'
import { openWire, type Sent } from './wire.ts'

const help = `npm run bench: how fast the archive answers, beside what the database alone can do

Usage: npm run bench -- [--frames N] [--seconds S] [--concurrency C] [--only NAME] [--profile DIR]
                     [--workers N] [--beside PROGRAM]

Fills a PostgreSQL of its own with synthetic frames, checks that the archive's answers are right and cost the round trips they should,
then measures requests a second over HTTP and, in turns with it, what pgbench gets with the very queries that the archive sends. The
last columns are processor time a request: of the archive's process, and of the database while the archive asks it.

  --frames N        frames to fill in; 100000 unless given
  --seconds S       each of the 3 rounds of a measurement lasts so long; 4 unless given
  --concurrency C   requests at the same time, and clients of pgbench; 10 unless given
  --only NAME       one row of the table
  --profile DIR     write a CPU profile of the archive there
  --workers N       processes of the archive that is measured, 1 unless given; the one beside it has 1
  --beside PROGRAM  another build's platestack.js, which takes its turn in each round: three more columns, its requests a second, its
                    processor time a request, and the ratio of this build's to that (medians of the rounds)
`

const ROUNDS = 3
/** How many different requests a row asks for, and how many of their queries pgbench is given. */
const PATHS = 500
const SAMPLES = 16

interface Case {
  name: string
  paths: string[]
  /** Statements that the database is sent for one request. */
  roundTrips: number
  /** The index that its query has to walk, whatever the values. */
  index?: string
}

async function casesOf(sql: Pool, server: Server): Promise<Case[]> {
  const { count } = (await server.get('/frames/?limit=1')).body as { count: number }
  const from = (await server.get(`/frames/?limit=1&offset=${Math.floor(count * 0.9)}&pagination_style=cursor`))
    .body as { next: string }
  const cursor = new URL(from.next).searchParams.get('cursor')!
  return [
    { name: 'detail', paths: (await publicIds(sql, PATHS)).map((id) => `/frames/${id}/`), roundTrips: 1 },
    { name: 'page of 10', paths: ['/frames/?limit=10'], roundTrips: 1 },
    { name: 'page of 100', paths: ['/frames/'], roundTrips: 1 },
    // a geometry has a time limit of its own, and so a transaction: begin, the limit, the list, commit
    {
      name: 'covers',
      paths: (await centres(sql, PATHS)).map(({ point }) => covers(point)),
      roundTrips: 1,
      index: 'frames_area',
    },
    {
      name: '100 by cursor',
      paths: [`/frames/?cursor=${cursor}&limit=100&pagination_style=cursor`],
      roundTrips: 1,
      index: 'frames_newest',
    },
  ]
}

/** The load comes from a process of its own: it would steal time from this one's measurements otherwise, and the other way round. */
async function loadElsewhere(what: Load): Promise<Loaded> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    fileURLToPath(import.meta.url),
    'load',
    JSON.stringify(what),
  ])
  return JSON.parse(stdout) as Loaded
}

interface Options {
  frames: number
  seconds: number
  concurrency: number
  only: string | undefined
  profile: string | undefined
  workers: number
  beside: string | undefined
}

async function bench({ frames, seconds, concurrency, only, profile, workers, beside }: Options): Promise<void> {
  const database = await startPostgres()
  const closers: (() => Promise<unknown>)[] = [() => database.stop()]
  const say = (line: string) => process.stdout.write(`${line}\n`)
  const close = async () => {
    for (const closer of closers.splice(0)) await closer()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => close().finally(() => process.exit(130)))
  try {
    const url = await database.createDatabase('platestack_bench')
    const sql = poolAt(url, { max: 1 })
    closers.unshift(() => sql.end({ timeout: 5 }))
    await migrate(sql)
    say(`filling in ${frames} frames`)
    await database.psql('platestack_bench', { file: inRepository('test/bench/fill.sql') }, { frames: String(frames) })
    await foldDue(sql)
    await database.psql('platestack_bench', { sql: 'vacuum analyze' })
    const tokens = await tokensOf(sql)

    const wire = await openWire(Number(new URL(url).port))
    const tapped = await startServer(Object.assign(new URL(url), { port: wire.port }).href, [])
    closers.unshift(() => tapped.stop().then(() => wire.close()))
    await checkAnswers(sql, tapped, tokens)
    const cases = (await casesOf(sql, tapped)).filter((c) => only === undefined || c.name === only)
    await checkRoundTrips(
      tapped,
      wire,
      cases.map(({ paths, roundTrips }) => ({ path: paths[0]!, roundTrips })),
      tokens,
    )
    const queries = new Map<string, Sent[]>()
    for (const { name, paths, index } of cases) {
      wire.clear()
      for (const path of paths.slice(0, SAMPLES)) await tapped.get(path)
      const lists = wire.sent.filter(({ text }) => text.includes('from frames f'))
      queries.set(name, lists)
      if (index) await checkPlan(sql, lists[0]!, index)
    }

    say('the answers are right and cost the database no more round trips than they should')

    const profiling = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []
    const server = await startServer(url, profiling, { WORKERS: String(workers) })
    closers.unshift(() => server.stop())
    const other = beside === undefined ? undefined : await startServer(url, [], {}, beside)
    if (other) closers.unshift(() => other.stop())
    const [backend] = await sql`select pg_backend_pid() as pid`
    const postmaster = parentOf(backend!.pid) ?? 0
    say('')
    say(
      row(
        '',
        'archive/s',
        'pgbench/s',
        'ratio',
        'p50 ms',
        'p99 ms',
        'archive cpu ms',
        'database cpu ms',
        ...(other ? ['beside/s', 'beside cpu ms', 'cpu to beside'] : []),
      ),
    )
    for (const { name, paths } of cases) {
      const rounds: { http: Loaded; tps: number; own: number; db: number; beside: number; besideCpu: number }[] = []
      for (let i = 0; i < (other ? 2 * ROUNDS : ROUNDS); i++) {
        const measure = async ({ pid, port }: Server) => {
          const before = [cpuSeconds(pid), cpuSeconds(postmaster)]
          const http = await loadElsewhere({ port, paths, concurrency, seconds })
          const after = [cpuSeconds(pid), cpuSeconds(postmaster)]
          const spent = (k: number) => (1000 * ((after[k] ?? Number.NaN) - (before[k] ?? Number.NaN))) / http.answers
          return { http, own: spent(0), db: spent(1) }
        }
        // who comes second finds the database warm: they take turns at that too
        const first = other && i % 2 ? await measure(other) : undefined
        const here = await measure(server)
        const theirs = first ?? (other && (await measure(other)))
        rounds.push({
          ...here,
          beside: theirs?.http.perSecond ?? Number.NaN,
          besideCpu: theirs?.own ?? Number.NaN,
          tps: await pgbench(
            url,
            queries.get(name)!.map((query) => [query]),
            concurrency,
            seconds,
          ),
        })
      }
      const of = (pick: (r: (typeof rounds)[number]) => number) => median(rounds.map(pick))
      say(
        row(
          name,
          of((r) => r.http.perSecond).toFixed(0),
          of((r) => r.tps).toFixed(0),
          of((r) => r.http.perSecond / r.tps).toFixed(2),
          of((r) => r.http.p50).toFixed(1),
          of((r) => r.http.p99).toFixed(1),
          of((r) => r.own).toFixed(3),
          of((r) => r.db).toFixed(3),
          ...(other
            ? [
                of((r) => r.beside).toFixed(0),
                of((r) => r.besideCpu).toFixed(3),
                of((r) => r.own / r.besideCpu).toFixed(2),
              ]
            : []),
        ),
      )
    }
  } finally {
    await close()
  }
}

const row = (name: string, ...cells: string[]): string =>
  name.padEnd(14) + cells.map((cell) => cell.padStart(cell.length > 12 ? cell.length + 2 : 12)).join('')

async function tokensOf(sql: Pool): Promise<Tokens> {
  const keys = await openKeys(parseConfig({}), sql)
  const root = (await addSuperuser(sql, 'root', '!', ''))!
  return {
    root: await tokenOf(sql, keys, root),
    member: await tokenOf(sql, keys, (await findUserByName(sql, 'member'))!.id),
  }
}

async function main(args: string[]): Promise<void> {
  if (args[0] === 'load') return void process.stdout.write(JSON.stringify(await load(JSON.parse(args[1]!))))
  const { values } = parseArgs({
    args,
    options: {
      frames: { type: 'string', default: '100000' },
      seconds: { type: 'string', default: '4' },
      concurrency: { type: 'string', default: '10' },
      only: { type: 'string' },
      profile: { type: 'string' },
      workers: { type: 'string', default: '1' },
      beside: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return void process.stdout.write(help)
  const number = (name: 'frames' | 'seconds' | 'concurrency' | 'workers', least: number, most: number) => {
    const n = Number(values[name])
    if (!Number.isInteger(n) || n < least || n > most)
      throw new Error(`--${name} is a whole number from ${least} to ${most}`)
    return n
  }
  // below 10000 frames some of the deep pages and rare kinds that the checks look at do not exist
  await bench({
    frames: number('frames', 10_000, 10_000_000),
    seconds: number('seconds', 1, 600),
    concurrency: number('concurrency', 1, 100),
    only: values.only,
    profile: values.profile,
    workers: number('workers', 1, 1000),
    beside: values.beside,
  })
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`bench: ${error.stack}\n`)
  process.exitCode = 1
})
