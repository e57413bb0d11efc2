import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { inRepository } from '../support/data.ts'
import { startPgbouncer } from '../support/pgbouncer.ts'
import { poolAt } from '../support/pool.ts'
import { freePort, untilOpen } from '../support/ports.ts'
import { startPostgres } from '../support/postgres.ts'
import { launch, stop } from '../support/program.ts'
import { publicIds } from './answers.ts'
import { cpuSeconds } from './cpu.ts'
import { loadByWrk } from './scale/wrk.ts'
import { startServer } from './server.ts'

const help = `npm run bench:edge: details a second of the Worker, beside the Node server

Usage: npm run bench:edge -- [--rounds N] [--seconds S] [--concurrency C]

Fills a PostgreSQL of its own with 20000 synthetic frames and puts a pgbouncer in transaction mode before it. The built Worker runs in
workerd, without wrangler, its Hyperdrive leading to pgbouncer; the Node server, one process, runs behind the same pgbouncer, and once
more straight on PostgreSQL. In each round each has its turn with wrk. Fails where the median of the rounds' ratios of the Worker to the
Node server behind the pooler is less than a third.

  --rounds N        5 unless given
  --seconds S       of a turn; 4 unless given
  --concurrency C   requests at the same time; 16 unless given
`
const LEAST = 1 / 3
const VARIABLES = {
  SECRET_KEY: 'a key of the bench',
  PROCESSED_EXCHANGE_ENABLED: 'False',
  THROTTLE_ANON: '1000000000/day',
  SEARCH_BUDGET_ANON: '1000000000/day',
  FILESTORE_TYPE: 'dummy',
}

/** The built Worker in workerd alone. */
async function startWorkerd(
  folder: string,
  database: URL,
): Promise<{ base: string; pid: number; stop(): Promise<unknown> }> {
  const port = await freePort()
  const built = inRepository('dist/worker')
  const names = (await readdir(built)).filter((name) => name.endsWith('.js'))
  for (const name of names) await symlink(join(built, name), join(folder, name))
  // the first is where it begins
  const modules = ['worker.js', ...names.filter((name) => name !== 'worker.js')].map(
    (name) => `(name = "${name}", esModule = embed "${name}")`,
  )
  const texts = Object.entries(VARIABLES).map(([name, text]) => `(name = "${name}", text = "${text}")`)
  const hyperdrive = `(name = "HYPERDRIVE", hyperdrive = (designator = "database", scheme = "postgresql", user = "postgres",
    password = "none", database = "${database.pathname.slice(1)}"))`
  const file = join(folder, 'config.capnp')
  await writeFile(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "database", external = (address = "${database.host}", tcp = ()))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const main :Workerd.Worker = (
  modules = [${modules.join(', ')}],
  compatibilityDate = "2026-03-01", compatibilityFlags = ["nodejs_compat", "enable_request_signal"],
  bindings = [${[hyperdrive, ...texts].join(', ')}]
);
`,
  )
  const program = inRepository('test/runtimes/programs/node_modules/workerd/bin/workerd')
  const running = launch(program, ['serve', file])
  await untilOpen(port, running.child)
  return { base: `http://127.0.0.1:${port}`, pid: running.child.pid!, stop: () => stop(running) }
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      concurrency: { type: 'string', default: '16' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return void console.log(help)
  const [rounds, seconds, concurrency] = [values.rounds, values.seconds, values.concurrency].map(Number) as [
    number,
    number,
    number,
  ]
  const folder = await mkdtemp(join(tmpdir(), 'platestack-edge-bench-'))
  const ends: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
  try {
    const database = await startPostgres()
    ends.push(() => database.stop())
    const url = await database.createDatabase('archive', 'template')
    await database.psql('archive', { file: inRepository('test/bench/fill.sql') }, { frames: '20000' })
    const sql = poolAt(url)
    const paths = (await publicIds(sql, 500)).map((id) => `/frames/${id}/`)
    await sql.end()
    const pooler = await startPgbouncer(url, 'transaction', 10)
    ends.push(() => pooler.stop())
    const worker = await startWorkerd(folder, new URL(pooler.url('archive')))
    ends.push(() => worker.stop())
    const pooled = await startServer(pooler.url('archive'), [], VARIABLES)
    ends.push(() => pooled.stop())
    const direct = await startServer(url, [], VARIABLES)
    ends.push(() => direct.stop())
    const runs = { worker, pooled, direct }
    const rates: Record<string, number[]> = { worker: [], pooled: [], direct: [] }
    for (let round = 1; round <= rounds; round++) {
      const line: string[] = []
      for (const [name, { base, pid }] of Object.entries(runs)) {
        const before = cpuSeconds(pid) ?? Number.NaN
        const { perSecond, failed } = await loadByWrk(base, paths, { concurrency, seconds })
        // the second that warms up is in it
        const cpu = (1000 * ((cpuSeconds(pid) ?? Number.NaN) - before)) / (perSecond * (seconds + 1))
        if (failed > 0) throw new Error(`${name}: ${failed} requests failed`)
        rates[name]!.push(perSecond)
        line.push(`${name} ${perSecond.toFixed(0)}/s (${cpu.toFixed(2)} ms)`)
      }
      console.log(`round ${round}: ${line.join(', ')}`)
    }
    const ratio = (to: 'pooled' | 'direct') => median(rates.worker!.map((rate, i) => rate / rates[to]![i]!))
    console.log(
      `the Worker has ${ratio('pooled').toFixed(2)} of Node's details a second behind the pooler, ${ratio('direct').toFixed(2)} of those without one`,
    )
    if (ratio('pooled') < LEAST) process.exitCode = 1
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

await main()
