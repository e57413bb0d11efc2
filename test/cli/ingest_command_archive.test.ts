import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Frame, openArchive, type Query } from '../../clients/typescript/index.ts'
import { fitsFile } from '../support/fits_file.ts'
import { freePort } from '../support/ports.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import {
  launch,
  onTerminal,
  platestack,
  program,
  type Running,
  serve,
  stop,
  type Variables,
} from '../support/program.ts'

let pg: TestPostgres
let root: string
let night: string
let direct: Variables
let archive: Running & { url: string }
/** What an ingester into the running archive is told. */
let remote: Variables
const TOKEN = /^[0-9a-f]{40}$/

beforeAll(async () => {
  pg = await startPostgres()
  root = mkdtempSync(join(tmpdir(), 'platestack-ingest-'))
  const files = { FILESTORE_TYPE: 'local', FILESYSTEM_STORAGE_ROOT_DIR: join(root, 'store') }
  direct = { ...files, DATABASE_URL: await pg.createDatabase(undefined, 'template') }
  const password = { SUPERUSER_PASSWORD: 'ringbearer' }
  await platestack(['createsuperuser', '--noinput', '--username', 'frodo'], { ...direct, ...password })
  const token = (await platestack(['token', 'frodo'], direct)).stdout.trim()
  expect(token).toMatch(TOKEN)
  archive = await serve(direct)
  remote = { ...files, API_ROOT: `${archive.url}/`, AUTH_TOKEN: token }
})
afterAll(async () => {
  await stop(archive)
  await pg.stop()
  rmSync(root, { recursive: true, force: true })
})
let nights = 0
beforeEach(() => {
  night = join(root, `night${++nights}`)
  mkdirSync(night)
})

/** Files of this night, of contents that no other test has. */
function expose(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, i) => {
    const name = `frame${nights}x${from + i}.fits`
    writeFileSync(join(night, name), fitsFile({ OBJECT: name }))
    return name
  })
}
const ingest = (args: string[], env: Variables) => platestack(['ingest', ...args], env, night)
const rowsOf = (stdout: string) =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const byFile = (stdout: string) => Object.fromEntries(rowsOf(stdout).map((row) => [row.file, row.outcome]))
const client = () => openArchive(archive.url, { token: remote.AUTH_TOKEN })
async function frames(query: Query<'/frames/'>): Promise<Frame[]> {
  const gathered: Frame[] = []
  for await (const frame of client().frames(query)) gathered.push(frame)
  return gathered
}
const ours = () => frames(`basename=frame${nights}x`)

describe.each([
  ['a running archive', () => remote, 'SIGINT', 130],
  ['the configured database', () => direct, 'SIGTERM', 143],
] as const)('into %s', (_, env, signal, code) => {
  test('files become frames, once; a changed file becomes a new version of its frame', async () => {
    const [first, second] = expose(2) as [string, string]
    writeFileSync(join(night, 'bad.fits'), 'this is not a FITS file')
    const went = await ingest(['--json', '.'], env())
    expect([went.code, byFile(went.stdout)]).toEqual([
      1,
      { 'bad.fits': 'refused', [first]: 'created', [second]: 'created' },
    ])
    for (const row of rowsOf(went.stdout))
      expect(Object.keys(row)).toEqual(['file', 'outcome', 'id', 'url', 'reason', 'header', 'warnings'])
    expect(went.stderr).toMatch(/Not in:\n {2}bad\.fits: \S/)
    expect((await ours()).map(({ basename }) => `${basename}.fits`).sort()).toEqual([first, second])
    const [frame] = await frames(`basename_exact=${first.replace('.fits', '')}`)
    const [row] = rowsOf(went.stdout).filter(({ file }) => file === first)
    expect([row?.id, row?.url]).toEqual([frame?.id, expect.any(String)])
    const stored = await new Response(client().open({ frame: frame! })).arrayBuffer()
    expect(Buffer.from(stored)).toEqual(fitsFile({ OBJECT: first }))

    rmSync(join(night, 'bad.fits'))
    const again = await ingest(['--json', '.'], env())
    expect([again.code, byFile(again.stdout)]).toEqual([0, { [first]: 'already_there', [second]: 'already_there' }])
    writeFileSync(join(night, first), fitsFile({ OBJECT: first }, { seed: 2 }))
    const changed = await ingest(['.'], env())
    expect([changed.code, changed.stderr]).toEqual([0, ''])
    expect(changed.stdout).toMatch(/^2 files, .*\n {2}1 in as new versions of a frame\n {2}1 already there\n$/)
    expect(await ours()).toHaveLength(2)
  })

  test('--check-only tells what is there and what is not, and changes nothing', async () => {
    const [first, second] = expose(2) as [string, string]
    await ingest([first], env())
    expect(await ingest(['--check-only', first], env())).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`in the archive  ${first}\n`),
    })
    const both = await ingest(['--check-only', '--json', '.'], env())
    expect([both.code, rowsOf(both.stdout).map(({ file, there }) => [file, there])]).toEqual([
      1,
      expect.arrayContaining([
        [first, true],
        [second, false],
      ]),
    ])
    expect(await ours()).toHaveLength(1)
  })

  test(`stopped by ${signal} it says so, and run again it does the rest and nothing twice`, async () => {
    const names = expose(400)
    const run = ['ingest', '--json', '--concurrency', '2', '.']
    const running = launch(process.execPath, [program, ...run], { env: env(), cwd: night })
    running.child.stdin.end()
    await running.printed(/"created"/)
    running.child.kill(signal)
    expect(await running.ended).toBe(code)
    expect(running.stderr).toMatch(/Stopped( with \d+ files left)?: run the same again for the rest/)
    const before = rowsOf(running.stdout).filter(({ outcome }) => outcome === 'created')
    expect(before.length).toBeLessThan(names.length)
    const after = await ingest(['--json', '.'], env())
    expect(after.code).toBe(0)
    const outcomes = Object.values(byFile(after.stdout))
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(names.length - before.length)
    expect(await ours()).toHaveLength(names.length)
  })
})

