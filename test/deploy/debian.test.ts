import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { inRepository } from '../support/data.ts'
import { serve, stop } from '../support/program.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'platestack-debian-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the Debian package has all that the program needs to serve, and what operators look for', async () => {
  const made = await run(process.execPath, ['scripts/deb.mjs', folder], { cwd: inRepository('.') })
  const [name] = readdirSync(folder)
  expect(made.stdout.trim()).toBe(join(folder, name!))
  const root = join(folder, 'root')
  await run('dpkg-deb', ['-x', join(folder, name!), root])

  const built = join(root, 'usr/bin/platestack')
  const version = (await run('dpkg-deb', ['-f', join(folder, name!), 'Version'])).stdout.trim()
  expect((await run(process.execPath, [built, '--version'])).stdout).toContain(version)
  const archive = await serve({ PLATESTACK_DATA_DIR: join(folder, 'data') }, { cwd: folder, built })
  try {
    expect(await (await fetch(`${archive.url}/frames/`)).json()).toMatchObject({ count: 0, results: [] })
  } finally {
    expect(await stop(archive)).toBe(0)
  }

  expect(readdirSync(join(root, 'usr/lib/systemd/system'))).toEqual(readdirSync(inRepository('deploy/systemd')))
  for (const path of ['usr/lib/sysusers.d/platestack.conf', 'usr/share/doc/platestack/operating.md'])
    expect(existsSync(join(root, path)), path).toBe(true)
  const conffiles = (await run('dpkg-deb', ['-I', join(folder, name!), 'conffiles'])).stdout
  expect(conffiles.trim()).toBe('/etc/platestack/platestack.env')
}, 180_000)
