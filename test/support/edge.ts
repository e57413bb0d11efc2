import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inRepository } from './data.ts'
import { freePort } from './ports.ts'
import { launch, type Running, stop, type Variables } from './program.ts'

const built = inRepository('dist/worker/worker.js')
export const wrangler = inRepository('test/runtimes/programs/node_modules/wrangler/bin/wrangler.js')

export interface TestEdge {
  url: string
  /** All that it has printed. */
  running: Running
  stop(): Promise<void>
}

export interface EdgeOptions {
  /** Where its Hyperdrive leads; none unless given. */
  hyperdrive?: string
  variables?: Variables
  /** Without [assets], where this wrangler lets nobody run `scheduled` (cloudflare/workers-sdk#9882). */
  assets?: 'bound' | 'unbound'
}

/** Variables with which wrangler keeps its files in `folder`, and asks nobody anything. */
export const quiet = (folder: string): Variables => ({
  HOME: folder,
  CI: '1',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_LOG_PATH: join(folder, 'log'),
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
})

/** The repository's wrangler.toml for `wrangler dev` elsewhere, of what is built already. */
function configuration({ hyperdrive, assets = 'bound' }: EdgeOptions): string {
  const own = readFileSync(inRepository('wrangler.toml'), 'utf8')
    .replaceAll('"dist/', `"${inRepository('dist')}/`)
    .replace(/^\[build\]\n(.+\n)+/m, '')
  const text = assets === 'bound' ? own : own.replace(/^\[assets\]\n(.+\n)+/m, '')
  if (hyperdrive === undefined) return text
  const address = new URL(hyperdrive)
  // Hyperdrive takes no address without a password
  address.password ||= 'none'
  return `${text}\n[[hyperdrive]]\nbinding = "HYPERDRIVE"\nid = "local"\nlocalConnectionString = "${address.href}"\n`
}

/** The built Worker under `wrangler dev --local`, on a free port of the loopback. */
export async function startEdge(options: EdgeOptions): Promise<TestEdge> {
  if (!existsSync(built)) throw new Error('dist/worker is not there: npm run build:worker makes it')
  const folder = mkdtempSync(join(tmpdir(), 'platestack-edge-'))
  writeFileSync(join(folder, 'wrangler.toml'), configuration(options))
  const secrets = { SECRET_KEY: 'a key of the tests', PROCESSED_EXCHANGE_ENABLED: 'False', ...options.variables }
  const lines = Object.entries(secrets).map(([name, value]) => `${name}=${JSON.stringify(value)}\n`)
  writeFileSync(join(folder, '.dev.vars'), lines.join(''))
  const port = await freePort()
  const args = ['dev', '--local', '--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0']
  const running = launch(process.execPath, [wrangler, ...args, '--show-interactive-dev-session=false'], {
    env: quiet(folder),
    cwd: folder,
  })
  await running.printed(/Ready on http/)
  return {
    url: `http://127.0.0.1:${port}`,
    running,
    async stop() {
      await stop(running)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
