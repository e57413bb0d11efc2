import type { Command } from './command.ts'

/** How long guide frames are kept, in days. */
const KEPT_DAYS = 365

export const expireguides: Command = {
  help: `platestack expireguides: delete guide frames older than a year, with their files

Usage: platestack expireguides [OPTIONS]

Deletes the frames of configuration type GUIDE that were observed ${KEPT_DAYS} times 24 hours ago or earlier, but for those of the cameras
(instruments) in GUIDE_CAMERAS_TO_PERSIST, which is empty unless it is set. Otherwise as platestack deleteframes, whose --help says how.

  -s, --site CODE   only of this site, in capitals or not; all: of every site [all]
  --dry-run         only say how much that is
  --yes             do not ask
  --json            as of platestack deleteframes

Where there is a terminal it says how much that is, and asks. Where there is none, as in cron, it deletes without --yes, as the
reference archive's expireguideframes did: this is a second name of this command.

Exit code 0: done; 1: stopped, or files wait to be removed, or it failed; 2: wrong command line or configuration.
`,
  async run(args) {
    const [{ readOptions }, { COMMON_FLAGS, runPurge }] = await Promise.all([
      import('./purge/read_options.ts'),
      import('./purge/run.ts'),
    ])
    const { flags, one } = readOptions(args, { flags: COMMON_FLAGS, one: ['site'], many: [], short: { s: 'site' } })
    return runPurge({
      flags,
      unasked: 'done',
      select: async (ago, { expiry: { guideCamerasToPersist: kept } }) => ({
        observedUntil: await ago(KEPT_DAYS),
        includeTypes: ['GUIDE'],
        ...(one.site !== undefined && one.site.toLowerCase() !== 'all' && { site: one.site }),
        ...(kept.length > 0 && { excludeInstruments: kept }),
      }),
    })
  },
}
