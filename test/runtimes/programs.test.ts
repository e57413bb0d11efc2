import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataFile, inRepository, readJson } from '../support/data.ts'
import { untilNoOtherClient } from '../support/database_clients.ts'
import { newFrame } from '../support/frames.ts'
import { poolAt } from '../support/pool.ts'
import { launch, program, stop, type Variables } from '../support/program.ts'
import { addressOf, DENO, installed, launchOn, RUNTIMES, type Runtime, runOn } from './runtimes.ts'
import { createDatabase } from './services.ts'

const shell = promisify(execFile)
const BASENAME = 'cpt1m010-kb70-20151219-0073-e10'
const FILE = dataFile('fits', `${BASENAME}.fits.fz`)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'platestack-programs-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const namesAt = async (url: string): Promise<string[]> => {
  const { results } = (await (await fetch(`${url}/frames/`)).json()) as { results: { basename: string }[] }
  return results.map(({ basename }) => basename)
}

// the Node that the tests run on has test/cli
describe.each(['node24', 'deno', 'bun'] satisfies Runtime[])('the commands on %s, with PostgreSQL', (runtime) => {
  let env: Variables
  beforeAll(async () => {
    const files = join(folder, runtime)
    await mkdir(files)
    env = {
      DATABASE_URL: await createDatabase('template0'),
      SECRET_KEY: 'a key of the tests',
      FILESTORE_TYPE: 'local',
      FILESYSTEM_STORAGE_ROOT_DIR: files,
      SUPERUSER_PASSWORD: 'ringbearer',
      PORT: '0',
    }
  })
  const run = (...args: string[]) => runOn(runtime, args, { env })

  test('from an empty database to a frame that is served by two processes', async () => {
    expect((await run('serve')).stderr).toContain('is not migrated')
    expect(await run('migrate')).toMatchObject({ code: 0, stderr: expect.stringContaining('the database is ready') })
    expect(await run('createsuperuser', '--noinput', '--username', 'frodo')).toMatchObject({ code: 0, stderr: '' })
    const { stdout: token } = await run('token', 'frodo')
    expect(token).toMatch(/^\w{40}\n$/)
    expect(await run('ingest', FILE)).toMatchObject({ code: 0, stdout: expect.stringContaining('1 in as new frames') })
    expect(await run('rollups')).toMatchObject({ code: 0 })
    const archive = launchOn(runtime, ['serve', '--workers', '2'], { env })
    try {
      const url = await addressOf(archive)
      for (let i = 0; i < 4; i++) expect(await namesAt(url)).toEqual([BASENAME])
      const look = async () => (await fetch(`${url}/metrics`)).text()
      // a request is counted when it is over, which its client may know first
      await expect.poll(look).toContain('platestack_http_requests_total{operation="framesList",status="200"} 4\n')
      const metrics = await look()
      expect(metrics).toContain('platestack_workers_answering 2\n')
      expect(metrics).toContain('process_resident_memory_bytes{worker="2"} ')
      const answer = await fetch(`${url}/profile/`, { headers: { authorization: `Token ${token.trim()}` } })
      expect(await answer.json()).toMatchObject({ username: 'frodo' })
      const another = await runOn(runtime, ['serve', '--workers', '2'], { env: { ...env, PORT: new URL(url).port } })
      expect([another.code, another.stderr]).toEqual([1, expect.stringContaining('is in use by another program')])
      const { stdout } = await shell('pgrep', ['-P', String(archive.child.pid)])
      expect(stdout.trim().split('\n')).toHaveLength(2)
      expect(await stop(archive)).toBe(0)
    } finally {
      await stop(archive, 'SIGKILL')
    }
    const sql = poolAt(env.DATABASE_URL!, { max: 1 })
    await untilNoOtherClient(sql)
    await sql.end()
  })

  test('a file is unpacked, and a wrong command refused', async () => {
    const [command, ...options] = RUNTIMES[runtime]
    const { stdout } = await shell(command, [...options, program, 'funpack', FILE], { encoding: 'buffer' })
    const expected = readJson<Record<string, { md5: string }>>('fits', 'funpack.json')[`${BASENAME}.fits.fz`]!
    expect(createHash('md5').update(stdout).digest('hex')).toBe(expected.md5)
    expect(await run('nothing')).toEqual({
      code: 2,
      stdout: '',
      stderr: "platestack: there is no command 'nothing'; platestack --help lists them\n",
    })
  })
})

test('worker processes that Deno does not permit are said to be so', async () => {
  const [command, ...options] = RUNTIMES.deno
  const permitted = options.filter((option) => option !== '--allow-run')
  const env = { DATABASE_URL: await createDatabase(), SECRET_KEY: 'a key of the tests', PORT: '0' }
  const archive = launch(command, [...permitted, program, 'serve', '--workers', '2'], { env })
  expect(await archive.ended).toBe(1)
  const last = JSON.parse(archive.stderr.trimEnd().split('\n').at(-1)!)
  expect(last).toMatchObject({ level: 'error', message: expect.stringContaining('run again with the --allow-run') })
})

describe('the package, as npm packs and installs it, with the embedded database', () => {
  let home: string
  beforeAll(async () => {
    home = join(folder, 'home')
    await mkdir(join(home, 'node_modules/.bin'), { recursive: true })
    const at = { cwd: inRepository('') }
    await shell('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], at)
    const packed = (await readdir(folder)).find((name) => name.endsWith('.tgz'))!
    await shell('tar', ['-xzf', join(folder, packed), '-C', join(home, 'node_modules')])
    await rename(join(home, 'node_modules/package'), join(home, 'node_modules/platestack'))
    // what an install fetches from the registry
    await symlink(inRepository('node_modules'), join(home, 'node_modules/platestack/node_modules'))
    await symlink('../platestack/dist/platestack.js', join(home, 'node_modules/.bin/platestack'))
    await writeFile(join(home, 'package.json'), JSON.stringify({ dependencies: { platestack: '*' } }))
  })

  const ways: [string, string, string[], RegExp][] = [
    ['bunx --bun platestack', installed('.bin/bunx'), ['--bun', 'platestack'], /token: bun '/],
    ['deno run npm:platestack', installed('.bin/deno'), ['run', ...DENO, 'npm:platestack'], /token: deno run -A '/],
    ['platestack', RUNTIMES.node24[0], ['node_modules/.bin/platestack'], /token: node '/],
  ]

  test('each way to start it serves, ingests and stops; the next serves what the one before has left', async () => {
    const tokens = new Set<string>()
    for (const [i, [way, command, args, welcome]] of ways.entries()) {
      const run = (...more: string[]) => launch(command, [...args, ...more], { cwd: home, env: { PORT: '0' } })
      const archive = run('serve')
      const url = await addressOf(archive)
      await archive.printed(welcome)
      const printed = run('token', 'admin')
      expect([way, await printed.ended]).toEqual([way, 0])
      const token = printed.stdout.trim()
      tokens.add(token)
      const post = { headers: { authorization: `Token ${token}`, 'content-type': 'application/json' }, method: 'POST' }
      const body = JSON.stringify(newFrame(`frame-${i}`))
      expect((await fetch(`${url}/frames/`, { ...post, body })).status).toBe(201)
      const names = ways.slice(0, i + 1).map((_, n) => `frame-${n}`)
      expect([way, (await namesAt(url)).sort()]).toEqual([way, names])
      expect([way, await stop(archive)]).toEqual([way, 0])
    }
    expect(tokens.size).toBe(1)
  }, 240_000)
})
