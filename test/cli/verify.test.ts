import { mkdir, mkdtemp, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Pool } from '../../src/database/open.ts'
import { readVerifications } from '../../src/queries/verifications/state.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { launch, platestack, program } from '../support/program.ts'
import { isReading, makeFiles, readLines, recordFiles, type StoredFile, waitFor } from '../support/stored_files.ts'

let pg: TestPostgres
let folder: string
beforeAll(async () => {
  pg = await startPostgres()
  folder = await mkdtemp(join(tmpdir(), 'platestack-verify-'))
})
afterAll(async () => {
  await pg.stop()
  await rm(folder, { recursive: true, force: true })
})

async function store(root: string, files: readonly StoredFile[]): Promise<void> {
  await mkdir(join(root, dirname(files[0]!.path)), { recursive: true })
  for (const { path, bytes } of files) await writeFile(join(root, path), bytes)
}

interface Setup {
  root: string
  sql: Pool
  env: Record<string, string>
  run(...args: string[]): ReturnType<typeof platestack>
}

/** An archive on a directory with these files, for as long as the work takes. */
async function withArchive<T>(files: readonly StoredFile[], work: (setup: Setup) => Promise<T>): Promise<T> {
  const url = await pg.createDatabase(undefined, 'template')
  const root = await mkdtemp(join(folder, 'store-'))
  const sql = poolAt(url, { max: 2 })
  const env = { DATABASE_URL: url, FILESTORE_TYPE: 'local', FILESYSTEM_STORAGE_ROOT_DIR: root, SECRET_KEY: 'of tests' }
  try {
    await store(root, files)
    await recordFiles(sql, files)
    return await work({ root, sql, env, run: (...args) => platestack(args, env) })
  } finally {
    await sql.end({ timeout: 5 })
  }
}

test('damage of every kind is found with what was expected, kept, listed and repaired from copies', async () => {
  const files = makeFiles('damage', 8, 5_000)
  await withArchive(files, async ({ root, sql, run }) => {
    const at = (i: number) => join(root, files[i]!.path)
    const first = await run('verify')
    expect([first.code, first.stdout]).toEqual([0, '8 files verified (40.0 kB read): nothing is wrong.\n'])
    expect(await sql`select from versions where size = 5000 and crc32 is not null`).toHaveLength(8)

    const flipped = Buffer.from(files[0]!.bytes)
    flipped[100]! ^= 1
    await writeFile(at(0), flipped)
    await truncate(at(1), 4_999)
    await rm(at(2))
    await rename(at(3), `${at(3)}.x`)
    await rename(at(4), at(3))
    await rename(`${at(3)}.x`, at(4))
    // what even a superuser cannot read
    await rm(at(5))
    await symlink(files[5]!.path.split('/').pop()!, at(5))
    await sql`update versions set crc32 = 7 where md5 = ${files[6]!.md5}`

    const found = await run('verify', '--json')
    const { findings, summary } = readLines(found.stdout)
    expect(found.code).toBe(1)
    expect(summary).toMatchObject({
      files: 8,
      findings: { missing: 1, size: 1, md5: 3, crc32: 1, unreadable: 1 },
      ended: 'all',
    })
    const of = (i: number) => findings.find(({ basename }) => basename === files[i]!.basename)
    expect(of(0)).toMatchObject({
      kind: 'md5',
      path: files[0]!.path,
      key: files[0]!.md5,
      expected: { md5: files[0]!.md5, size: 5000 },
    })
    expect(of(1)).toMatchObject({ kind: 'size', expected: { size: 5000 }, found: { size: 4999 } })
    expect(of(2)).toMatchObject({ kind: 'missing' })
    expect(of(3)).toMatchObject({
      kind: 'md5',
      found: { md5: files[4]!.md5, reason: `it is the file of ${files[4]!.basename}.fits.fz` },
    })
    expect(of(5)).toMatchObject({ kind: 'unreadable', found: { reason: expect.stringContaining('ELOOP') } })
    expect(of(6)).toMatchObject({ kind: 'crc32', expected: { crc32: 7 } })

    // a quick look says nothing of bytes, and does not take back what a whole reading found
    const quick = readLines((await run('verify', '--quick', '--json')).stdout)
    expect(quick.summary).toMatchObject({ files: 8, bytes: 0, findings: { missing: 1, size: 1, unreadable: 1 } })
    const state = await readVerifications(sql)
    expect(state.versions).toMatchObject({
      unread: 0,
      findings: { missing: 1, size: 1, md5: 3, crc32: 1, unreadable: 1 },
    })
    expect(state.versions.oldest).toBeGreaterThan(Date.now() / 1000 - 3600)
    expect(state.read.whole.day).toEqual(state.read.whole.ever)
    expect(state.read.whole.day.files).toBe(16)
    expect(state.thumbnails).toEqual({ unread: null, oldest: null, findings: {} })

    const listed = await run('repair')
    expect(listed.code).toBe(1)
    expect(listed.stdout).toContain(`platestack repair --from DIRECTORY --basename ${files[0]!.basename}`)
    expect(listed.stdout).toContain(`platestack repair --records --basename ${files[6]!.basename}`)
    expect(listed.stdout).toContain('7 findings are open.')
    const paths = await run('repair', '--paths')
    expect(paths.stdout.split('\n').filter(Boolean).sort()).toEqual(
      [0, 1, 2, 3, 4, 6].map((i) => files[i]!.path).sort(),
    )

    // a site's own folders; one of the files there is no copy
    const copies = join(folder, 'copies/of/a site')
    await mkdir(copies, { recursive: true })
    for (const i of [0, 1, 2, 3]) await writeFile(join(copies, files[i]!.path.split('/').pop()!), files[i]!.bytes)
    await writeFile(join(copies, files[4]!.path.split('/').pop()!), flipped)
    await rm(at(5))
    await writeFile(at(5), files[5]!.bytes)
    const repaired = await run('repair', '--from', join(folder, 'copies'), '--records', '--json')
    expect(repaired.code).toBe(1)
    expect(readLines(repaired.stdout).summary).toMatchObject({ repaired: 5, well: 1, left: 1, open: 1 })
    expect(readLines(repaired.stdout).findings.find(({ outcome }) => outcome === 'left')).toMatchObject({
      basename: files[4]!.basename,
      detail: expect.stringContaining('is no copy of it'),
    })
    await writeFile(at(4), files[4]!.bytes)
    expect((await run('verify', '--found')).code).toBe(0)
    expect((await run('verify')).stdout).toContain('8 files verified (40.0 kB read): nothing is wrong.')
    expect((await run('repair')).stdout).toBe('No findings are open.\n')
  })
})

