import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { dataFile, readData, readJson } from '../support/data.ts'
import { program } from '../support/program.ts'

const run = (args: string[], input?: Uint8Array) =>
  spawnSync(process.execPath, [program, 'funpack', ...args], { input: input ?? '', maxBuffer: 2 ** 28 })

const name = 'multi-r.fits.fz'
const { md5 } = readJson<Record<string, { md5: string }>>('fits', 'funpack.json')[name]!

test('platestack funpack writes a file, or what comes in, to standard output', () => {
  for (const { status, stdout } of [run([dataFile('fits', name)]), run(['-'], readData('fits', name))]) {
    expect(status).toBe(0)
    expect(createHash('md5').update(stdout).digest('hex')).toBe(md5)
  }
})

test('a DATASUM that is not that of the data stops nothing: a warning says so', () => {
  const stale = readData('fits', 'stalesum-kb99-20240304-0001-e00.fits.fz')
  const path = dataFile('fits', 'stalesum-kb99-20240304-0001-e00.fits.fz')
  for (const [made, name] of [
    [run([path]), path],
    [run(['-'], stale), '-'],
  ] as const) {
    expect(made.status).toBe(0)
    expect(createHash('md5').update(made.stdout).digest('hex')).toBe('adcd40a31267ac0bbe55dfc221a4e770')
    expect(made.stderr.toString()).toMatch(new RegExp(`^platestack: ${name}: HDU 1 .*DATASUM.*\\n$`))
  }
})

test('what cannot be unpacked is told, with exit code 1; a wrong command line with 2', () => {
  const cut = run(['-'], readData('fits', name).subarray(0, 40_000))
  expect(cut.status).toBe(1)
  expect(cut.stderr.toString()).toMatch(/^platestack: -: .*(cut off|ends)/)
  const none = run(['/no/such/file'])
  expect([none.status, none.stderr.toString()]).toEqual([1, expect.stringContaining('/no/such/file cannot be read')])
  expect(run([]).status).toBe(2)
})
