import type { Command } from './command.ts'

/** How long guide frames are kept, in days. */
const KEPT_DAYS = 365

export const expireguides: Command = {
  help: `platestack expireguides: delete guide frames older than a year, with their files

Usage: platestack expireguides [OPTIONS]

Deletes the frames of configuration type GUIDE that were observed ${KEPT_DAYS} times 24 hours ago or earlier, except those of the cameras
(instruments) in GUIDE_CAMERAS_TO_PERSIST, which is empty by default. It works as platestack deleteframes does; see its --help.

  -s, --site CODE   only of this site, in upper or lower case; all: of every site [all]
  --dry-run         only say how much would be deleted
  --yes             do not ask
  --json            as of platestack deleteframes

On a terminal it says how much matches, and asks. Without one, as in cron, it deletes without --yes, as the reference archive's
expireguideframes does; that name works for this command too.

Exit code 0: done; 1: stopped, or files are waiting to be removed, or it failed; 2: wrong command line or configuration.
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
