import type { Command } from './command.ts'

export const ingest: Command = {
  help: `platestack ingest: put files into an archive

Usage: platestack ingest [OPTIONS] PATH...

Reads what a file says of its observation, stores the file where the archive keeps its files (FILESTORE_TYPE), checks that it
arrived whole, and tells the archive of it. A file whose content the archive has is not sent again: whatever the reason that a run ended
early, run it again and it goes on where it was. Runs into a bucket are noted in PLATESTACK_DATA_DIR until they end: what one
uploaded and did not record is removed by the next. The headers to go by, and all else, are configured by the environment:
platestack serve --help lists the variables under Ingest.

A PATH is a file, a folder (with all below it), a pattern in quotes ('*', '?', '[a-z]', '**' for any folders, '{a,b}'), or - for a list on
standard input, one path a line. Of folders and patterns those files are taken that have a file class (.fits, .fits.fz, .tar.gz,
.pdf, .jpg, .jpeg and what FILETYPE_MAPPING_OVERRIDES adds); hidden files, *.part, *.tmp and *~ are not.

Where to:
  --api-root URL      an archive's API [API_ROOT, else the configured database]
  --auth-token TOKEN  a superuser's token for it; others on this machine can see it here and not in the environment [AUTH_TOKEN]

What of:
  --metadata FILE     a JSON object of header keywords for files without headers (PDF, JPEG), for all files of the run; or an object of
                      file names (or basenames) with one such object each. FILE.json beside a FILE is read without being asked
                      for, and wins over this; both win over a FITS file's headers
  -0, --null          paths on standard input end with NUL, as find -print0 writes them

How:
  --dry-run           read and derive everything, send and store nothing; needs no database
  --check-only        only tell whether the archive has the content of each file; exit code 0 when it has all of them
  --watch             go on watching folders for new files, until Ctrl-C or SIGTERM. A file is taken when it has not changed for a while;
                      one that seems to be cut short then is given a minute more
  --settle SECONDS    how long that while is [5]
  --retry-for MINUTES how long to go on trying while the archive, the store or the portal cannot be reached [30]
  --concurrency N     files worked on at a time [160], of those above 8 MB no more than 8
  --json              a JSON line for each file on standard output: file, outcome (created, version_added, already_there, ignored, refused,
                      failed, stopped), id, url, reason, header, warnings; with --dry-run file, class, path, content_type, md5, extension,
                      observation_end, record, warnings, or file, error, header; with --check-only file, md5, there, id, reason.
                      The summary goes to standard error then

Exit code 0: all is in (new, a new version, there already, or to be left alone by IGNORED_CHARS); 1: some is not, listed at the end with file,
header and reason, or standard output cannot be written to; 2: wrong command line or configuration; 130 and 143: ended by Ctrl-C or SIGTERM.
At the first of these no new files are begun and those begun are finished; the second ends at once. With --watch it is the ordinary end:
exit code 0 or 1.

Examples:
  platestack ingest /data/lsc/20240101
  platestack ingest --dry-run --json '/data/**/*-e00.fits.fz' > records.jsonl
  AUTH_TOKEN=... platestack ingest --watch --api-root https://archive.example/api/ /data/incoming
`,
  async run(args) {
    const { runIngest } = await import('./ingest/ingest_all.ts')
    return runIngest(args)
  },
}
