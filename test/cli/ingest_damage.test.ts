import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fitsFile, HEADERS } from '../support/fits_file.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { launch, platestack, program, type Variables } from '../support/program.ts'

let pg: TestPostgres
let root: string
let database: string
beforeAll(async () => {
  pg = await startPostgres()
  root = mkdtempSync(join(tmpdir(), 'platestack-damage-'))
})
afterAll(async () => {
  await pg.stop()
  rmSync(root, { recursive: true, force: true })
})

let nights = 0
let night: string
let store: string
let env: Variables
/** Each test has a folder, a store and a database of its own. */
beforeEach(async () => {
  nights++
  night = join(root, `night${nights}`)
  store = join(root, `store${nights}`)
  mkdirSync(night)
  database = `damage_${nights}`
  const url = await pg.createDatabase(database, 'template')
  env = { DATABASE_URL: url, FILESTORE_TYPE: 'local', FILESYSTEM_STORAGE_ROOT_DIR: store }
})

const write = (name: string, bytes: Uint8Array | string) => writeFileSync(join(night, name), bytes)
const ingest = (args: string[], more: Variables = {}) => platestack(['ingest', ...args], { ...env, ...more }, night)

interface Row {
  file: string
  outcome: string
  reason: string | null
  header: string | null
}
const rowsOf = (stdout: string): Row[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row)

