import { parseArgs } from 'node:util'
import { parseConfig } from '../config/config.ts'
import { partitionFrames } from '../database/migrations/partition.ts'
import { type Command, CommandError, UsageError } from './command.ts'
import { openMigrated } from './open.ts'

export const partition: Command = {
  help: `platestack partition: keep the frames in a table for each year, as archives of some hundred million frames need

Usage: platestack partition [--by year|month]

At first it partitions the table frames by observation_date, and makes the ids of all tables numbers of 64 bits. That writes every row anew, in one
transaction: the archive has to be stopped, or waits; a copy of the tables has to fit on the disk; and interrupted, nothing of it is left.
Afterwards, and at any time, it makes the partitions of this year and the next two where they are missing, moves frames there that came before
their partition did, and brings the planner's statistics up to date. Have cron do that once a month or so.

  --by year|month   how long the time of a partition is [year; later, as the last one]. Each lookup by id or name asks all partitions: prefer years.

There is no way back but to restore a dump. What it costs and what it changes is in docs/scale.md. The database is a PostgreSQL server's,
up to date (platestack migrate), without the old server of an adopted archive (platestack migrate --retire-reference).
`,
  async run(args) {
    const { values } = parseArgs({ args, options: { by: { type: 'string' } } })
    const { by } = values
    if (by !== undefined && by !== 'year' && by !== 'month') throw new UsageError(`--by is year or month, not '${by}'`)
    const config = parseConfig(process.env)
    if (config.database.kind === 'embedded')
      throw new CommandError(
        'the embedded database is not partitioned: archives of that size need a PostgreSQL server; name one by DATABASE_URL',
      )
    const say = (line: string) => void process.stderr.write(`${line}\n`)
    const { writer, close } = await openMigrated(config, say)
    try {
      const { kind, partitions } = await partitionFrames(writer, { by, log: say })
      const [first, last] = [partitions[0]!, partitions.at(-1)!]
      const what = {
        partitioned: 'are partitioned now',
        extended: 'have their new partitions',
        current: 'have all their partitions',
      }[kind]
      process.stdout.write(
        `The frames ${what}: ${partitions.length}, from ${first.starts.slice(0, 10)} up to ${last.ends.slice(0, 10)}, and the default one.\n`,
      )
      return 0
    } finally {
      await close()
    }
  },
}
