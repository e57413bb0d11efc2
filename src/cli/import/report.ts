import { counted } from '../../counted.ts'
import type { Row } from '../../import/run.ts'
import type { Log } from '../../log.ts'
import { escapeForTerminal } from '../../runtimes/node/escape_for_terminal.ts'
import { print } from '../ingest/report.ts'
import { formatDuration, formatMegabytes, type Progress } from '../progress.ts'

const KINDS: [Row['outcome'], string, string][] = [
  ['created', 'imported', 'would be imported'],
  ['new_version', 'got a version', 'would get a version'],
  ['updated', 'brought up to date', 'would be brought up to date'],
  ['already_there', 'already there', 'already there'],
  ['failed', 'failed', 'would fail'],
  ['stopped', 'not finished', 'not finished'],
]
/** So many faults are listed at the end; each was logged when it came. */
const LISTED = 1_000

/** Tells what becomes of frames. Its text goes to standard error where rows are JSON. */
export function openImportReport(output: 'text' | 'json', mode: 'import' | 'dry-run', bar: Progress, log: Log) {
  const began = Date.now()
  const counts = new Map<Row['outcome'], number>()
  const faults: string[] = []
  let [done, bytes] = [0, 0]
  return {
    get failed() {
      return counts.get('failed') ?? 0
    },
    async row(row: Row): Promise<void> {
      const { outcome, basename, id, sourceId, reason } = row
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
      if (outcome !== 'stopped') done++
      bytes += row.bytes
      const name = basename ?? (sourceId === null ? 'a frame' : `frame ${sourceId} of the source`)
      if (outcome === 'failed') {
        if (faults.length < LISTED) faults.push(`${name}: ${reason}`)
        bar.above(() => log.warn('a frame failed', { frame: name, reason }))
      }
      if (output === 'json')
        await print(JSON.stringify({ basename, outcome, id, source_id: sourceId, bytes: row.bytes, reason }), bar)
      bar.report(done, bytes, counts.has('failed') ? `${counts.get('failed')} failed` : '')
    },
    /** @param rest what to do about those that were not come to; null: all were */
    async end(rest: string | null): Promise<void> {
      bar.end()
      const seconds = (Date.now() - began) / 1000
      const lines = [
        `${counted(done, 'frame')}, ${formatMegabytes(bytes)} in ${seconds < 10 ? `${seconds.toFixed(1)} s` : formatDuration(seconds)} (${(done / seconds).toFixed(1)} frames/s)`,
        ...KINDS.filter(([kind]) => counts.has(kind)).map(
          ([kind, words, would]) => `  ${counts.get(kind)} ${mode === 'dry-run' ? would : words}`,
        ),
      ]
      if (rest !== null) lines.push(rest)
      if (faults.length) lines.push('Failed, and tried again by the next run:', ...faults.map((fault) => `  ${fault}`))
      const failed = counts.get('failed') ?? 0
      if (failed > faults.length) lines.push(`  and ${failed - faults.length} more`)
      const text = `${lines.map(escapeForTerminal).join('\n')}\n`
      if (output === 'json') process.stderr.write(text)
      else process.stdout.write(text)
    },
  }
}
