import { readdirSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { addressOf, launchOn, RUNTIMES, type Runtime } from '../runtimes/runtimes.ts'
import { inRepository } from '../support/data.ts'
import { startWorkerd } from '../support/edge.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres } from '../support/postgres.ts'
import { stop } from '../support/program.ts'
import { compareAnswers } from './alike.ts'
import { publicIds } from './answers.ts'
import { parentOf } from './cpu.ts'
import { median } from './median.ts'
import { loadByWrk } from './scale/wrk.ts'

const help = `npm run bench:runtimes: how fast the archive answers on each runtime, beside Node 20

Usage: npm run bench:runtimes -- [--frames N] [--seconds S] [--rounds N] [--only NAME]...

Fills a PostgreSQL of its own, starts the archive on every runtime, checks that all answer alike, and then asks each in turn. Gives
requests a second (median of the rounds), their ratio to the first runtime's in the same round, and the memory of all its processes
(workerd with Miniflare, which starts it).

  --frames N    frames to fill in; 20000 unless given
  --seconds S   each measurement lasts so long; 4 unless given
  --rounds N    rounds; 3 unless given
  --only NAME   these runtimes alone, of ${[...Object.keys(RUNTIMES), 'workerd'].join(', ')}
`
const CONCURRENCY = 10
/** How many different requests a row asks for. */
const PATHS = 200
/** How many of them are compared. */
const COMPARED = 20

interface Server {
  name: string
  url: string
  pid: number
  stop(): Promise<unknown>
}

/** The same for all. URLs are signed for an S3 that nothing of this asks. */
const VARIABLES = {
  SECRET_KEY: 'a key of the benchmark',
  FILESTORE_TYPE: 's3',
  BUCKET: 'frames',
  S3_ENDPOINT_URL: 'http://127.0.0.1:9',
  S3_ADDRESSING_STYLE: 'path',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'key',
  AWS_SECRET_ACCESS_KEY: 'secret',
  PROCESSED_EXCHANGE_ENABLED: 'False',
  THROTTLE_ANON: '1000000000/day',
  SEARCH_BUDGET_ANON: '1000000000/day',
}

async function start(name: string, database: string): Promise<Server> {
  if (name === 'workerd') {
    const edge = await startWorkerd({ hyperdrive: database, variables: VARIABLES })
    return { name, url: edge.url, pid: edge.running.child.pid!, stop: edge.stop }
  }
  const env = { ...VARIABLES, DATABASE_URL: database, PORT: '0' }
  const running = launchOn(name as Runtime, ['serve'], { env })
  return { name, url: await addressOf(running), pid: running.child.pid!, stop: () => stop(running) }
}

/** Megabytes that a process and those that it has started have in memory. */
function memory(pid: number): number {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  return all.filter((name) => parentOf(Number(name)) === pid).reduce((sum, name) => sum + memory(Number(name)), rss)
}

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '20000' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', multiple: true, default: [...Object.keys(RUNTIMES), 'workerd'] },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) process.stdout.write(help)
else await run()

async function run(): Promise<void> {
  const database = await startPostgres()
  const servers: Server[] = []
  try {
    const url = await database.createDatabase('platestack_bench', 'template')
    await database.psql('platestack_bench', { file: inRepository('test/bench/fill.sql') }, { frames: values.frames })
    const sql = poolAt(url)
    const details = (await publicIds(sql, PATHS)).map((id) => `/frames/${id}/`)
    await sql.end()
    const lists = Array.from({ length: PATHS }, (_, i) => `/frames/?limit=5&offset=${5 * i}`)
    for (const name of values.only) servers.push(await start(name, url))
    await compareAnswers(servers, [...details.slice(0, COMPARED), ...lists.slice(0, COMPARED)])
    const cases = Object.entries({ details, lists })
    const rates = new Map(servers.map(({ name }) => [name, cases.map((): number[] => [])]))
    for (let round = 0; round < Number(values.rounds); round++)
      for (const server of servers)
        for (const [i, [what, paths]] of cases.entries()) {
          const load = { concurrency: CONCURRENCY, seconds: Number(values.seconds) }
          const { perSecond, failed } = await loadByWrk(server.url, paths, load)
          if (failed > 0) throw new Error(`${server.name} refused ${failed} requests for ${what}`)
          rates.get(server.name)![i]!.push(perSecond)
        }
    const first = rates.get(servers[0]!.name)!
    for (const { name, pid } of servers) {
      const cells = cases.map(([what], i) => {
        const own = rates.get(name)![i]!
        const ratio = median(own.map((rate, round) => rate / first[i]![round]!))
        return `${what} ${median(own).toFixed(0).padStart(5)} (${ratio.toFixed(2)})`
      })
      process.stdout.write(`${name.padEnd(8)} ${cells.join('   ')}   ${memory(pid).toFixed(0).padStart(4)} MB\n`)
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    await database.stop()
  }
}
