import { parseArgs } from 'node:util'
import { parseConfig } from '../config/config.ts'
import { countUnlearnt } from '../queries/downloads.ts'
import { openLog } from '../runtimes/node/log.ts'
import { type Command, CommandError, UsageError } from './command.ts'
import { openMigrated } from './open.ts'
import { progress } from './progress.ts'

/** Files that could not be read and are listed. */
const SHOWN = 20

/** What is wrong with the store, in its own words where it has some. */
function reasonOf({ message, cause }: Error): string {
  const told = message.replace(/ Try again shortly\.$|\.$/, '')
  return cause instanceof Error && cause.message ? `${told} (${cause.message})` : told
}

export const checksum: Command = {
  help: `platestack checksum: learn size and CRC-32 of the files that the archive does not know yet

Usage: platestack checksum [--concurrency N] [--rate BYTES]

ZIP downloads can be resumed when the CRC-32 of each file is known. New files bring theirs; those of an adopted archive are read once, by
this command or by the first download that holds them. It may be stopped at any time, and goes on where it was. Runs beside the archive.

  --concurrency N   files read at a time [4]
  --rate BYTES      read no more than this many bytes a second, for instance 20M; k, M and G are powers of 1000 [as fast as it goes]

Exit code 1 when some files could not be read: the first ${SHOWN} are listed at the end. It stops when the store or the database is away.
`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { concurrency: { type: 'string', default: '4' }, rate: { type: 'string' } },
    })
    const concurrency = Number(values.concurrency)
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 64)
      throw new UsageError('--concurrency is a number from 1 to 64')
    const rate = values.rate === undefined ? null : bytesOf(values.rate)
    const config = parseConfig(process.env)
    const [{ openServices }, { checksumAll }] = await Promise.all([
      import('../runtimes/node/server.ts'),
      import('../files/downloads/checksum.ts'),
    ])
    const services = await openServices(
      { ...config, events: { ...config.events, enabled: false } },
      await openMigrated(config),
      openLog(),
    )
    const stop = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
    try {
      const total = await countUnlearnt(services.search)
      const bar = progress('files', total)
      const { learnt, failed, away } = await checksumAll(services, {
        concurrency,
        rate,
        signal: stop.signal,
        report: bar.report,
      })
      bar.end()
      for (const { path, reason } of failed.slice(0, SHOWN)) process.stderr.write(`${path}: ${reason}\n`)
      if (failed.length > SHOWN) process.stderr.write(`and ${failed.length - SHOWN} more\n`)
      process.stdout.write(
        `${learnt} of ${total} files are known now${failed.length ? `, ${failed.length} could not be read` : ''}${stop.signal.aborted ? '; stopped, run it again for the rest' : ''}\n`,
      )
      if (away)
        throw new CommandError(
          `${reasonOf(away)}: no further file was read. Run this again when that is mended; it goes on where it was`,
        )
      return failed.length || stop.signal.aborted ? 1 : 0
    } finally {
      await services.close()
    }
  },
}

function bytesOf(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([kMG]?)B?$/.exec(text) ?? []
  const bytes = Number(number) * { '': 1, k: 1e3, M: 1e6, G: 1e9 }[unit ?? '']!
  if (!(bytes >= 1)) throw new UsageError('--rate is a number of bytes a second, for instance 20M')
  return bytes
}
