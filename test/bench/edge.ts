import { parseArgs } from 'node:util'
import { inRepository } from '../support/data.ts'
import { startPgbouncer } from '../support/pgbouncer.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres } from '../support/postgres.ts'
import { prepareWorkerd } from '../support/workerd.ts'
import { compareAnswers } from './alike.ts'
import { publicIds } from './answers.ts'
import { cpuSeconds } from './cpu.ts'
import { median } from './median.ts'
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
/** How many answers are compared first. */
const COMPARED = 20
const VARIABLES = {
  SECRET_KEY: 'a key of the bench',
  PROCESSED_EXCHANGE_ENABLED: 'False',
  THROTTLE_ANON: '1000000000/day',
  SEARCH_BUDGET_ANON: '1000000000/day',
  FILESTORE_TYPE: 'dummy',
}

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
  const ends: (() => unknown)[] = []
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
    const built = prepareWorkerd({ folder: inRepository('dist/worker') }, VARIABLES, new URL(pooler.url('archive')))
    ends.push(built.remove)
    const workerd = await built.start()
    ends.push(workerd.stop)
    const worker = { base: `http://127.0.0.1:${workerd.port}`, pid: workerd.pid }
    const pooled = await startServer(pooler.url('archive'), [], VARIABLES)
    ends.push(() => pooled.stop())
    const direct = await startServer(url, [], VARIABLES)
    ends.push(() => direct.stop())
    const runs = { worker, pooled, direct }
    const servers = Object.entries(runs).map(([name, { base }]) => ({ name, url: base }))
    await compareAnswers(servers, paths.slice(0, COMPARED))
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
