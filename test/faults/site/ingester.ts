import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { nightFile } from '../../support/fits_file.ts'
import { launch, program } from '../../support/program.ts'
import type { Ledger } from './ledger.ts'
import { md5 } from './records.ts'
import type { Site } from './site.ts'
import type { Going } from './writers.ts'

/** `platestack ingest --watch` at a telescope, which goes on all the time. */
export interface Ingester {
  /** The MD5 of each file that was put into its folder, by basename. */
  sent: Map<string, string>
  /** Puts files into its folder, one after the other. */
  observe(going: Going): Promise<void>
  /** Waits until all have arrived. */
  finish(): Promise<void>
  stop(): void
}

const PATIENCE_MS = 120_000

/** Starts it in a folder of its own. */
export function startIngester(site: Site, folder: string, token: string, ledger: Ledger): Ingester {
  const incoming = join(folder, 'incoming')
  mkdirSync(incoming)
  const args = ['ingest', '--watch', '--settle', '0.1', '--json', '--api-root', `${site.url}/`, incoming]
  const env = { ...site.env, AUTH_TOKEN: token, PLATESTACK_DATA_DIR: join(folder, 'data') }
  const running = launch(process.execPath, [program, ...args], { env })
  const { child } = running
  const sent = new Map<string, string>()
  const arrived = new Set<string>()
  createInterface(child.stdout).on('line', (line) => {
    const { file, outcome, reason } = JSON.parse(line) as { file: string; outcome: string; reason?: string }
    const basename = file.slice(file.lastIndexOf('/') + 1).replace(/\..*$/, '')
    if (outcome === 'created' || outcome === 'already_there') {
      ledger.note('ingest', { is: 'right' })
      arrived.add(basename)
    } else ledger.note('ingest', { is: 'lie', what: `${file} was ${outcome}: ${reason}` })
  })
  return {
    sent,
    async observe(going) {
      for (let n = 0; going.on; n++) {
        const basename = `ingested-${n}-e00`
        const bytes = nightFile({ OBJECT: basename, SITEID: 'ing' })
        sent.set(basename, md5(bytes))
        writeFileSync(join(folder, 'file'), bytes)
        renameSync(join(folder, 'file'), join(incoming, `${basename}.fits`))
        await pause(300)
      }
    },
    async finish() {
      for (const until = Date.now() + PATIENCE_MS; arrived.size < sent.size; await pause(100)) {
        if (child.exitCode !== null)
          throw new Error(`platestack ingest ended with ${child.exitCode}: ${running.stderr.slice(-2000)}`)
        if (Date.now() > until) throw new Error(`${sent.size - arrived.size} files were not ingested`)
      }
    },
    stop: () => void child.kill('SIGTERM'),
  }
}
