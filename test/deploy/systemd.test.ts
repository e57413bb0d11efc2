import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { inRepository } from '../support/data.ts'

const folder = mkdtempSync(join(tmpdir(), 'platestack-units-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const UNITS = readdirSync(inRepository('deploy/systemd'))

test('systemd takes the units as they are, without a word', async () => {
  expect(UNITS).toHaveLength(6)
  for (const name of UNITS) {
    const unit = readFileSync(inRepository(`deploy/systemd/${name}`), 'utf8')
    expect(unit.includes('ExecStart=/usr/bin/platestack ')).toBe(name.endsWith('.service'))
    // it looks whether the program is there
    writeFileSync(join(folder, name), unit.replace('/usr/bin/platestack', process.execPath))
  }
  const units = UNITS.map((name) => join(folder, name))
  const { stdout, stderr } = await promisify(execFile)('systemd-analyze', ['verify', ...units])
  expect(stdout + stderr).toBe('')
})
