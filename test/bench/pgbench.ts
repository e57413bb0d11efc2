import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { binaries } from '../support/postgres.ts'
import type { Sent } from './wire.ts'

/**
 * The same queries with the same parameters, each as often as the others, prepared, without a program between: transactions a second.
 * A transaction is what stands together: the statements of one request.
 */
export async function pgbench(
  url: string,
  transactions: readonly (readonly Sent[])[],
  concurrency: number,
  seconds: number,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'platestack-pgbench-'))
  try {
    const args = [
      '-n',
      '-M',
      'prepared',
      '-c',
      String(concurrency),
      '-j',
      String(Math.min(concurrency, 2)),
      '-T',
      String(seconds),
    ]
    for (const [i, statements] of transactions.entries()) {
      const file = join(folder, `${i}.sql`)
      const lines: string[] = []
      for (const [k, { text, parameters }] of statements.entries()) {
        // a script is one line a command, and has variables where the driver has $1
        const line = text
          .replace(/--.*$/gm, '')
          .replace(/\s+/g, ' ')
          .replace(/\$(\d+)/g, (_, n) => (parameters[n - 1] === null ? 'null' : `:p${i}_${k}_${n}`))
        lines.push(`${line};\n`)
        for (const [n, value] of parameters.entries())
          if (value !== null) args.push('-D', `p${i}_${k}_${n + 1}=${value}`)
      }
      await writeFile(file, lines.join(''))
      args.push('-f', file)
    }
    const { stdout } = await promisify(execFile)(join(binaries(), 'pgbench'), [...args, url])
    const tps = /^tps = ([\d.]+)/m.exec(stdout)
    const failed = /number of failed transactions: ([1-9]\d*)/.exec(stdout)
    if (!tps || failed) throw new Error(`pgbench failed: ${stdout}`)
    return Number(tps[1])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