test('a token that is not taken ends the run at once, and is not shown', async () => {
  expose(40)
  const env = { ...remote, AUTH_TOKEN: 'shire-and-ring' }
  const { code, stdout, stderr } = await ingest(['.'], env)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^platestack: the archive at \S+ refuses the token \(40[13]/m)
  expect(stdout + stderr).not.toContain('shire-and-ring')
})

test('an archive that is away is waited for as long as asked, and then told', async () => {
  const [name] = expose(1)
  const env = { ...remote, API_ROOT: `http://127.0.0.1:${await freePort()}` }
  const { code, stdout } = await ingest(['--retry-for', '0.02', '.'], env)
  expect(code).toBe(1)
  expect(stdout).toMatch(new RegExp(`1 failed\nNot in:\n {2}${name}: .*does not answer`))
})

test('--watch takes files when they are complete, and goes on until it is told to end', async () => {
  const run = ['ingest', '--watch', '--settle', '1', '--json', night]
  const running = launch(process.execPath, [program, ...run], { env: remote })
  running.child.stdin.end()
  await running.printed(/watching for new files/)
  mkdirSync(join(night, 'deep'))
  const whole = fitsFile({ OBJECT: `frame${nights}x1` }, { rows: 400 })
  const growing = join(night, `deep/frame${nights}x1.fits`)
  writeFileSync(growing, whole.subarray(0, 5760))
  // longer than a file has to be left alone for: what is there is cut short, and no word is said of it
  await pause(4_000)
  appendFileSync(growing, whole.subarray(5760))
  const [other] = expose(1)
  await running.printed(/"created"[\s\S]*"created"/)
  expect(byFile(running.stdout)).toEqual({ [growing]: 'created', [join(night, other!)]: 'created' })
  expect(await stop(running)).toBe(0)
  expect(running.stderr).toMatch(/2 files, .*\n {2}2 in as new frames\n$/)
  expect(running.stderr).not.toContain('refused')
})

test('on a terminal there is a bar, and what is bad is told above it', async () => {
  expose(30)
  writeFileSync(join(night, 'bad.fits'), 'this is not a FITS file')
  const running = onTerminal(['ingest', night], remote)
  expect(await running.ended).toBe(1)
  expect(running.stdout).toMatch(/\r\[#{30}\] 31\/31 files, 1 not in, [\d.]+ files\/s, [\d.]+ MB\/s, 0 s left/)
  const told = running.stdout.split(/\r?\n/).find((line) => line.includes('bad.fits: '))
  // what erases the bar comes before it, at the beginning of the line
  expect(told?.split('[K').at(-1)).toMatch(/^\/\S*bad\.fits: \w/)
  expect(running.stdout).toContain('30 in as new frames')
})

test('output that nobody reads any more ends the run', async () => {
  expose(200)
  const shell = `'${process.execPath}' '${program}' ingest --json --concurrency 1 . | head -n 1`
  const running = launch('bash', ['-c', `${shell}; exit \${PIPESTATUS[0]}`], { env: remote, cwd: night })
  running.child.stdin.end()
  expect(await running.ended).toBe(1)
  expect(running.stdout.trimEnd().split('\n')).toHaveLength(1)
  expect((await ours()).length).toBeLessThan(200)
})

test('the embedded database: it is made when there is none; while an archive runs on it, that is told', async () => {
  expose(3)
  const home = mkdtempSync(join(root, 'home-'))
  const env = { PLATESTACK_DATA_DIR: join(home, 'data') }
  const { code, stdout } = await ingest([night], env)
  expect([code, stdout]).toEqual([0, expect.stringContaining('3 in as new frames')])
  expect(readdirSync(join(home, 'data/files'))).toEqual(['cpt'])
  const embedded = await serve(env)
  await embedded.printed(/its token: /)
  const refused = await ingest([night], env)
  expect([refused.code, refused.stdout]).toEqual([1, ''])
  expect(refused.stderr).toMatch(
    /is in use by process \d+: .* --api-root http:\/\/127\.0\.0\.1:8000\/ and --auth-token/,
  )
  const token = (await platestack(['token', 'admin'], env)).stdout.trim()
  const through = await ingest(['--api-root', embedded.url, '--auth-token', token, night], env)
  expect([through.code, through.stdout]).toEqual([0, expect.stringContaining('3 already there')])
  await stop(embedded)
}, 180_000)
