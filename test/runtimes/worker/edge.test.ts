import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { inRepository } from '../../support/data.ts'
import { quiet, wrangler } from '../../support/edge.ts'
import { startPgbouncer } from '../../support/pgbouncer.ts'
import { freePort } from '../../support/ports.ts'
import { startPostgres } from '../../support/postgres.ts'
import { launch } from '../../support/program.ts'

/** The commands of a page, in order; of what needs an account, those that stand for it in a comment before it. */
function commandsOf(page: string): string[] {
  const blocks = page.matchAll(/(?:<!-- locally:(.*?)-->\n)?```sh\n(.*?)```/gs)
  return [...blocks].map(([, local, commands]) => local ?? commands!)
}

test('docs/edge.md goes from nothing to an archive at the edge', async () => {
  const database = await startPostgres()
  onTestFinished(() => database.stop())
  const url = await database.createDatabase('archive')
  const pooler = await startPgbouncer(url, 'transaction', 4)
  onTestFinished(() => pooler.stop())
  const folder = mkdtempSync(join(tmpdir(), 'platestack-page-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))

  copyFileSync(inRepository('wrangler.toml'), join(folder, 'wrangler.toml'))
  // what the page builds is built already, and others may be using it
  writeFileSync(join(folder, 'package.json'), '{"type": "module", "scripts": {"build:worker": "true"}}')
  for (const name of ['dist', 'sql', 'node_modules']) symlinkSync(inRepository(name), join(folder, name))
  const commands = commandsOf(readFileSync(inRepository('docs/edge.md'), 'utf8'))
  expect(commands.length).toBeGreaterThan(10)
  const script = ['set -euo pipefail', 'EDGE=', `trap 'test -z "$EDGE" || kill $EDGE' EXIT`, ...commands]
  const bin = join(dirname(wrangler), '../../.bin')
  const running = launch('bash', ['-xc', script.join('\n')], {
    cwd: folder,
    env: {
      ...quiet(folder),
      PATH: `${bin}:${dirname(process.execPath)}:${process.env.PATH}`,
      DATABASE_URL: url,
      // Hyperdrive takes no address without a password
      HYPERDRIVE_URL: url.replace('postgres@', 'postgres:none@'),
      POOLER_URL: `${pooler.url('archive')}?sslmode=disable`,
      EDGE_PORT: String(await freePort()),
    },
  })
  running.child.stdin.end()
  const code = await running.ended
  expect(code, `${running.stderr.slice(-3000)}\n${running.stdout.slice(-2000)}`).toBe(0)
  expect(running.stdout).toContain('No errors detected')
})
