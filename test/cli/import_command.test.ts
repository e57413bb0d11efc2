import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Frame, openArchive } from '../../clients/typescript/index.ts'
import { inRepository } from '../support/data.ts'
import { type ImportSource, importSource } from '../support/import_source.ts'
import { freePort } from '../support/ports.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { launch, platestack, program, serve, stop, type Variables } from '../support/program.ts'

let pg: TestPostgres
let source: ImportSource
let root: string
beforeAll(async () => {
  pg = await startPostgres()
  root = mkdtempSync(join(tmpdir(), 'platestack-import-'))
  source = await importSource(pg)
})
afterAll(async () => {
  await source?.close()
  await pg?.stop()
  rmSync(root, { recursive: true, force: true })
})

let targets = 0
/** The environment of an empty archive. */
const emptyArchive = async (): Promise<Variables> => ({
  DATABASE_URL: await pg.createDatabase(undefined, 'template'),
  SECRET_KEY: 'a key of the tests',
  FILESTORE_TYPE: 'local',
  FILESYSTEM_STORAGE_ROOT_DIR: join(root, `store${++targets}`),
  PLATESTACK_DATA_DIR: join(root, `data${targets}`),
})
const importing = (args: string[], env: Variables) =>
  platestack(['import', ...args], { IMPORT_TOKEN: source.token, ...env })
const rowsOf = (stdout: string) =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const countsOf = (stdout: string) => {
  const counts: Record<string, number> = {}
  for (const { outcome } of rowsOf(stdout)) counts[String(outcome)] = (counts[String(outcome)] ?? 0) + 1
  return counts
}

/** All that an archive shows of its frames, without what is its own: ids and addresses. */
async function contents(url: string, token: string | null, files: 'files' | 'records' = 'files'): Promise<unknown[]> {
  const archive = openArchive(url, token === null ? {} : { token })
  const frames: Frame[] = []
  for await (const frame of archive.frames({ ordering: 'basename', include_thumbnails: true })) frames.push(frame)
  const names = new Map(frames.map(({ id, basename }) => [id, basename]))
  const bytes = async ({ url: _, ...frame }: Frame) =>
    Promise.all(frame.version_set.map(async (version) => new Response(archive.open({ frame, version })).text()))
  return Promise.all(
    frames.map(async ({ id, url: _, ...frame }) => {
      const headers: HeadersInit = token === null ? {} : { authorization: `Token ${token}` }
      return {
        ...frame,
        related_frames: frame.related_frames?.flatMap((other) => names.get(other) ?? []).sort(),
        version_set: frame.version_set.map(({ id: _id, url: _url, ...version }) => version),
        thumbnails: frame.thumbnails?.map(({ id: _id, url: _url, frame: _frame, ...thumbnail }) => thumbnail),
        headers: await (await fetch(`${url}/frames/${id}/headers/`, { headers })).text(),
        files: files === 'files' ? await bytes({ id, ...frame } as Frame) : null,
      }
    }),
  )
}

/** Works with an archive that is served meanwhile. */
async function served<T>(env: Variables, work: (url: string, token: string) => Promise<T>): Promise<T> {
  await platestack(['createsuperuser', '--noinput', '--username', 'importer'], {
    ...env,
    SUPERUSER_PASSWORD: 'ringbearer',
  })
  const token = (await platestack(['token', 'importer'], env)).stdout.trim()
  const archive = await serve(env)
  try {
    return await work(archive.url, token)
  } finally {
    await stop(archive)
  }
}
const contentsAt = (env: Variables, files: 'files' | 'records' = 'files') =>
  served(env, (url, token) => contents(url, token, files))
const database = ({ DATABASE_URL }: Variables) => new URL(DATABASE_URL!).pathname.slice(1)

