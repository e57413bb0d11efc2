import type { Command } from './command.ts'

export const importFrames: Command = {
  help: `platestack import: take over another archive's frames

Usage: platestack import [OPTIONS] https://archive.example/
       platestack import [OPTIONS] --database postgres://USER@HOST/DATABASE

Reads frames with their headers, links, thumbnails and versions from the reference archive or another Platestack, brings their files
into the store here (FILESTORE_TYPE), checks that each is whole and has the MD5 that the source says, and then records it; never a
record before its file. Frames keep their basenames and all that the source says of them, the public date above all: no frame becomes
public by being taken over. They get ids of this archive's own. What is here already is not fetched again. However a run ends, run the
same again: it goes on where it was.

From where:
  --token TOKEN       for the source's API; others on this machine can see it here, and not in the environment or a file [IMPORT_TOKEN]
  --token-file FILE   a file that holds it. Without a token what is public is taken over, with one what its user may see
  --database URL      read the source's database in place of its API; it is only read [IMPORT_DATABASE_URL]
  --files-dir DIR     with --database: the directory of its files
  --bucket NAME       with --database: their bucket, reached as the own one (AWS_..., S3_...) or by IMPORT_S3_ENDPOINT_URL,
                      IMPORT_AWS_ACCESS_KEY_ID, IMPORT_AWS_SECRET_ACCESS_KEY, IMPORT_AWS_DEFAULT_REGION

Where to:
  --api-root URL      an archive's API [API_ROOT, else the configured database]
  --auth-token TOKEN  a superuser's token for it [AUTH_TOKEN]

What:
  --filter NAME=VALUE a filter of GET /frames/, such as site_id=cpt; several may be given
  --start TIME, --end TIME, --proposal ID
                      the same for the filters start, end and proposal_id
  --files copy|none   none: records only, with the keys that the source has. Right only where this archive is configured for the very
                      bucket or directory of the source, since nothing else holds the files that the records name [copy]
  --newest-only       of each frame only its newest version
  --limit N           N frames, and no more

How:
  --since-last        what came or changed at the source since the last run that came to its end; the first such run takes over all.
                      For a mirror, from cron. The reference's API does not say what changed: of it only new frames are seen
  --from-start        begin again, in place of going on
  --announce          announce the frames on the exchange, as new ones are; otherwise pipelines hear nothing of them
  --dry-run           tell what would be taken over, and write nothing
  --verify            compare what is here with the source, frame by frame, and change nothing
  --concurrency N     requests to the source at once [16]
  --rate N            requests to the source a second, at most
  --retry-for MINUTES how long source, archive and store are waited for while they cannot be reached [30]
  --json              a JSON line for each frame on standard output: basename, outcome (created, new_version, updated, already_there,
                      failed, stopped), id, source_id, bytes, reason; with --verify basename, field, source, here. The summary goes to
                      standard error then

Exit code 0: all is here; 1: some frames failed, listed with the reason (the next run tries them again), or with --verify something
differs; 2: wrong command line or configuration; 130 and 143: ended by Ctrl-C or SIGTERM. At the first of these what is under way is
given up cleanly, at the second the process ends at once.

Examples:
  IMPORT_TOKEN=... platestack import https://archive.example/
  platestack import --since-last --proposal KEY2014A-002 --token-file /etc/platestack/token https://archive.example/
  platestack import --database postgres://reader@db.example/archive --bucket old-archive
`,
  async run(args) {
    const { runImportCommand } = await import('./import/run_import.ts')
    return runImportCommand(args)
  },
}
