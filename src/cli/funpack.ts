import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { FitsError } from '../fits/error.ts'
import { funpack as unpack } from '../fits/funpack.ts'
import { openFileSource } from '../runtimes/node/file_source.ts'
import { type Command, CommandError, UsageError } from './command.ts'

export const funpack: Command = {
  help: `platestack funpack: uncompress a FITS file (.fits.fz) to standard output, as the archive's downloads do

Usage: platestack funpack FILE > OUT.fits
       ... | platestack funpack - > OUT.fits

Writes byte for byte what CFITSIO's funpack -C -S writes; data that do not match their DATASUM are
unpacked too, with a warning. Needs a few MB of memory, whatever the size of the file; reading
from standard input (-) it also remembers what it needs out of order. Exit code 1 when the file is damaged or cut off:
what was written until then is incomplete.
`,
  async run(args) {
    const { positionals } = parseArgs({ args, allowPositionals: true, options: {} })
    const [path, ...more] = positionals
    if (path === undefined || more.length) throw new UsageError('give one file: platestack funpack FILE')
    if (process.stdout.isTTY) throw new UsageError('send the output to a file: platestack funpack FILE > OUT.fits')
    const broken = new Promise<never>((_, reject) => process.stdout.once('error', reject))
    broken.catch(() => undefined)
    try {
      const warn = (text: string) => process.stderr.write(`platestack: ${path}: ${text}\n`)
      for await (const piece of unpack(await openSource(path), warn))
        if (!process.stdout.write(piece)) await Promise.race([once(process.stdout, 'drain'), broken])
    } catch (error) {
      if (error instanceof FitsError) throw new CommandError(`${path}: ${error.message}`)
      if ((error as NodeJS.ErrnoException).code === 'EPIPE') return 1
      throw error
    }
    return 0
  },
}

async function openSource(path: string) {
  try {
    return await openFileSource(path)
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${(error as Error).message}`)
  }
}