test('a share at a time goes round: budgets are kept, and each run goes on where the one before ended', async () => {
  await withArchive(makeFiles('share', 600, 1_000), async ({ sql, run }) => {
    await run('checksum')
    let read = 0
    for (const [budget, files] of [
      ['100kB', 100],
      ['0.2MB', 200],
      ['300kB', 300],
    ] as const) {
      const { code, stdout } = await run('verify', '--budget', budget, '--json')
      const { summary } = readLines(stdout)
      expect([code, summary.files, summary.bytes]).toEqual([0, files, files * 1000])
      expect(summary.ended).toBe('budget')
      read += files
    }
    expect(read).toBe(600)
    // the next round begins with what was read longest ago
    await run('verify', '--budget', '10kB')
    const [oldest] = await sql`select first_id, next_id from verification_spans where next_id > first_id`
    expect(Number(oldest!.next_id)).toBe(11)
    // a file that is larger than the budget is read all the same
    expect(readLines((await run('verify', '--budget', '10B', '--json')).stdout).summary.files).toBe(1)
    const chosen = await run(
      'verify',
      '--basename',
      'share-7-e00',
      '--basename',
      'share-8-e00',
      '--site',
      'cpt',
      '--json',
    )
    expect(readLines(chosen.stdout).summary).toMatchObject({ files: 2, bytes: 2000 })
    expect(readLines((await run('verify', '--until', '2020-01-01', '--json')).stdout).summary.files).toBe(0)
  })
})

test('several at once share the work; what is stopped goes on, and a frame deleted in mid-read is no finding', async () => {
  const files = makeFiles('several', 600, 1_000)
  await withArchive(files, async ({ root, sql, env, run }) => {
    await run('checksum')
    const slow = (rate: string) => launch(process.execPath, [program, 'verify', '--json', '--rate', rate], { env })
    const both = [slow('100k'), slow('100k')]
    expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([0, 0])
    const shares = both.map(({ stdout }) => readLines(stdout).summary.files as number)
    expect(shares[0]! + shares[1]!).toBe(600)

    const stopped = slow('20k')
    await waitFor(() => isReading(sql))
    stopped.child.kill('SIGTERM')
    expect(await stopped.ended).toBe(1)
    expect(readLines(stopped.stdout).summary.ended).toBe('stopped')
    expect(await isReading(sql)).toBe(false)

    const [large] = makeFiles('large', 1, 3_000_000)
    await store(root, [large!])
    await recordFiles(sql, [large!])
    const reading = launch(
      process.execPath,
      [program, 'verify', '--json', '--rate', '500k', '--basename', large!.basename],
      { env },
    )
    // the third of a second that a first piece lasts
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    await sql`delete from versions where md5 = ${large!.md5}`
    await rm(join(root, large!.path))
    expect(await reading.ended).toBe(0)
    expect(readLines(reading.stdout).findings).toEqual([])
  })
})

