import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dataFile, inRepository, readJson } from '../support/data.ts'
import { fitsFile } from '../support/fits_file.ts'
import { launch, platestack, program, type Variables } from '../support/program.ts'

const records = readJson<Record<string, Record<string, unknown>>>('ingest/describe', 'records.json')

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'platestack-ingest-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const at = (name: string) => join(root, name)
const write = (name: string, bytes: Uint8Array | string) => {
  writeFileSync(at(name), bytes)
  return at(name)
}
const ingest = (args: string[], env: Variables = {}) => platestack(['ingest', ...args], env, root)
const rowsOf = (stdout: string) =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)

/** The command with something on its standard input. */
async function piped(args: string[], input: string) {
  const running = launch(process.execPath, [program, 'ingest', ...args], { cwd: root })
  running.child.stdin.end(input)
  return { code: await running.ended, stdout: running.stdout, stderr: running.stderr }
}

describe('a dry run', () => {
  test('prints for each file what the reference library makes of it, and why a file cannot go in', async () => {
    const names = Object.keys(records).filter((name) => !('metadata' in records[name]!))
    const own = names
      .filter((name) => !/fl08|fl10|kb05.*fits$/.test(name))
      .map((name) => dataFile('fits', basename(name)))
    const { code, stdout, stderr } = await ingest(['--dry-run', '--json', ...own])
    const rows = new Map(rowsOf(stdout).map((row) => [basename(String(row.file)), row]))
    expect([...rows.keys()].sort()).toEqual(own.map((path) => basename(path)).sort())
    for (const [name, expected] of Object.entries(records)) {
      const row = rows.get(basename(name))
      if (!row) continue
      if ('error' in expected) {
        expect(Object.keys(row)).toEqual(['file', 'error', 'header'])
        expect(row.error).toMatch(/^Could not find required keywords in headers/)
      } else {
        expect(Object.keys(row)).toEqual([
          'file',
          'class',
          'path',
          'content_type',
          'md5',
          'extension',
          'observation_end',
          'record',
          'warnings',
        ])
        for (const member of ['class', 'path', 'content_type', 'md5', 'extension'] as const)
          expect([name, member, row[member]]).toEqual([name, member, expected[member]])
        expect(Object.keys(row.record as object)).toEqual(Object.keys(expected.record as object))
      }
    }
    expect(code).toBe(1)
    expect(stderr).toMatch(/Not in:\n {2}\S*cube-r\.fits\.fz: \w+: Could not find required keywords in headers/)
  })

  test('keeps the digits of numbers, as Python writes them', async () => {
    const { stdout } = await ingest(['--dry-run', '--json', dataFile('fits', 'bias_kb70_20151221_bin2x2.fits.fz')])
    const line = stdout.trimEnd()
    for (const digits of ['"exposure_time":0.0', '"CCDXPIXE":9e-06', '"CCDATEMP":-20.0', '"NAXIS1":2048,'])
      expect(line.replaceAll(': ', ':')).toContain(digits)
  })

  test('without --json is a table and a summary, exit code 0 when all can go in', async () => {
    write('a-e00.fits', fitsFile())
    write('notes.txt', '')
    expect(await ingest(['--dry-run', '.'])).toEqual({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(
        /^TYPE +DATE .* FILE\nEXPOSE +2024-02-03T04:05:06\.789 +shire +2025-02-02T04:05:06\.789000 +no +cpt\/fa99\/20240203\/raw\/a-e00\.fits +a-e00\.fits\n1 file, .*\n {2}1 can go in\nNot files of an observation, left out: 1 \.txt\n$/,
      ),
    })
  })

  test('leaves alone what IGNORED_CHARS says, and that is no fault', async () => {
    write('a-l00.fits', fitsFile())
    const { code, stdout } = await ingest(['--dry-run', '.'])
    expect([code, stdout]).toEqual([0, expect.stringContaining('1 left alone for their names (IGNORED_CHARS)')])
  })
})

