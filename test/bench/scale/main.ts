import { parseArgs } from 'node:util'
import { closingAfter } from '../closing.ts'
import { benchScale } from './bench.ts'

const help = `npm run bench:scale: what observatories ask of millions of frames, beside what the database alone can do

Usage: npm run bench:scale -- [--frames N] [--growth] [--beside URL] [--seconds S] [--concurrency C] [--rounds R] [--workers N]
                           [--only NAME] [--all] [--check | --unchecked]
       npm run bench:scale -- --database URL [--migrate] [--tenth URL] [...]

Fills a PostgreSQL of its own in the reference archive's tables, adopts it, compares answers with plain SQL as anonymous, a member and a
superuser, and then has wrk ask for hundreds of different pages, details and aggregates without credentials. In turns with it, pgbench
gets the very statements that the archive sends. URLs are signed for S3. Needs wrk, and PostgreSQL's programs.

The columns: requests a second and times of the archive; requests a second of pgbench and the ratio to it; how many times as fast as the
machine of the goals this one is just now; what the reference archive reached there with 2 million frames, the goal, and what is
required: 50 times the reference, or the goal where that is less. Met "here" is a requirement that is met for the speed of this machine.

  --frames N        frames to fill in; 20000 unless given. A million take about two minutes and 1.5 GB
  --growth          fill another database with a tenth of that: two more columns, p50 there, and by what factor it grows
  --beside URL      another archive's base URL, such as the reference's or an older build's, which gets the same requests in the same
                    rounds: four more columns, and how many times as fast this one is
  --database URL    a database of this machine that test/adopt/fill-reference.sql has filled; nothing is written there except by the
                    archive itself. SECRET_KEY is passed on to it
  --migrate         adopt or migrate it first
  --tenth URL       another with a tenth of its frames, for the growth
  --seconds S       each of the rounds of a measurement lasts so long; 4 unless given
  --concurrency C   connections at the same time, and clients of pgbench; 8 unless given
  --workers N       processes of the archive, 1 unless given
  --rounds R        rounds of which the median counts; 3 unless given
  --only NAME       one row of the table
  --all             more rows: ranges of microseconds with filters, facets, excluded types, cursors in each ordering
  --check           end before the measurements
  --unchecked       measure without a check
`

const FRAMES = 20_000
const LEAST_FRAMES = 2000

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      frames: { type: 'string' },
      seconds: { type: 'string', default: '4' },
      concurrency: { type: 'string', default: '8' },
      workers: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '3' },
      database: { type: 'string' },
      tenth: { type: 'string' },
      migrate: { type: 'boolean', default: false },
      growth: { type: 'boolean', default: false },
      beside: { type: 'string' },
      only: { type: 'string' },
      all: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      unchecked: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return void process.stdout.write(help)
  const number = (name: 'frames' | 'seconds' | 'concurrency' | 'rounds' | 'workers', least: number, most: number) => {
    const n = Number(values[name] ?? FRAMES)
    if (!Number.isInteger(n) || n < least || n > most)
      throw new Error(`--${name} is a whole number from ${least} to ${most}`)
    return n
  }
  if (values.database !== undefined && values.frames !== undefined)
    throw new Error('--frames are what --database holds')
  if (values.database !== undefined && values.growth)
    throw new Error('--growth of a given database needs --tenth URL alone')
  if (values.database === undefined && (values.tenth !== undefined || values.migrate))
    throw new Error('--tenth and --migrate go with --database')
  const options = {
    ...values,
    // in fewer some scenarios find nothing
    frames: number('frames', values.growth ? 10 * LEAST_FRAMES : LEAST_FRAMES, 200_000_000),
    seconds: number('seconds', 1, 600),
    concurrency: number('concurrency', 1, 100),
    workers: number('workers', 1, 100),
    rounds: number('rounds', 1, 100),
  }
  await closingAfter((closers) => benchScale(options, (text) => void process.stdout.write(`${text}\n`), closers))
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`bench: ${error.stack}\n`)
  process.exitCode = 1
})