test('by its API into an empty archive: all that it shows is here, and to nobody else than there', async () => {
  const env = { ...(await emptyArchive()), QUEUE_BROKER_URL: 'amqp://127.0.0.1:9/' }
  const rehearsed = await importing(['--json', '--dry-run', source.url], env)
  expect([rehearsed.code, countsOf(rehearsed.stdout)]).toEqual([0, { created: source.names.length }])
  const went = await importing(['--json', source.url], env)
  expect([went.code, went.stderr, countsOf(went.stdout)]).toEqual([
    0,
    expect.stringMatching(/^\d+ frames, .*\n {2}\d+ imported\n$/m),
    { created: source.names.length },
  ])
  expect(went.stderr).not.toContain(source.token)
  expect(await pg.psql(database(env), { sql: 'select count(*) from outbox' })).toBe('0\n')
  await served(env, async (url, token) => {
    expect(await contents(url, token)).toEqual(await contents(source.url, source.token))
    expect(await contents(url, null)).toEqual(await contents(source.url, null))
  })
  const again = await importing(['--json', source.url], env)
  expect([again.code, countsOf(again.stdout)]).toEqual([0, { already_there: source.names.length }])
  const verified = await importing(['--verify', source.url], env)
  expect([verified.code, verified.stdout]).toEqual([0, `${source.names.length} frames compared, no differences\n`])

  await pg.psql(database(env), {
    sql: "update frames set public_date = '2001-01-01' where basename = 'digits'; delete from headers using frames f where frame_id = f.id and basename = 'digits'; insert into frames select (jsonb_populate_record(f, jsonb_build_object('id', 100000, 'basename', 'own'))).* from frames f where basename = 'digits'; update versions set frame_id = 100000 where frame_id = (select id from frames where basename = 'bpm-cpt-kb70-20160103-bin1')",
  })
  const differing = await importing(['--verify', '--json', source.url], env)
  const fields = rowsOf(differing.stdout).map(({ basename, field }) => [basename, field])
  expect([differing.code, fields]).toEqual([
    1,
    expect.arrayContaining([
      ['digits', 'public_date'],
      ['digits', 'headers.AIRMASS'],
      ['own', 'frame'],
    ]),
  ])
  const read = await importing(['--verify', source.url], env)
  expect(read.stdout).toContain('\nown: only here (id 100000)\n')
  expect(read.stdout).toMatch(/frames compared, \d+ differ \(.*\d+ missing or unreadable.*\)\n$/)
})

test('a mirror takes what came and changed since, and what failed again; wrong bytes are never recorded', async () => {
  const env = await emptyArchive()
  const mirror = () => importing(['--json', '--since-last', source.url], env)
  const [frame] = (await source.get<{ results: Frame[] }>('/frames/?basename_exact=digits')).results as [Frame]
  const form = { ...frame, related_frame_filenames: ['digits'], headers: { A: 1 } }
  const bad = { ...form, basename: 'bad-e00' }
  const content = 'what it should be'
  await source.post(bad, [['.fits', content]])
  source.damage(bad, '.fits', content)
  const went = await mirror()
  const failed = rowsOf(went.stdout).filter(({ outcome }) => outcome === 'failed')
  expect([went.code, failed]).toEqual([
    1,
    [
      expect.objectContaining({
        basename: 'bad-e00',
        reason: expect.stringMatching(/has the MD5 [0-9a-f]{32}, where its record says/),
      }),
    ],
  ])
  expect(went.stderr).toMatch(/Failed, and tried again by the next run:\n {2}bad-e00: \S/)
  expect(
    await pg.psql(database(env), {
      sql: "select count(*) from versions v join frames f on f.id = frame_id where basename = 'bad-e00'",
    }),
  ).toBe('0\n')

  source.damage(bad, '.fits', content, content)
  await source.post({ ...form, basename: 'new-e00' }, [['.fits', 'of a new one']])
  await source.post({ ...form, basename: 'digits', exposure_time: 7 }, [['.fits', 'another version']])
  const [changed] = (await source.get<{ results: Frame[] }>('/frames/?ordering=id')).results as [Frame]
  await source.patch(changed.id, { headers: { ONLY: 'these' }, target_name: 'elsewhere' })
  const next = await mirror()
  expect(next.code).toBe(0)
  expect(
    rowsOf(next.stdout)
      .filter(({ outcome }) => outcome !== 'already_there')
      .map(({ basename, outcome }) => [basename, outcome])
      .sort(),
  ).toEqual(
    [
      ['bad-e00', 'created'],
      ['digits', 'new_version'],
      ['new-e00', 'created'],
      [changed.basename, 'updated'],
    ].sort(),
  )
  expect(await contentsAt(env)).toEqual(await contents(source.url, source.token))
})

test('the newest versions alone, by a token in a file; --from-start compares what is recorded here already', async () => {
  const { IMPORT_TOKEN: _, ...env } = { IMPORT_TOKEN: '', ...(await emptyArchive()) }
  const form = {
    ...(await source.get<{ results: Frame[] }>('/frames/?basename_exact=digits')).results[0]!,
    related_frame_filenames: [],
  }
  await source.post({ ...form, basename: 'twice-e00', headers: {} }, [['.fits', 'older']])
  await source.post({ ...form, basename: 'twice-e00', headers: {} }, [['.fits', 'newer']])
  const file = join(root, 'token')
  writeFileSync(file, `${source.token}\n`, { mode: 0o600 })
  const taking = (...args: string[]) =>
    platestack(['import', '--json', '--token-file', file, '--newest-only', ...args, source.url], env)
  const went = await taking()
  expect([went.code, countsOf(went.stdout)]).toEqual([0, { created: source.names.length }])
  const there = (await contents(source.url, source.token)) as (Frame & { files: string[] })[]
  const newest = ({ version_set, files, ...frame }: Frame & { files: string[] }) => ({
    ...frame,
    version_set: version_set.slice(0, 1),
    files: files.slice(0, 1),
  })
  const here = (await contentsAt(env)) as (Frame & { files: string[] })[]
  expect(here.find(({ basename }) => basename === 'twice-e00')!.files).toEqual(['newer'])
  expect(here).toEqual(there.map(newest))
  const again = await taking('--from-start')
  expect([again.code, countsOf(again.stdout)]).toEqual([0, { already_there: source.names.length }])
  const missing = await platestack(['import', '--token-file', join(root, 'no such'), source.url], env)
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringMatching(/^platestack: .*no such.*\n$/)])
})

