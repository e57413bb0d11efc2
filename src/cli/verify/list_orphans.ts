import { counted } from '../../counted.ts'
import { findOrphans, type Orphans } from '../../files/verification/orphans.ts'
import { escapeForTerminal } from '../../runtimes/node/escape_for_terminal.ts'
import { showProgress } from '../progress.ts'
import { formatBytes } from '../sizes.ts'
import { stopSignal } from '../stop_signal.ts'
import { openArchiveFiles, printJson } from './open_store.ts'

/** Lists what lies in the store of the configured archive and no record names; the exit code. */
export async function runOrphans(json: boolean): Promise<number> {
  const services = await openArchiveFiles()
  const signal = stopSignal()
  try {
    if (services.store.kind === 'dummy') {
      if (json) printJson('summary', { looked: 0, orphans: 0, stored: false })
      else process.stdout.write('There are no files: this archive keeps only metadata (FILESTORE_TYPE=dummy).\n')
      return 0
    }
    const bar = showProgress('files', 0)
    bar.expect(0, 'open')
    const found = await findOrphans(services, {
      signal,
      report: (looked, bytes) => bar.report(looked, bytes),
      tell: (orphan) =>
        bar.above(() => {
          const { path, key, size, modified } = orphan
          if (json) printJson('orphan', { ...orphan, modified: modified.toISOString() })
          else
            process.stdout.write(
              `${escapeForTerminal(`${path}${key === null ? '' : ` (key ${key})`}: ${size} bytes, modified ${modified.toISOString().slice(0, 19)}Z`)}\n`,
            )
        }),
    }).finally(bar.end)
    if (json) printJson('summary', { ...found, stopped: signal.aborted })
    else process.stdout.write(summarize(found, signal.aborted))
    return found.orphans || signal.aborted ? 1 : 0
  } finally {
    await services.close()
  }
}

function summarize({ looked, orphans, bytes, removals, young }: Orphans, isStopped: boolean): string {
  const parts = [
    `${counted(looked, 'stored file')} checked: ${orphans || 'none'} ${orphans === 1 ? 'has' : 'have'} no record${orphans ? ` (${formatBytes(bytes)})` : ''}`,
    ...(removals ? [`${counted(removals, 'more is', 'more are')} about to be removed by the archive`] : []),
    ...(young
      ? [`${counted(young, 'without a record is', 'without a record are')} less than a day old and not listed`]
      : []),
  ]
  return `${parts.join('; ')}.${isStopped ? ' Stopped: not all files were checked.' : ''}\n`
}
