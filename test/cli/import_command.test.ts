import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Frame, openArchive } from '../../clients/typescript/index.ts'
import { type ImportSource, importSource } from '../support/import_source.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { platestack, serve, stop, type Variables } from '../support/program.ts'

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
async function contents(url: string, token: string): Promise<unknown[]> {
  const archive = openArchive(url, { token })
  const frames: Frame[] = []
  for await (const frame of archive.frames({ ordering: 'basename', include_thumbnails: true })) frames.push(frame)
  const names = new Map(frames.map(({ id, basename }) => [id, basename]))
  return Promise.all(
    frames.map(async ({ id, url: _, ...frame }) => {
      const headers = await fetch(`${url}/frames/${id}/headers/`, { headers: { authorization: `Token ${token}` } })
      return {
        ...frame,
        related_frames: frame.related_frames?.flatMap((other) => names.get(other) ?? []).sort(),
        version_set: frame.version_set.map(({ id: _id, url: _url, ...version }) => version),
        thumbnails: frame.thumbnails?.map(({ id: _id, url: _url, frame: _frame, ...thumbnail }) => thumbnail),
        headers: await headers.text(),
        files: await Promise.all(
          frame.version_set.map(async (version) =>
            new Response(archive.open({ frame: { id, ...frame }, version })).text(),
          ),
        ),
      }
    }),
  )
}

async function contentsAt(env: Variables): Promise<unknown[]> {
  await platestack(['createsuperuser', '--noinput', '--username', 'frodo'], {
    ...env,
    SUPERUSER_PASSWORD: 'ringbearer',
  })
  const token = (await platestack(['token', 'frodo'], env)).stdout.trim()
  const archive = await serve(env)
  try {
    return await contents(archive.url, token)
  } finally {
    await stop(archive)
  }
}

test('by its API into an empty archive: all that it shows is here, files included; then there is nothing to do', async () => {
  const env = await emptyArchive()
  const went = await importing(['--json', source.url], env)
  expect([went.code, went.stderr, countsOf(went.stdout)]).toEqual([
    0,
    expect.any(String),
    { created: source.names.length },
  ])
  expect(await contentsAt(env)).toEqual(await contents(source.url, source.token))
  const again = await importing(['--json', source.url], env)
  expect([again.code, again.stderr, countsOf(again.stdout)]).toEqual([
    0,
    expect.any(String),
    { already_there: source.names.length },
  ])
})
