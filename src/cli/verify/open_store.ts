import { parseConfig } from '../../config/config.ts'
import { openLog } from '../../runtimes/node/log.ts'
import { nodeMd5 } from '../../runtimes/node/md5.ts'
import { openServices } from '../../runtimes/node/server.ts'
import type { Services } from '../../services.ts'
import { openMigrated } from '../open.ts'
import { describeOutputFault } from '../output_fault.ts'

/** The configured archive, for commands that look at its files: without its messages, and with Node's MD5. */
export async function openArchiveFiles(): Promise<Services & { newMd5: typeof nodeMd5 }> {
  // whoever reads the lines may have seen enough
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE')
      process.stderr.write(`platestack: standard output cannot be written to: ${describeOutputFault(error)}\n`)
    process.exit(1)
  })
  const config = parseConfig(process.env)
  const quiet = { ...config, events: { ...config.events, enabled: false } }
  const services = await openServices(quiet, await openMigrated(config), openLog())
  return { ...services, newMd5: nodeMd5 }
}

/** A signal that SIGINT and SIGTERM give; the second one of them ends the process. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  return stop.signal
}

/** Writes a line of JSON to standard output. */
export const printJson = (type: string, value: object): void =>
  void process.stdout.write(`${JSON.stringify({ type, ...value })}\n`)