describe('metadata', () => {
  const pdf = 'cptnrs03-fa13-20150219-0001-e92-summary.pdf'
  const jpg = 'tfn0m419-sq32-20240426-0097-e91-small.jpg'
  const given = (name: string) => records[name]!.metadata as Record<string, unknown>
  const dryRun = async (...args: string[]) => rowsOf((await ingest(['--dry-run', '--json', ...args])).stdout)

  test.each([
    ['of all files', () => given(pdf)],
    ['by file name', () => ({ [pdf]: given(pdf), [jpg]: given(jpg) })],
    ['by basename', () => ({ [pdf.replace('.pdf', '')]: given(pdf) })],
  ])('from a file: %s', async (_, content) => {
    const [row] = await dryRun('--metadata', write('given.json', JSON.stringify(content())), dataFile('fits', pdf))
    expect(row).toMatchObject({ path: records[pdf]!.path, record: records[pdf]!.record })
  })

  test('from a file beside the file, which wins keyword by keyword', async () => {
    copyFileSync(dataFile('fits', pdf), at(pdf))
    write('given.json', JSON.stringify({ ...given(pdf), PROPID: 'mordor' }))
    write(`${pdf}.json`, `\uFEFF{"PROPID": "shire", "RLEVEL": 92.0}`)
    const [row] = await dryRun('--metadata', 'given.json', pdf)
    expect(row).toMatchObject({ record: { proposal_id: 'shire', target_name: '', site_id: 'cpt' } })
  })

  test('of numbers keeps their kind', async () => {
    const text = JSON.stringify({ [jpg]: { ...given(jpg), GAIN: 'gain' } }).replace('"gain"', '12.0')
    const { stdout } = await ingest([
      '--dry-run',
      '--json',
      '--metadata',
      write('given.json', text),
      dataFile('fits', jpg),
    ])
    expect(stdout.replaceAll(': ', ':')).toContain('"GAIN":12.0')
  })

  test('that is no JSON, or no object, is told with its place, exit code 2', async () => {
    write('bad.json', '{\n  "A": 1,\n  "B": }\n')
    const bad = await ingest(['--metadata', 'bad.json', '.'])
    expect([bad.code, bad.stderr]).toEqual([
      2,
      expect.stringMatching(/^platestack: --metadata bad\.json cannot be used: it is no JSON: see line 3, column 8\n$/),
    ])
    write('list.json', '[1]')
    expect((await ingest(['--metadata', 'list.json', '.'])).stderr).toContain('it is no JSON object')
    expect(await ingest(['--metadata', 'none.json', '.'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'platestack: --metadata none.json cannot be read: there is no such file or folder (ENOENT)\n',
    })
  })

  test('beside a file that cannot be used is a fault of that file alone', async () => {
    write('a.fits', fitsFile())
    write('a.fits.json', '{"A": [1, 2]}')
    write('b.fits', fitsFile({}, { seed: 2 }))
    const rows = await dryRun('.')
    expect(rows.map(({ error = null }) => error)).toContainEqual(expect.stringContaining('its metadata a.fits.json'))
    expect(rows.filter((row) => 'record' in row)).toHaveLength(1)
  })
})

test('--help has every option, its exit codes and examples', async () => {
  const { code, stdout } = await ingest(['--help'])
  expect(code).toBe(0)
  const source = readFileSync(inRepository('src/cli/ingest/options.ts'), 'utf8')
  const options = [...source.matchAll(/^ {6}'?([a-z-]+)'?: \{ type:/gm)].map(([, name]) => `--${name}`)
  expect(options.length).toBeGreaterThan(9)
  for (const option of options) expect(stdout).toContain(option)
  expect(stdout).toMatch(/Exit code 0: [\s\S]*Examples:\n( {2}platestack ingest .*\n| {2}AUTH_TOKEN=.*\n){3}$/)
})

describe('a wrong command line', () => {
  test.each([
    [[], 'give files or folders: platestack ingest PATH...'],
    [['--fast', '.'], "Unknown option '--fast'; --help lists the options"],
    [['--concurrency', 'many', '.'], '--concurrency is a number from 1 to 256'],
    [['--concurrency', '0', '.'], '--concurrency is a number from 1 to 256'],
    [['--retry-for', 'ever', '.'], '--retry-for is a number from 0 to 100000'],
    [['--settle', '3', '.'], '--settle goes with --watch'],
    [['--watch', '--dry-run', '.'], '--dry-run and --watch do not go together'],
    [['--watch', '-'], '--watch takes folders, not a list (-)'],
    [['--null', '.'], '--null is about the list on standard input: give - as a path'],
    [['--api-root', 'ftp://x', '.'], "--api-root is the archive's address"],
    [['--api-root', 'http://frodo:ring@x/', '.'], '--api-root has no user, password or question mark'],
    [['--api-root', 'http://127.0.0.1:1', '.'], 'http://127.0.0.1:1/ wants a token: give it by AUTH_TOKEN'],
    [['--auth-token', 'ring', '.'], '--auth-token goes with --api-root'],
    [
      ['--api-root', 'https://archive.example', '--auth-token', 'ring', '.'],
      'say where the archive at https://archive.example/ keeps its files',
    ],
    [['--watch', 'nowhere'], 'nowhere cannot be watched: there is no such file or folder (ENOENT)'],
  ])('is one line and exit code 2: %j', async (args, line) => {
    const { code, stdout, stderr } = await ingest(args)
    expect([code, stdout, stderr.split('\n').length]).toEqual([2, '', 2])
    expect(stderr).toContain(`platestack: ${line}`)
    expect(stderr).not.toContain('ring@')
  })
})

describe('paths', () => {
  test('come from standard input too, by lines or separated by NUL; one that is named twice is taken once', async () => {
    for (const name of ['a.fits', 'b\n1.fits', 'c.fits']) write(name, fitsFile({ BLKUID: name.length }))
    const lines = await piped(['--dry-run', '--json', '-'], 'a.fits\r\n\n./c.fits\na.fits')
    expect([lines.code, rowsOf(lines.stdout).map(({ file }) => file)]).toEqual([0, ['a.fits', './c.fits']])
    const nuls = await piped(['--dry-run', '--json', '--null', '-', 'a.fits'], 'a.fits\0b\n1.fits\0')
    expect(rowsOf(nuls.stdout).map(({ file }) => file)).toContain('b\n1.fits')
    const junk = await piped(['--dry-run', '-'], 'x'.repeat(100_000))
    expect([junk.code, junk.stderr]).toEqual([2, expect.stringContaining('has a path of more than')])
  })

  test('that lead nowhere are told, the rest goes on, exit code 1', async () => {
    write('a.fits', fitsFile())
    write('a.xyz', '')
    const { code, stdout } = await ingest(['--dry-run', 'none.fits', 'no*/x', 'a.fits', 'a.xyz'])
    expect(code).toBe(1)
    expect(stdout).toContain('1 can go in')
    expect(stdout).toContain('  none.fits: there is no such file or folder (ENOENT)\n')
    expect(stdout).toContain('  no*/x: no file matches this pattern\n')
    expect(stdout).toContain('  a.xyz: file extension .xyz is not a currently supported file type')
  })

  test('that this user may not read are told with the reason, the rest goes on', async () => {
    for (const name of ['open', 'closed', 'shut']) mkdirSync(at(name))
    write('open/a.fits', fitsFile())
    chmodSync(write('open/b.fits', fitsFile()), 0)
    write('closed/c.fits', fitsFile())
    chmodSync(root, 0o755)
    chmodSync(at('closed'), 0)
    // who may read everything cannot try this: then it is done as somebody else
    const someone = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
    const [command, ...args] = [...someone, process.execPath, program, 'ingest', '--dry-run', '.']
    const running = launch(command!, args, { cwd: root })
    running.child.stdin.end()
    expect(await running.ended).toBe(1)
    chmodSync(at('closed'), 0o700)
    const words = 'it may not be read by this user: give it read permission (EACCES)'
    for (const path of ['open/b.fits', 'closed']) expect(running.stdout).toContain(`  ${path}: ${words}\n`)
    expect(running.stdout).toMatch(
      /^2 files, .*\n {2}1 can go in\n {2}1 refused\n {2}1 paths that could not be looked at\n/m,
    )
  })

  test('are worked on one after the other where the system lets no more files be open', async () => {
    for (let i = 0; i < 300; i++) write(`a${i}.fits`, fitsFile({ BLKUID: i }))
    const command = `ulimit -n 140; exec '${process.execPath}' '${program}' ingest --dry-run --concurrency 256 .`
    const running = launch('bash', ['-c', command], { cwd: root })
    running.child.stdin.end()
    expect(await running.ended).toBe(0)
    expect(running.stdout).toContain('300 can go in')
  })
})
