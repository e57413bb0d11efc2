import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { binaries } from '../support/postgres.ts'
import type { Sent } from './wire.ts'

/** The same queries with the same parameters, each as often as the others, prepared, without a program between: transactions a second. */
export async function pgbench(url: string, queries: Sent[], concurrency: number, seconds: number): Promise<number> {
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
    for (const [i, { text, parameters }] of queries.entries()) {
      const file = join(folder, `${i}.sql`)
      // a script is one line a command, and has variables where the driver has $1
      const line = text
        .replace(/--.*$/gm, '')
        .replace(/\s+/g, ' ')
        .replace(/\$(\d+)/g, (_, n) => `:p${i}_${n}`)
      await writeFile(file, `${line};\n`)
      args.push('-f', file)
      for (const [n, value] of parameters.entries()) args.push('-D', `p${i}_${n + 1}=${value}`)
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
