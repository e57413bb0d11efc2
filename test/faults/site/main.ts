import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { closingAfter } from '../../bench/closing.ts'
import { CROWDS, type Crowd, type CrowdOutcome, runCrowd, withstand } from './crowds.ts'
import { killInTurn, type Outcome } from './kills.ts'
import { runPortal } from './portal_process.ts'
import { introduce, makeKnown } from './records.ts'
import { startSite } from './site.ts'

const help = `npm run faults: what an archive does when its servers die

Usage: npm run faults -- [--short] [--away SECONDS] [--steady SECONDS] [--rounds N] [--crowd SECONDS] [--only NAME]...

Starts an archive with all its servers: PostgreSQL with a streaming replica, RabbitMQ, Memcached, S3, an Observation Portal, nginx. Under steady
reads, writes, downloads and ingest each of them, one worker process and the whole archive are killed in turn (kill -9) and started
again. Errors are allowed, wrong answers are not: afterwards every acknowledged write must be there exactly once, every message delivered,
every file whole. Prints requests, errors, and the seconds from the return of each to the last error.

Then crowds come, through nginx and to the archive itself: 10 000 slow clients, 1000 stalled downloads, a flood of aggregates and one of wrong
passwords. Somebody else's details must take less than 100 ms at the median meanwhile, and the archive's memory must stay bounded.

  --away SECONDS     how long each is away [15]
  --steady SECONDS   how long all is well before the next is killed [10]
  --rounds N         how often each is killed [2]
  --crowd SECONDS    how long each crowd stays [30]
  --short            a minute's worth of it: one round of a second each, a tenth of the crowds, of whom memory and leaks are judged
                     but not what details took, since others may use the machine
  --only NAME        only those parts and crowds whose name holds this
`

/** Wrong answers that are shown. */
const SHOWN = 40
/** What details may take at the median while a crowd is there, and the memory that the archive may take for it. */
const MOST_MS = 100
const MOST_MB = 500

const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function main(): Promise<void> {
  const [word, port] = process.argv.slice(2)
  if (word === 'portal') return runPortal(Number(port))
  if (word === 'crowd') return runCrowd()
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      away: { type: 'string' },
      steady: { type: 'string' },
      rounds: { type: 'string' },
      crowd: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return void process.stdout.write(help)
  const { short } = values
  const unlessGiven = (given: string | undefined, otherwise: number) =>
    given === undefined ? otherwise : Number(given)
  const rounds = unlessGiven(values.rounds, short ? 1 : 2)
  const forMs = 1000 * unlessGiven(values.crowd, short ? 3 : 30)
  const times = {
    steadyMs: 1000 * unlessGiven(values.steady, short ? 0.5 : 10),
    awayMs: 1000 * unlessGiven(values.away, short ? 1 : 15),
  }
  await closingAfter(async (closers) => {
    say('starting PostgreSQL and its replica, RabbitMQ, Memcached, S3, the portal, the archive and nginx')
    const program = fileURLToPath(import.meta.url)
    const site = await startSite(program, closers)
    const token = await site.superuser()
    await introduce(site)
    const known = await makeKnown(site, token)
    const isWanted = (name: string) => values.only.length === 0 || values.only.some((o) => name.includes(o))
    const wanted = site.parts.filter(({ name }) => isWanted(name))
    const parts = Array.from({ length: rounds }, () => wanted).flat()
    const failed: string[] = []
    const { lies, holds } = await killInTurn(site, token, known, parts, times, (outcome) => {
      say(describe(outcome))
      if (outcome.recovery_s === null) failed.push(`${outcome.part} did not become well again`)
    })
    for (const line of holds) say(`afterwards: ${line}`)
    for (const line of lies.slice(0, SHOWN)) say(`WRONG: ${line}`)
    if (lies.length > SHOWN) say(`and ${lies.length - SHOWN} more`)
    for (const through of short ? (['archive'] as const) : (['nginx', 'archive'] as const))
      for (const [crowd, most] of Object.entries(CROWDS) as [Crowd, number][]) {
        if (!isWanted(crowd)) continue
        const size = short ? most / 10 : most
        const outcome = await withstand(site, program, crowd, { size, through, forMs }, known)
        say(describeCrowd(outcome))
        failed.push(...faultsOf(outcome, short))
      }
    if (lies.length || failed.length) throw new Error(`${lies.length} answers were wrong; ${failed.join('; ')}`)
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

const describeCrowd = ({ where, crowd, size, details, refused, median_ms, archiveMb }: CrowdOutcome): string =>
  `${size} ${crowd} at ${where}: ${details} details, ${refused} refused, ${median_ms.toFixed(1)} ms at the median; the archive took ${archiveMb} MB more`

/** What a crowd must not do. */
function faultsOf(outcome: CrowdOutcome, short: boolean): string[] {
  const { where, crowd, details, refused, median_ms, archiveMb, leaks } = outcome
  const faults: string[] = []
  const say = (what: string) => faults.push(`${crowd} at ${where}: ${what}`)
  if (!short && !(median_ms < MOST_MS)) say(`details took ${median_ms.toFixed(0)} ms at the median`)
  if (!short && refused > details / 20) say(`${refused} of ${details + refused} details were refused`)
  if (archiveMb > MOST_MB) say(`the archive took ${archiveMb} MB more`)
  if (leaks) say(`${leaks} answers showed what is proprietary`)
  return faults
}

// what was under way may go on for as long as it likes
main().catch((error: Error) => process.stderr.write(`faults: ${error.stack}\n`, () => process.exit(1)))