test('killed in its middle, and the source away in the middle of the next: nothing is missing, nothing twice', async () => {
  const env = { IMPORT_TOKEN: source.token, ...(await emptyArchive()) }
  const args = [program, 'import', '--json', '--rate', '40', '--concurrency', '4']
  const killed = launch(process.execPath, [...args, source.url], { env })
  await killed.printed(/"outcome":"created"/)
  killed.child.kill('SIGKILL')
  expect(await killed.ended).toBe('SIGKILL')

  const held = launch(process.execPath, [...args, source.url], { env })
  await held.printed(/"outcome":"created"/)
  await source.halt()
  try {
    await held.printed(/the source at \S+ cannot be reached/)
  } finally {
    await source.begin()
  }
  expect([await held.ended, countsOf(held.stdout).failed]).toEqual([0, undefined])
  expect(held.stderr).toMatch(/is back/)
  expect(await contentsAt(env)).toEqual(await contents(source.url, source.token))

  const third = { IMPORT_TOKEN: source.token, ...(await emptyArchive()) }
  const stopped = launch(process.execPath, [...args, source.url], { env: third })
  await stopped.printed(/"outcome":"created"/)
  stopped.child.kill('SIGINT')
  expect(await stopped.ended).toBe(130)
  expect(stopped.stderr).toMatch(/Stopped: run the same again/)
})

/** The source as the reference would be: by limit and offset, twenty at most, with one row that it cannot show, and busy at times. */
async function reference(): Promise<{ url: string; close(): void }> {
  let requests = 0
  const server = createServer(async (request, answer) => {
    const url = new URL(request.url!, source.url)
    if (++requests % 20 === 2) return void answer.writeHead(429, { 'retry-after': '1' }).end('{"detail":"busy"}')
    for (const name of ['pagination_style', 'id__gt', 'modified_after']) url.searchParams.delete(name)
    const limit = Math.min(20, Number(url.searchParams.get('limit') ?? 20))
    if (url.pathname === '/frames/') url.searchParams.set('limit', String(limit))
    const headers = { authorization: request.headers.authorization ?? '' }
    const text = await (await fetch(url, { headers })).text()
    const isBroken = url.pathname === '/frames/' && text.includes('"basename":"cpt1m010-kb70-20160102-0010-e00"')
    answer
      .writeHead(isBroken ? 500 : 200, { 'content-type': 'application/json' })
      .end(isBroken ? '<h1>Server Error (500)</h1>' : text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

test('a source that knows limit and offset alone, and one row of which is an error', async () => {
  const env = await emptyArchive()
  const old = await reference()
  try {
    const part = await importing(['--json', '--files', 'none', '--limit', '30', old.url], env)
    expect([part.code, countsOf(part.stdout)]).toEqual([1, { created: 29, failed: 1 }])
    const rest = await importing(['--json', '--files', 'none', '--announce', old.url], env)
    expect([rest.code, countsOf(rest.stdout)]).toEqual([0, { created: source.names.length - 30 }])
    const wrong = await importing(['--filter', 'site_id__in=cpt', old.url], env)
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('does not know the filter site_id__in')])
    const all = (await contents(source.url, source.token, 'records')) as Frame[]
    const known = all.filter(({ basename }) => basename !== 'cpt1m010-kb70-20160102-0010-e00')
    const unlinked = (frames: Frame[]) => frames.map(({ related_frames: _, ...frame }) => frame)
    expect(unlinked((await contentsAt(env, 'records')) as Frame[])).toEqual(unlinked(known))
  } finally {
    old.close()
  }
})

test("by its database, another Platestack's with its files, and the reference's records", async () => {
  const env = await emptyArchive()
  const from = ['--json', '--database', source.database]
  const nowhere = await importing(from, env)
  expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('--files-dir DIR or --bucket NAME')])
  const went = await importing([...from, '--files-dir', source.files, '--filter', 'site_id__in=cpt,ogg'], env)
  const rest = await importing([...from, '--files-dir', source.files], env)
  expect([went.code, rest.code]).toEqual([0, 0])
  expect(countsOf(rest.stdout).created).toBeGreaterThan(0)
  expect(await contentsAt(env)).toEqual(await contents(source.url, source.token))
  const again = await importing([...from, '--files-dir', source.files, '--since-last'], env)
  expect([again.code, Object.keys(countsOf(again.stdout))]).toEqual([0, ['already_there']])

  const seed = inRepository('test/adopt/reference-v2.sql.gz')
  const [adopted, old] = [await pg.createDatabase(), await pg.createDatabase()]
  // a frame with a file is no placeholder, also without a date
  const undated =
    'update frames_frame set observation_date = null where id = (select min(frame_id) from frames_version)'
  for (const url of [adopted, old]) {
    await pg.psql(new URL(url).pathname.slice(1), { file: seed })
    await pg.psql(new URL(url).pathname.slice(1), { sql: undated })
  }
  const target = await emptyArchive()
  const records = await importing(['--json', '--files', 'none', '--database', old], target)
  expect(records.code).toBe(0)
  expect((await importing(['--verify', '--files', 'none', '--database', old], target)).stdout).toContain(
    'no differences',
  )
  const beside = { ...(await emptyArchive()), DATABASE_URL: adopted }
  expect((await platestack(['migrate'], beside)).code).toBe(0)
  expect(await contentsAt(target, 'records')).toEqual(await contentsAt(beside, 'records'))
})

