import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inRepository } from '../support/data.ts'
import {
  localArchive,
  type PythonArchive,
  type PythonEnvironment,
  pythonEnvironments,
  s3Archive,
} from '../support/python_client.ts'
import { type TestS3, testS3 } from '../support/s3.ts'

const CLIENT = inRepository('clients/python')
/** What they make is in astropy's and pandas' words, which one environment has. */
const NEEDS_TABLES = '--ignore=tests/test_tables.py'

let folder: string
let environments: PythonEnvironment[]
let s3: TestS3
const archives: PythonArchive[] = []
/** The path of the file that says where the archives are. */
let told: string

/** Runs a program to its end: its exit code, and what it printed where that is not 0. */
const run = (command: string, args: string[], env: Record<string, string> = {}) =>
  new Promise<{ code: number; printed: string }>((resolve) => {
    const options = { cwd: CLIENT, env: { PATH: process.env.PATH!, HOME: folder, ...env }, maxBuffer: 2 ** 26 }
    execFile(command, args, options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, printed: error ? stdout + stderr : '' }),
    )
  })
const python = ({ folder: environment }: PythonEnvironment, args: string[], env?: Record<string, string>) =>
  run(join(environment, 'bin/python'), args, env)
const WELL = { code: 0, printed: '' }

/** Installs the wheel, as it would be published, in each environment. */
async function installWheel(): Promise<void> {
  const wheels = join(folder, 'wheels')
  expect(await python(environments[0]!, ['-m', 'hatchling', 'build', '-t', 'wheel', '-d', wheels])).toEqual(WELL)
  const [wheel] = await readdir(wheels)
  const install = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--no-deps', '--no-index']
  const installed = environments.map((each) => python(each, [...install, '--force-reinstall', join(wheels, wheel!)]))
  expect(await Promise.all(installed)).toEqual(environments.map(() => WELL))
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'platestack-python-'))
  ;[environments, s3] = await Promise.all([pythonEnvironments(), testS3()])
  for (const started of await Promise.all([localArchive(), s3Archive(s3), installWheel()]))
    if (started) archives.push(started)
  told = join(folder, 'archives.json')
  await writeFile(told, JSON.stringify({ local: archives[0]!.told, s3: archives[1]!.told }))
}, 600_000)
afterAll(async () => {
  for (const archive of archives) await archive.close()
  await s3?.remove()
  await rm(folder, { recursive: true, force: true })
})

describe('the Python client', () => {
  test('what of it is generated is what the document says', async () => {
    expect(await run(inRepository('scripts/clients_python.sh'), ['--check'])).toEqual(WELL)
  })

  test.each([
    [['mypy', '--cache-dir=/dev/null']],
    [['ruff', 'check', '--no-cache', '.']],
    [['ruff', 'format', '--no-cache', '--check', '.']],
  ])('holds before %j', async (tool) => {
    expect(await python(environments[0]!, ['-m', ...tool])).toEqual(WELL)
  })

  test('its tests pass on every Python that is there', async () => {
    const outcomes = environments.map(async (each) => {
      const args = ['-m', 'pytest', '-p', 'no:cacheprovider', ...(each === environments[0] ? [] : [NEEDS_TABLES])]
      const outcome = await python(each, args, { PLATESTACK_TESTED: told, PYTHONDONTWRITEBYTECODE: '1' })
      return { version: each.version, ...outcome }
    })
    expect(await Promise.all(outcomes)).toEqual(environments.map(({ version }) => ({ version, ...WELL })))
  }, 600_000)
})