test('a store or a database that is away is no damage', async () => {
  await withArchive(makeFiles('away', 30, 1_000), async ({ root, sql, env }) => {
    const run = (more: Record<string, string>, ...args: string[]) => platestack(args, { ...env, ...more })
    const empty = await mkdtemp(join(folder, 'empty-'))
    const [other] = makeFiles('other', 1, 10)
    const wrong = await mkdtemp(join(folder, 'wrong-'))
    await store(wrong, [other!])
    for (const elsewhere of [join(folder, 'nowhere'), empty, wrong]) {
      const { code, stdout, stderr } = await run({ FILESYSTEM_STORAGE_ROOT_DIR: elsewhere }, 'verify')
      expect(stdout).toBe('0 files verified (0 bytes read).\n')
      expect([code, stderr]).toEqual([1, expect.stringContaining('The file store has none of the 20 newest files')])
    }
    expect(await sql`select from verification_findings`).toHaveLength(0)
    const dead = await run({ DATABASE_URL: 'postgres://postgres@127.0.0.1:1/none' }, 'verify')
    expect([dead.code, dead.stderr]).toEqual([1, expect.stringContaining('cannot be reached')])
    expect((await run({}, 'verify')).code).toBe(0)
    const dummy = await run({ FILESTORE_TYPE: 'dummy' }, 'verify')
    expect([dummy.code, dummy.stdout]).toEqual([0, expect.stringContaining('There are no files')])

    const stray = join(root, 'cpt/kb70/stray.fits')
    await writeFile(stray, 'stray')
    expect((await run({}, 'verify', '--orphans')).stdout).toContain(
      '1 without a record is less than a day old and not listed',
    )
    await utimes(stray, new Date('2020-01-01'), new Date('2020-01-01'))
    const orphans = await run({}, 'verify', '--orphans')
    expect([orphans.code, orphans.stdout]).toEqual([
      1,
      'cpt/kb70/stray.fits: 5 bytes, modified 2020-01-01T00:00:00Z\n31 stored files checked: 1 has no record (5 bytes).\n',
    ])
    await sql`insert into removals (path, key, newest) values ('cpt/kb70/stray.fits', '', true)`
    const leaving = await run({}, 'verify', '--orphans')
    expect([leaving.code, leaving.stdout]).toEqual([0, expect.stringContaining('1 more is about to be removed')])
  })
})

test.each([
  [['verify', '--budget', 'much'], '--budget is a number of bytes'],
  [['verify', '--quick', '--budget', '1GB'], '--quick reads nothing'],
  [['verify', '--day', '2024-02-30'], '--day is an observing day'],
  [['verify', '--since', 'yesterday'], '--since is a time in UTC'],
  [['verify', '--since', '2024-02-30'], '--since is a time in UTC'],
  [['verify', '--since', '2024-03-01', '--until', '2024-02-01T10:00'], 'no time lies between --since 2024-03-01'],
  [['verify', '--site', ''], '--basename and --site need a value'],
  [['verify', '--basename', ' '], '--basename and --site need a value'],
  [['verify', '--budget', '-1'], "Option '--budget' argument is ambiguous; --help lists the options\n"],
  [['repair', '--basename', ''], '--basename needs a value'],
  [['verify', '--found', '--site', 'cpt'], 'give --found, or which files'],
  [['verify', '--orphans', '--rate', '1M'], 'it takes no --rate'],
  [['verify', '--concurrency', '0'], '--concurrency is a number from 1 to 64'],
  [['repair', '--from', 's3:/b'], '--from is a directory, s3://BUCKET'],
  [['repair', '--from', '/nonexistent/copies'], 'is no directory'],
  [['repair', '--paths', '--json'], '--paths only prints paths'],
])('%j is refused', async (args, words) => {
  const { code, stderr } = await platestack(args)
  expect([code, stderr]).toEqual([2, expect.stringContaining(words)])
})
