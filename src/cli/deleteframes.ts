import type { Command } from './command.ts'

export const deleteframes: Command = {
  help: `platestack deleteframes: delete frames, with their files

Usage: platestack deleteframes OPTIONS

Deletes all frames that meet every option that is given, with their versions, headers, thumbnails and links, then their stored files.
At least one option has to be given that is not --exclude-….

  --days-old N              observed more than N times 24 hours ago; N is 1 or more
  --start DAY, --end DAY    whose observing day lies after --start and before --end, neither of which belongs to it: --start 2023-12-31
                            --end 2024-02-01 is January. They go together, and not with --days-old. Frames without an observing
                            day are in no such range
  --reduction-level N       of this level; 0 is raw
  --request-id N            of this request
  --observation-id N        of this observation
  --site CODE               of this site, in capitals or not
  --telescope CODE          of this telescope, in capitals or not
  --include-types TYPE...         of one of these configuration types; several values after one option: --include-types BIAS DARK
  --exclude-types TYPE...         of none of these
  --include-proposals ID...       of one of these proposals
  --exclude-proposals ID...       of none of these
  --include-instruments CODE...   of one of these instruments
  --exclude-instruments CODE...   of none of these. Types, proposals and instruments are compared as they are written

  --dry-run   only say how much that is
  --yes       do not ask; needed where there is no terminal, as in cron
  --json      one JSON object on standard output: dry_run, matched (frames, files, bytes, unknown_sizes; null: not counted),
              deleted (the same), stopped, left (the same, when stopped), files_waiting. Needs --dry-run or --yes

Before it deletes it says how many frames and bytes that is, and asks. Bytes are those of the versions' recorded sizes: "at least", where
some are not known, or there are thumbnails.

Rows go first, 1000 frames a transaction, then their files; each frame is looked at once more as it is locked, so that one that was changed
meanwhile stays. A file that the store does not remove is kept on a list, which the running archive goes on with, and this command when
it is run again. Ctrl-C ends after the batch in hand; a second one at once. Whatever ended it, run it again for the rest. It may run
beside the archive, and several times at once; with an embedded database, while the archive is stopped. FILESTORE_TYPE, and what goes
with it, has to be set as for the archive.

Exit code 0: done; 1: stopped, or files wait to be removed, or it failed; 2: wrong command line or configuration.

Examples:
  platestack deleteframes --days-old 90 --include-types GUIDE --dry-run
  platestack deleteframes --start 2019-12-31 --end 2021-01-01 --site ogg --exclude-proposals calibrate --yes
`,
  async run(args) {
    const [{ readOptions }, { readCriteria, SELECTING }, { COMMON_FLAGS, runPurge }] = await Promise.all([
      import('./purge/read_options.ts'),
      import('./purge/selection.ts'),
      import('./purge/run.ts'),
    ])
    const options = readOptions(args, { flags: COMMON_FLAGS, ...SELECTING })
    const { selection, daysOld } = readCriteria(options)
    return runPurge({
      flags: options.flags,
      unasked: 'refused',
      select: async (ago) => ({ ...selection, ...(daysOld !== null && { observedBefore: await ago(daysOld) }) }),
    })
  },
}
