import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { inRepository } from '../support/data.ts'

const folder = mkdtempSync(join(tmpdir(), 'platestack-units-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('systemd takes the units as they are, without a word', async () => {
  const service = readFileSync(inRepository('deploy/systemd/platestack.service'), 'utf8')
  expect(service).toContain('ExecStart=/usr/bin/platestack serve')
  // it looks whether the program is there
  writeFileSync(join(folder, 'platestack.service'), service.replace('/usr/bin/platestack', process.execPath))
  cpSync(inRepository('deploy/systemd/platestack.socket'), join(folder, 'platestack.socket'))
  const units = ['platestack.service', 'platestack.socket'].map((name) => join(folder, name))
  const { stdout, stderr } = await promisify(execFile)('systemd-analyze', ['verify', ...units])
  expect(stdout + stderr).toBe('')
})
