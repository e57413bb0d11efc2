import type { Command } from './command.ts'

export const deleteframes: Command = {
  help: `platestack deleteframes: delete frames, with their files

Usage: platestack deleteframes OPTIONS

Deletes the frames that match all options given, with their versions, headers, thumbnails and links, then their stored files.
At least one option other than --exclude-… is required.

  --days-old N              observed more than N times 24 hours ago; N is 1 or more
  --start DAY, --end DAY    with an observing day after --start and before --end, both exclusive: --start 2023-12-31 --end 2024-02-01
                            is January. Both must be given, without --days-old. Frames without an observing day are in no
                            such range
  --reduction-level N       with this reduction level; 0 is raw
  --request-id N            of this request
  --observation-id N        of this observation
  --site CODE               of this site, in upper or lower case
  --telescope CODE          of this telescope, in upper or lower case
  --include-types TYPE...         of one of these configuration types; several values after one option: --include-types BIAS DARK
  --exclude-types TYPE...         of none of these
  --include-proposals ID...       of one of these proposals
  --exclude-proposals ID...       of none of these
  --include-instruments CODE...   of one of these instruments
  --exclude-instruments CODE...   of none of these. Types, proposals and instruments are case-sensitive

  --dry-run   only say how much would be deleted
  --yes       do not ask; needed where there is no terminal, as in cron
  --json      one JSON object on standard output: dry_run, matched (frames, files, bytes, unknown_sizes; null: not counted),
              deleted (the same), stopped, left (the same, when stopped), files_waiting. Needs --dry-run or --yes

Before deleting it says how many frames and bytes match, and asks. Bytes are the recorded sizes of versions: "at least" if some are not known,
or if there are thumbnails.

Rows are deleted first, 1000 frames per transaction, then their files; each frame is checked again once it is locked, so that one that has
changed and no longer matches is kept. Files that the store fails to remove are kept on a list: the running archive tries them again, and so does
this command when it is run again. Ctrl-C stops after the current batch; a second one at once. Whatever ended it, run it again for the rest. It
may run beside the archive, and several at once; with the embedded database, stop the archive first. FILESTORE_TYPE and its settings must
be the archive's.

Exit code 0: done; 1: stopped, or files are waiting to be removed, or it failed; 2: wrong command line or configuration.

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
