import { parseArgs } from 'node:util'
import { parseConfig } from '../config/config.ts'
import { repairRollups } from '../database/migrations/migrate.ts'
import { type Inspected, inspectRollups } from '../queries/rollups/check.ts'
import { type Command, UsageError } from './command.ts'
import { openMigrated } from './open.ts'

export const rollups: Command = {
  help: `platestack rollups: check the counts that are kept of all frames, or count anew

Usage: platestack rollups [--check | --rebuild]

The database keeps counts of frames up to date by triggers, and searches answer from them. Where triggers were off, as in a restore with
pg_restore --disable-triggers or session_replication_role = replica, the counts are wrong from then on.

  --check     compare them with a recount of all frames, and say what differs [this one]
  --rebuild   forget them and count all frames anew: about half a minute a million frames. Meanwhile searches count without them,
              which takes longer. It can be interrupted and run again at any time; platestack migrate finishes it too.

Both run alongside the archive. Exit code 1 when something differs, or when triggers are off.
`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { check: { type: 'boolean', default: false }, rebuild: { type: 'boolean', default: false } },
    })
    if (values.check && values.rebuild) throw new UsageError('give one of --check and --rebuild')
    const config = parseConfig(process.env)
    const warn = (line: string) => void process.stderr.write(`${line}\n`)
    const { writer, close } = await openMigrated(config, warn)
    try {
      if (values.rebuild) await repairRollups(writer, { log: warn })
      const found = await inspectRollups(writer, values.rebuild ? 'state' : 'all')
      const lines = describe(found)
      for (const line of lines) process.stdout.write(`${line}\n`)
      if (lines.length) return 1
      const counted = `${found.folded} frames are counted${found.queued ? `, and ${found.queued} that changed a moment ago are about to be` : ''}`
      process.stdout.write(values.rebuild ? `${counted}.\n` : `${counted}. A recount of all frames gives the same.\n`)
      return 0
    } finally {
      await close()
    }
  },
}

/** What is wrong, a line each. */
function describe({ built, off, frames, counts }: Inspected): string[] {
  const lines: string[] = []
  if (!built) lines.push('The counts are not built: searches count without them.')
  if (frames) lines.push(`${frames} frames are not counted as they are now: they changed while triggers were off.`)
  if (counts) lines.push(`${counts} counts are not those of the frames that they are made of.`)
  if (lines.length) lines.push('platestack rollups --rebuild counts all frames anew.')
  if (off.length)
    lines.push(
      `Triggers are off or missing, and what changes is not counted: ${off.join(', ')}. Enable them first (alter table … enable trigger …), then count anew.`,
    )
  return lines
}
