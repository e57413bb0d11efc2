import type { Command } from './command.ts'

export const importFrames: Command = {
  help: `platestack import: import another archive's frames

Usage: platestack import [OPTIONS] https://archive.example/
       platestack import [OPTIONS] --database postgres://USER@HOST/DATABASE

Reads frames with their headers, links, thumbnails and versions from the reference archive or another Platestack, brings their files
into the store here (FILESTORE_TYPE), checks that each is complete and has the source's MD5, and then records it; never a record
before its file. Frames keep their basenames and everything else that the source says about them, above all the public date: no frame
becomes public by being imported. They get new ids. What is already here is not fetched again. However a run ends, run the same command
again: it continues where it was.

From where:
  --token TOKEN       for the source's API; better in the environment or a file, since others on this machine can see the command line [IMPORT_TOKEN]
  --token-file FILE   a file that contains it. Without a token only public frames are imported, with one all that its user may see
  --database URL      read the source's database instead of its API; nothing is written to it [IMPORT_DATABASE_URL]
  --files-dir DIR     with --database: the directory of its files
  --bucket NAME       with --database: their bucket, reached like this archive's (AWS_..., S3_...) or by IMPORT_S3_ENDPOINT_URL,
                      IMPORT_AWS_ACCESS_KEY_ID, IMPORT_AWS_SECRET_ACCESS_KEY, IMPORT_AWS_DEFAULT_REGION

Where to:
  --api-root URL      an archive's API [API_ROOT, else the configured database]
  --auth-token TOKEN  a superuser's token for it [AUTH_TOKEN]

What:
  --filter NAME=VALUE a filter of GET /frames/, such as site_id=cpt; several may be given
  --start TIME, --end TIME, --proposal ID
                      the same for the filters start, end and proposal_id
  --files copy|none   none: records only, with the source's keys. Use it only if this archive is configured for the same bucket or
                      directory as the source, since nothing else has the files that the records name [copy]
  --newest-only       only the newest version of each frame
  --limit N           at most N frames

How:
  --since-last        only what was added or changed at the source since the last complete run; the first such run imports all.
                      For a mirror, from cron. The reference's API does not say what changed: from it only new frames are seen
  --from-start        start again from the beginning instead of continuing
  --announce          announce the frames on the exchange like new ones; by default they are not announced
  --dry-run           say what would be imported, and write nothing
  --verify            compare what is here with the source, frame by frame, and change nothing
  --concurrency N     requests to the source at once [16]
  --rate N            requests to the source a second, at most
  --retry-for MINUTES how long to wait while the source, archive or store cannot be reached [30]
  --json              a JSON line for each frame on standard output: basename, outcome (created, new_version, updated, already_there,
                      failed, stopped), id, source_id, bytes, reason; with --verify basename, field, source, here. The summary goes to
                      standard error then

Exit code 0: all is here; 1: some frames failed, listed with the reason (the next run tries them again), or with --verify something
differs; 2: wrong command line or configuration; 130 and 143: ended by Ctrl-C or SIGTERM. The first of these cancels the
work in progress cleanly, the second ends the process at once.

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
