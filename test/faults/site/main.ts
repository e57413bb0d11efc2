import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { closingAfter } from '../../bench/closing.ts'
import { killInTurn, type Outcome } from './kills.ts'
import { runPortal } from './portal_process.ts'
import { startSite } from './site.ts'

const help = `npm run faults: what an archive does when its servers die

Usage: npm run faults -- [--away SECONDS] [--steady SECONDS] [--rounds N] [--only NAME]...

Starts an archive with all its servers: PostgreSQL with a streaming replica, RabbitMQ, Memcached, S3, an Observation Portal, nginx. Under steady
reads, writes, downloads and ingest each of them, one worker process and the whole archive are killed in turn (kill -9) and started
again. Errors are allowed, wrong answers are not: afterwards every acknowledged write must be there exactly once, every message delivered,
every file whole. Prints requests, errors, and the seconds from the return of each to the last error.

  --away SECONDS     how long each is away [15]
  --steady SECONDS   how long all is well before the next is killed [10]
  --rounds N         how often each is killed [2]
  --only NAME        only those whose name holds this
`

/** Wrong answers that are shown. */
const SHOWN = 40

const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function main(): Promise<void> {
  const [word, port] = process.argv.slice(2)
  if (word === 'portal') return runPortal(Number(port))
  const { values } = parseArgs({
    options: {
      away: { type: 'string', default: '15' },
      steady: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '2' },
      only: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return void process.stdout.write(help)
  await closingAfter(async (closers) => {
    say('starting PostgreSQL and its replica, RabbitMQ, Memcached, S3, the portal, the archive and nginx')
    const site = await startSite(fileURLToPath(import.meta.url), closers)
    const token = await site.superuser()
    const wanted = site.parts.filter(
      ({ name }) => values.only.length === 0 || values.only.some((o) => name.includes(o)),
    )
    const parts = Array.from({ length: Number(values.rounds) }, () => wanted).flat()
    const times = { steadyMs: 1000 * Number(values.steady), awayMs: 1000 * Number(values.away) }
    const slow: string[] = []
    const { lies, holds } = await killInTurn(site, token, parts, times, (outcome) => {
      say(describe(outcome))
      if (outcome.recovery_s === null) slow.push(outcome.part)
    })
    for (const line of holds) say(`afterwards: ${line}`)
    for (const line of lies.slice(0, SHOWN)) say(`WRONG: ${line}`)
    if (lies.length > SHOWN) say(`and ${lies.length - SHOWN} more`)
    if (lies.length || slow.length)
      throw new Error(`${lies.length} things were wrong; not well again: ${slow.join(', ') || 'none'}`)
    say('no answer was wrong')
  })
}

function describe({ part, requests, errors, recovery_s }: Outcome): string {
  const count = Object.values(errors).reduce((sum, n) => sum + n, 0)
  const kinds = Object.entries(errors).map(([kind, n]) => `${kind} ${n}`)
  const recovered =
    recovery_s === null ? 'NOT WELL again within a minute' : `well ${recovery_s.toFixed(1)} s after its return`
  return `${part}: ${requests} requests, ${count} errors${count ? ` (${kinds.join(', ')})` : ''}, ${recovered}`
}

main().catch((error: Error) => {
  process.stderr.write(`faults: ${error.stack}\n`)
  process.exitCode = 1
})
