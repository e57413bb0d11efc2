import { parseArgs } from 'node:util'
import { parseConfig } from '../config/config.ts'
import { countUnlearnt } from '../queries/downloads.ts'
import { type Command, CommandError } from './command.ts'
import { openQuietServices } from './open.ts'
import { showProgress } from './progress.ts'
import { describeFault, parseConcurrency, parseRate } from './reading.ts'
import { stopSignal } from './stop_signal.ts'

/** Unreadable files that are listed. */
const SHOWN = 20

export const checksum: Command = {
  help: `platestack checksum: learn the size and CRC-32 of files where the archive lacks them

Usage: platestack checksum [--concurrency N] [--rate BYTES]

ZIP downloads can be resumed when the CRC-32 of each file is known. New files bring theirs; those of an adopted archive are read once, by
this command or by the first download that includes them. It can be stopped at any time, and continues where it left off. It runs
alongside the archive.

  --concurrency N   files read at a time [4]
  --rate BYTES      read no more than this many bytes a second, for instance 20M; k, M and G are powers of 1000 [as fast as it goes]

Exit code 1 when some files could not be read: the first ${SHOWN} are listed at the end. It stops when the store or
the database is unreachable.
`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { concurrency: { type: 'string', default: '4' }, rate: { type: 'string' } },
    })
    const concurrency = parseConcurrency(values.concurrency)
    const rate = parseRate(values.rate)
    const config = parseConfig(process.env)
    const { checksumAll } = await import('../files/downloads/checksum.ts')
    const services = await openQuietServices(config)
    const signal = stopSignal()
    try {
      const total = await countUnlearnt(services.search)
      const bar = showProgress('files', total)
      const { learnt, failed, away } = await checksumAll(services, {
        concurrency,
        rate,
        signal,
        report: bar.report,
      })
      bar.end()
      for (const { path, reason } of failed.slice(0, SHOWN)) process.stderr.write(`${path}: ${reason}\n`)
      if (failed.length > SHOWN) process.stderr.write(`and ${failed.length - SHOWN} more\n`)
      process.stdout.write(
        `${learnt} of ${total} files are known now${failed.length ? `, ${failed.length} could not be read` : ''}${signal.aborted ? '; stopped, run it again for the rest' : ''}\n`,
      )
      if (away)
        throw new CommandError(
          `${describeFault(away)}: no further files were read. Run this again when that is fixed; it continues where it left off`,
        )
      return failed.length || signal.aborted ? 1 : 0
    } finally {
      await services.close()
    }
  },
}
