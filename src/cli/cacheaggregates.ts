import { parseArgs } from 'node:util'
import type { Command } from './command.ts'

const ANSWER =
  "Nothing to do: facets come from counts that are kept with the frames, and are always current. This command exists so that the reference archive's cron lines keep working."

export const cacheaggregates: Command = {
  help: `platestack cacheaggregates: do nothing, for cron lines of the reference archive

Usage: platestack cacheaggregates [--json]

The reference archive has to fill a cache with the facets of all frames now and then. Here facets come from counts that the database
keeps (platestack rollups), so this changes nothing, opens nothing, and ends with exit code 0.

  --json   one JSON object on standard output: changed (false), message
`,
  async run(args) {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false } } })
    process.stdout.write(values.json ? `${JSON.stringify({ changed: false, message: ANSWER })}\n` : `${ANSWER}\n`)
    return 0
  },
}
