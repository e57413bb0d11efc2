import { parseArgs } from 'node:util'
import type { Choice } from '../queries/verifications/records.ts'
import { parseBodyDate, parseBodyDateTime } from '../schemas/dates.ts'
import { type Command, UsageError } from './command.ts'

export const verify: Command = {
  help: `platestack verify: compare the stored files with their records

Usage: platestack verify [--budget BYTES] [OPTIONS]

Reads files from the store and compares their size, MD5 and CRC-32 with their records: first those never read, then those whose last reading is
longest ago. With --budget each run, for instance every night, verifies a share of the archive and the next one continues, round and round. It
can be stopped at any time, and several may run at once. Sizes and CRC-32s that are not recorded yet are filled in, as by platestack checksum.
Findings are printed, kept until the file is right again, and shown in metrics; platestack repair says what to do about them. With a PostgreSQL
server it runs alongside the archive; with the embedded database, stop the archive first.

How much:
  --budget BYTES      read no more than this in this run, for instance 500GB or 1TiB [all files, once]
  --rate BYTES        read no more than this per second, for instance 20M [as fast as it goes]
  --concurrency N     files read at a time [4]
  --quick             read nothing: ask the store whether each file is there and has the right size; on S3, by its ETag, the right MD5.
                      It keeps its own round, and files do not count as verified

Which files, instead of the next share:
  --basename NAME     files of this frame; may be given several times
  --site SITE         files of this site
  --day YYYY-MM-DD    files of this observing day
  --since TIME        versions stored since then, in UTC: 2024-01-31 or 2024-01-31T10:00
  --until TIME        versions stored before then
  --found             files with a finding, for instance after they were put back by hand

Or:
  --orphans           list files in the store that have no record and are older than a day. Nothing is deleted

  --json              JSON lines on standard output: {"type": "finding", …} or {"type": "orphan", …} each, at last {"type": "summary", …}

k, M, G and T are powers of 1000, ki, Mi, Gi and Ti of 1024, with or without a B.

Exit code 0: nothing is wrong; 1: something is, or the store or the database is unavailable (then nothing is said about files that could not be
read), or it was stopped; 2: wrong command line or configuration.

Examples:
  platestack verify --budget 1TiB --rate 100M
  platestack verify --site cpt --day 2024-01-31
  platestack verify --quick
`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        budget: { type: 'string' },
        rate: { type: 'string' },
        concurrency: { type: 'string', default: '4' },
        quick: { type: 'boolean', default: false },
        basename: { type: 'string', multiple: true },
        site: { type: 'string' },
        day: { type: 'string' },
        since: { type: 'string' },
        until: { type: 'string' },
        found: { type: 'boolean', default: false },
        orphans: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    const choice = parseChoice(values)
    if (values.found && choice) throw new UsageError('give --found, or which files, but not both')
    const { parseBytes } = await import('./sizes.ts')
    const { parseConcurrency, parseRate } = await import('./reading.ts')
    const budget =
      values.budget === undefined
        ? null
        : parseBytes(values.budget, '--budget', 'a number of bytes, for instance 500GB or 1TiB')
    if (values.quick && budget !== null) throw new UsageError('--quick reads nothing: it takes no --budget')
    const options = {
      budget,
      rate: parseRate(values.rate),
      concurrency: parseConcurrency(values.concurrency),
      reading: values.quick ? ('quick' as const) : ('whole' as const),
      only: values.found ? ('found' as const) : choice,
      json: values.json,
    }
    if (!values.orphans) return (await import('./verify/verify_files.ts')).runVerify(options)
    const others = args.filter((arg) => arg.startsWith('--') && arg !== '--orphans' && arg !== '--json')
    if (others.length) throw new UsageError(`--orphans looks at all that is stored: it takes no ${others[0]}`)
    return (await import('./verify/list_orphans.ts')).runOrphans(values.json)
  },
}

interface Chosen {
  basename?: string[] | undefined
  site?: string | undefined
  day?: string | undefined
  since?: string | undefined
  until?: string | undefined
}

/** Which files are chosen; null: none in particular. */
function parseChoice({ basename, site, day, since, until }: Chosen): Choice | null {
  if ([...(basename ?? []), site].some((value) => value?.trim() === ''))
    throw new UsageError('--basename and --site need a value')
  const choice: Choice = {
    ...(basename && { basenames: basename }),
    ...(site !== undefined && { site }),
    ...(day !== undefined && { day: parseDay(day) }),
    ...(since !== undefined && { since: parseTime(since, '--since') }),
    ...(until !== undefined && { until: parseTime(until, '--until') }),
  }
  if (choice.since !== undefined && choice.until !== undefined && Date.parse(choice.since) >= Date.parse(choice.until))
    throw new UsageError(`no time lies between --since ${since} and --until ${until}`)
  return Object.keys(choice).length ? choice : null
}

function parseDay(text: string): string {
  const day = parseBodyDate(text)
  if (day === null) throw new UsageError('--day is an observing day, for instance 2024-01-31')
  return day
}

function parseTime(text: string, option: string): string {
  const day = parseBodyDate(text)
  const time = day === null ? parseBodyDateTime(text) : `${day}T00:00:00Z`
  if (time === null) throw new UsageError(`${option} is a time in UTC, for instance 2024-01-31 or 2024-01-31T10:00`)
  return time
}