test('into an archive elsewhere, of what everybody may see', async () => {
  const env = await emptyArchive()
  const [frame] = (await source.get<{ results: Frame[] }>('/frames/?basename_exact=digits')).results as [Frame]
  const old = {
    ...frame,
    basename: 'old-type',
    public_date: '2001-01-01T00:00:00',
    related_frame_filenames: [],
    headers: {},
  }
  await source.post(old, [['.fits', 'of a type that is no more']])
  await served(env, async (url, token) => {
    const remote = { ...env, DATABASE_URL: '', API_ROOT: `${url}/`, AUTH_TOKEN: token, IMPORT_TOKEN: '' }
    const went = await importing(['--json', source.url], remote)
    expect([went.code, Object.keys(countsOf(went.stdout))]).toEqual([1, ['created', 'failed']])
    expect(went.stderr).toMatch(/old-type: the archive refuses its record: configuration_type: .*OLDTYPE/)
    const again = await importing(['--json', source.url], remote)
    expect(countsOf(again.stdout).created).toBeUndefined()
    const untimed = (frames: unknown[]) =>
      (frames as Frame[]).map((frame) => ({
        ...frame,
        version_set: frame.version_set.map(({ created: _, ...version }) => version),
      }))
    const shown = (await contents(source.url, null)) as Frame[]
    expect(untimed(await contents(url, null))).toEqual(untimed(shown.filter(({ basename }) => basename !== 'old-type')))
  })
})

test('a signal ends the wait for a source that is away', async () => {
  const env = await emptyArchive()
  const port = await freePort()
  for (const [args, signal, code] of [
    [['--files', 'none', '--database', `postgres://127.0.0.1:${port}/away`], 'SIGTERM', 143],
    [[`http://127.0.0.1:${port}/`], 'SIGINT', 130],
  ] as const) {
    const running = launch(process.execPath, [program, 'import', ...args], { env })
    await running.printed(/cannot be reached/)
    running.child.kill(signal)
    expect([await running.ended, running.stderr]).toEqual([code, expect.not.stringContaining('platestack: Error')])
  }
})

test('what cannot be meant is refused before anything is asked', async () => {
  const env = await emptyArchive()
  const refusals: [string[], RegExp][] = [
    [[], /give the archive that frames come from/],
    [['ftp://archive'], /the source is the archive's address/],
    [['--filter', 'siteid=cpt', source.url], /there is no filter siteid/],
    [['--filter', 'start=yesterday', source.url], /the filter start: Enter a valid date/],
    [['--files', 'some', source.url], /--files is copy/],
    [['--limit', 'all', source.url], /--limit is a number/],
    [['--database', source.database, '--files', 'none', '--filter', 'cone=1,2,3'], /not of --database/],
  ]
  for (const [args, reason] of refusals) {
    const { code, stderr } = await importing(args, env)
    expect([code, stderr]).toEqual([2, expect.stringMatching(reason)])
  }
  const dummy = await importing([source.url], { ...env, FILESTORE_TYPE: 'dummy' })
  expect([dummy.code, dummy.stderr]).toEqual([2, expect.stringContaining('--files none')])
  const refused = await importing([source.url], { ...env, IMPORT_TOKEN: 'f'.repeat(40) })
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/refuses the token .*IMPORT_TOKEN/)])
  const nothing = await importing([source.url.replace(/\d+$/, '1'), '--retry-for', '0'], env)
  expect([nothing.code, nothing.stderr]).toEqual([1, expect.stringContaining('does not answer')])
})
