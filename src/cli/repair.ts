import { parseArgs } from 'node:util'
import { type Command, UsageError } from './command.ts'
import { parseBucket } from './verify/bucket_copies.ts'

export const repair: Command = {
  help: `platestack repair: what platestack verify found, and what to do about it

Usage: platestack repair [--from COPIES] [--records] [--basename NAME] [--json | --paths]

Without options it lists the open findings, with the commands that help; nothing is changed.

  --from COPIES     put missing and damaged files back from copies that have the recorded MD5 and size. COPIES is a directory with any
                    layout (files are found in it by name), or s3://BUCKET or s3://BUCKET/PREFIX at the
                    same S3 server. Every file is verified before and afterwards
  --records         record the size and CRC-32 anew of files whose MD5 is the recorded one
  --basename NAME   only findings about this frame; may be given several times
  --paths           print only the paths of missing and damaged files, for rsync --files-from=-
  --json            JSON lines on standard output: {"type": "finding", …} each, with "todo", or with --from and --records "outcome" (repaired, well,
                    left) and "detail"; at last {"type": "summary", …}

On S3 a file that is put back becomes a new version of its object: the record gets the new VersionId, and the damaged object version is removed.
Older versions of a frame's file are not put back there.

Exit code 0: no finding is open any more; 1: some are, or the store or the database is unavailable; 2: wrong command line or configuration.

Examples:
  platestack repair
  platestack repair --from /mnt/site/fits
  platestack repair --paths | rsync -a --files-from=- backup:/archive/ /tmp/copies/ ; platestack repair --from /tmp/copies
`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        from: { type: 'string' },
        records: { type: 'boolean', default: false },
        basename: { type: 'string', multiple: true },
        paths: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    const { from, records, basename, paths, json } = values
    if (basename?.some((name) => name.trim() === '')) throw new UsageError('--basename needs a value')
    if (paths && (json || from !== undefined || records))
      throw new UsageError('--paths only prints paths: give nothing else with it')
    const bucket = /^s3:/.test(from ?? '') ? parseBucket(from!) : null
    const { runRepair } = await import('./verify/repair_files.ts')
    return runRepair({
      from: from === undefined ? null : (bucket ?? from),
      records,
      basenames: basename ?? null,
      paths,
      json,
    })
  },
}
