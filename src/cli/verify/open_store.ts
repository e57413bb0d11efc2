import { parseConfig } from '../../config/config.ts'
import { nodeMd5 } from '../../runtimes/node/md5.ts'
import type { Services } from '../../services.ts'
import { openQuietServices } from '../open.ts'
import { describeOutputFault } from '../output_fault.ts'

/** The configured archive, for commands that look at its files: without its messages, and with Node's MD5. */
export async function openArchiveFiles(): Promise<Services & { newMd5: typeof nodeMd5 }> {
  // whoever reads the lines may have seen enough
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE')
      process.stderr.write(`platestack: standard output cannot be written to: ${describeOutputFault(error)}\n`)
    process.exit(1)
  })
  return { ...(await openQuietServices(parseConfig(process.env))), newMd5: nodeMd5 }
}

/** Writes a line of JSON to standard output. */
export const printJson = (type: string, value: object): void =>
  void process.stdout.write(`${JSON.stringify({ type, ...value })}\n`)