/** Files below the store. */
const stored = (): string[] =>
  readdirSync(store, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort()
const count = async (table: string) => Number(await pg.psql(database, { sql: `select count(*) from ${table}` }))

/** What no message may show: our own innards. */
const INNARDS = /\n\s+at |node:|\.[jt]s:\d|undefined|\[object|TypeError|RangeError|Maximum call/

const PDF = '%PDF-1.4\n'
const member = (name: string, bytes: Buffer): Buffer => {
  const head = Buffer.alloc(512)
  head.write(name)
  head.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
  head.write('        0', 148)
  head.write('ustar', 257)
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([head, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}
const tar = (...members: Buffer[]) => Buffer.concat([...members, Buffer.alloc(1024)])

describe('a night of bad files', () => {
  const given = JSON.stringify(HEADERS)
  const whole = fitsFile({}, { seed: 99, rows: 200 })
  const packed = gzipSync(tar(member('x.txt', Buffer.alloc(3000)), member('a.fits', fitsFile({}, { seed: 98 }))))
  const flipped = Buffer.from(packed)
  flipped[packed.length - 100]! ^= 4
  const BAD: [
    name: string,
    content: Uint8Array | string,
    header: string | null,
    reason: RegExp,
    metadata?: string | Buffer,
  ][] = [
    ['cut.fits', whole.subarray(0, 4000), null, /^as FITS it cannot be read: the file was cut off: it has 4000 bytes/],
    ['empty.fits', '', null, /this is not a FITS file; it is empty: send it again$/],
    ['page.fits', '<html><h1>502 Bad Gateway</h1></html>', null, /it is a web page/],
    [
      'cards.fits',
      Buffer.alloc(80_000_000, 'SIMPLE  = T'.padEnd(80)),
      null,
      /the header at byte 0 does not end within 4096 blocks$/,
    ],
    ['bare.fits', fitsFile({ PROPID: 'x' }).fill(' ', 480, 560), 'PROPID', /HDU 0 comes nearest and lacks PROPID$/],
    ['day.fits', fitsFile({ 'DAY-OBS': 'today' }), 'DAY-OBS', /^DAY-OBS is 'today': it is no day like 20151221/],
    ['up.fits', fitsFile({ SITEID: '..' }), 'SITEID', /^SITEID is '\.\.': it would make an odd path/],
    ['down.fits', fitsFile({ INSTRUME: '../../x' }), 'INSTRUME', /^INSTRUME is '..\/..\/x': it would make an odd path/],
    [
      'block.fits',
      fitsFile({ BLKUID: 'ABC' }),
      'BLKUID',
      /: observation_id \(BLKUID is 'ABC'\): A valid integer is required\.$/,
    ],
    [
      'site.fits',
      fitsFile({ SITEID: 'cpta' }),
      'SITEID',
      /: site_id \(SITEID is 'cpta'\): Ensure this field has no more than 3/,
    ],
    [
      'type.fits',
      fitsFile({ OBSTYPE: 'PIZZA' }),
      'OBSTYPE',
      /: configuration_type \(OBSTYPE is 'PIZZA'\): "PIZZA" is not a valid/,
    ],
    [
      'time.fits',
      fitsFile({ EXPTIME: 'long' }),
      'EXPTIME',
      /: exposure_time \(EXPTIME is 'long'\): A valid number is required/,
    ],
    [
      'two.fits',
      fitsFile({ BLKUID: 'x', REQNUM: 'y' }),
      'BLKUID',
      /\(BLKUID is 'x'\): .*; request_id \(REQNUM is 'y'\): A valid integer/,
    ],
    ['cut.tar.gz', packed.subarray(0, 200), null, /^the gzip data are damaged or cut off: send the file again$/],
    ['flip.tar.gz', flipped, null, /^the gzip data are damaged or cut off: send the file again$/],
    [
      'none.tar.gz',
      gzipSync(tar(member('x.txt', Buffer.from('x')))),
      null,
      /^Tar file missing meta fits! None of its members/,
    ],
    ['fits.tar.gz', gzipSync(whole), null, /^the file is no tar; it is a FITS file$/],
    ['zeros.tar.gz', gzipSync(Buffer.alloc(50_000_000)), null, /^Tar file missing meta fits!/],
    ['none.pdf', PDF, 'PROPID', /the metadata given beside it lack PROPID, DATE-OBS,/],
    ['list.pdf', PDF, null, /list\.pdf\.json cannot be used: it is no JSON object of keywords and values$/, '[1]'],
    [
      'latin.pdf',
      PDF,
      null,
      /cannot be read: it is no text in UTF-8: save it as that$/,
      Buffer.from('{"OBJECT":"\xe9"}', 'latin1'),
    ],
    ['deep.pdf', PDF, null, /cannot be used: it is no JSON: see line 1, column 102$/, '['.repeat(100_000)],
    ['large.pdf', PDF, null, /it has 2000000 bytes, and metadata at most 1048576$/, Buffer.alloc(2_000_000, ' ')],
    ['huge.pdf', PDF, null, /A of the metadata is 1e999, which is larger than any number$/, '{"A":1e999}'],
    [
      'nul.pdf',
      `${PDF}nul`,
      'OBJECT',
      /: target_name \(OBJECT is 'a.b'\): Null characters are not allowed/s,
      `${given.slice(0, -1)},"OBJECT":"a\\u0000b"}`,
    ],
  ]

  test('is listed file by file with header and reason; the good ones go in, and nothing else is left', async () => {
    for (const [name, content, , , metadata] of BAD) {
      write(name, content)
      if (metadata !== undefined) write(`${name}.json`, metadata)
    }
    const odd = ['a b.fits', 'q\'u"o.fits', 'new\nline.fits', '%2e+&#?.fits', '中文.fits', `${'x'.repeat(250)}.fits`]
    for (const [seed, name] of odd.entries()) write(name, fitsFile({}, { seed }))
    write('ok.pdf', PDF)
    write('ok.pdf.json', `\uFEFF${given}`)

    // neither a long header nor a bomb may need more than that
    const run = await ingest(['--json', '.'], { NODE_OPTIONS: '--max-old-space-size=120' })
    expect(run.code).toBe(1)
    const rows = new Map(rowsOf(run.stdout).map((row) => [row.file, row]))
    for (const [name, , header, reason] of BAD) {
      expect(rows.get(name)).toMatchObject({ outcome: 'refused', header, reason: expect.stringMatching(reason) })
      expect(run.stderr).toContain(`\n  ${name}: ${header === null ? '' : `${header}: `}`)
    }
    for (const name of [...odd, 'ok.pdf']) expect([name, rows.get(name)?.outcome]).toEqual([name, 'created'])
    expect(rows.size).toBe(BAD.length + odd.length + 1)
    expect(`${run.stdout}${run.stderr}`).not.toMatch(INNARDS)
    expect(stored()).toEqual([...odd, 'ok.pdf'].sort())
    expect([await count('versions'), await count('frames')]).toEqual([odd.length + 1, odd.length + 1])
  })
})

test('pipes, sockets, devices and links to nowhere are told and not waited for', async () => {
  execFileSync('mkfifo', [join(night, 'pipe.fits'), join(night, 'b.pdf.json')])
  symlinkSync('nowhere', join(night, 'lost.fits'))
  symlinkSync('round.fits', join(night, 'round.fits'))
  write('b.pdf', PDF)
  const { code, stdout } = await ingest(['--dry-run', '--json', '.', '/dev/zero'])
  const reasons = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { file: string; error: string })
  expect(Object.fromEntries(reasons.map(({ file, error }) => [file, error]))).toEqual({
    'b.pdf': 'its metadata b.pdf.json cannot be read: it is no regular file',
    'lost.fits': 'it is a symbolic link to what is not there',
    'round.fits': 'its symbolic links lead in a circle (ELOOP)',
    '/dev/zero': 'it is no regular file',
  })
  expect(code).toBe(1)
  const pipe = await ingest(['--json', 'pipe.fits'])
  expect([pipe.code, rowsOf(pipe.stdout)]).toMatchObject([1, [{ outcome: 'refused', reason: 'it is no regular file' }]])
})

test('a name that is no text is told, in a folder and in a list', async () => {
  const name = Buffer.concat([Buffer.from(join(night, 'bad')), Buffer.from([0xff]), Buffer.from('.fits')])
  writeFileSync(name, fitsFile())
  const refused = { error: expect.stringContaining('its name is no text in UTF-8'), header: null }
  const inFolder = await ingest(['--dry-run', '--json', '.'])
  expect([inFolder.code, JSON.parse(inFolder.stdout)]).toEqual([1, { file: 'bad\uFFFD.fits', ...refused }])

  const listed = launch(process.execPath, [program, 'ingest', '--dry-run', '--json', '-0', '-'], { cwd: night })
  listed.child.stdin.end(Buffer.concat([name, Buffer.from([0])]))
  expect(await listed.ended).toBe(1)
  expect(JSON.parse(listed.stdout)).toMatchObject(refused)
})

test('what a store has no room for fails and leaves nothing there; the rest goes in, and it itself the next time', async () => {
  write('large.fits', fitsFile({}, { seed: 1, rows: 10_000 }))
  for (let i = 0; i < 5; i++) write(`small${i}.fits`, fitsFile({}, { seed: 10 + i }))
  const limited = ['-c', 'ulimit -f 100; exec "$0" "$@"', process.execPath, program, 'ingest', '--json', '.']
  const first = launch('bash', limited, { env, cwd: night })
  first.child.stdin.end()
  expect(await first.ended).toBe(1)
  const rows = new Map(rowsOf(first.stdout).map((row) => [row.file, row]))
  expect(rows.get('large.fits')).toMatchObject({
    outcome: 'failed',
    reason: 'the file store cannot be written to: it takes no file as large as this (EFBIG)',
  })
  const small = ['small0.fits', 'small1.fits', 'small2.fits', 'small3.fits', 'small4.fits']
  expect(stored()).toEqual(small)
  expect(await count('versions')).toBe(5)

  const again = await ingest(['--json', '.'])
  expect([again.code, rowsOf(again.stdout).filter(({ outcome }) => outcome === 'created')]).toEqual([
    0,
    [expect.objectContaining({ file: 'large.fits' })],
  ])
  expect(stored()).toEqual(['large.fits', ...small])
})

test('a store that is a file is told with the variable that names it', async () => {
  writeFileSync(store, '')
  write('a.fits', fitsFile())
  const { code, stdout } = await ingest(['--json', '.'])
  expect([code, rowsOf(stdout)[0]]).toMatchObject([
    1,
    {
      outcome: 'failed',
      reason: expect.stringMatching(/cannot be written to: a part of the path is a file: see FILESYSTEM_/),
    },
  ])
  expect(readFileSync(store)).toHaveLength(0)
})

test('output that cannot be written ends the run, with the reason', async () => {
  write('a.fits', fitsFile())
  const run = launch('bash', ['-c', '"$0" "$@" > /dev/full', process.execPath, program, 'ingest', '.'], {
    env,
    cwd: night,
  })
  run.child.stdin.end()
  expect(await run.ended).toBe(1)
  expect(run.stderr).toContain('standard output cannot be written to, which ended the run: its disk is full')
})
