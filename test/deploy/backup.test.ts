import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accounts, Replay, recordings, STORE } from '../contract/recordings.ts'
import { startPortal, type TestPortal } from '../support/portal.ts'
import { freePort } from '../support/ports.ts'
import { binaries, startPostgres, type TestPostgres } from '../support/postgres.ts'
import { platestack, type Running, serve, stop, type Variables } from '../support/program.ts'

// docs/operating.md, "Backup and restore", with the recordings' frames: first the database, then the store, on to other servers.

const run = promisify(execFile)
const [SAVED, RESTORED] = ['saved', 'restored']
type Finding = { level: string; subject: string }

let folder: string
let servers: TestPostgres[]
let portal: TestPortal
let archive: Running & { url: string }
let replay: Replay
let env: Variables

const environment = (url: string, files: string): Variables => ({
  ...portal.env,
  DATABASE_URL: url,
  FILESTORE_TYPE: 'local',
  FILESYSTEM_STORAGE_ROOT_DIR: files,
  FILESYSTEM_STORAGE_BASE_URL: `${STORE}/`,
  PLATESTACK_DATA_DIR: join(folder, 'data'),
  ZIP_DELIVERY: 'manifest',
  PROCESSED_EXCHANGE_ENABLED: 'False',
})

const postgresProgram = (name: string, ...args: string[]) => run(join(binaries(), name), args, { maxBuffer: 1 << 26 })

async function putFile(path: string, bytes: Uint8Array): Promise<undefined> {
  const file = join(folder, 'files', path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, bytes)
}

/** Loads the recordings' frames into an archive whose broker is away, so that all of its messages wait. */
async function loadFrames(): Promise<void> {
  const url = await servers[0]!.createDatabase(SAVED, 'template')
  const away = { PROCESSED_EXCHANGE_ENABLED: 'True', QUEUE_BROKER_URL: `amqp://127.0.0.1:${await freePort()}` }
  archive = await serve({ ...environment(url, join(folder, 'files')), ...away })
  const replayed = {
    get base() {
      return archive.url
    },
    request: (path: string, init: RequestInit) => fetch(archive.url + path, { ...init, redirect: 'manual' }),
    put: putFile,
    unsigned: (text: string) => text,
  }
  replay = new Replay(replayed, portal.accounts)
  await replay.load()
}

/** A copy of both while the archive runs, and their restoring elsewhere, as the page says. */
async function moveElsewhere(): Promise<void> {
  const dump = join(folder, 'archive.dump')
  await postgresProgram('pg_dump', '-Fc', '-f', dump, servers[0]!.url(SAVED))
  // of what comes now the dump knows nothing
  await putFile('cpt/kb70/20160101/raw/later.fits.fz', Buffer.from('later'))
  await cp(join(folder, 'files'), join(folder, 'copy'), { recursive: true, preserveTimestamps: true })
  await stop(archive)
  const url = await servers[1]!.createDatabase(RESTORED)
  await postgresProgram('pg_restore', '--exit-on-error', '-d', url, dump)
  env = environment(url, join(folder, 'copy'))
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'platestack-backup-'))
  ;[portal, servers] = await Promise.all([startPortal(accounts()), Promise.all([startPostgres(), startPostgres()])])
  await loadFrames()
  await moveElsewhere()
})
afterAll(async () => {
  if (archive) await stop(archive)
  await Promise.all([portal?.stop(), ...(servers ?? []).map((server) => server.stop())])
  await rm(folder, { recursive: true, force: true })
})

test('the checks after a restore find nothing', async () => {
  expect(await platestack(['migrate'], env)).toMatchObject({ code: 0 })
  const { findings } = JSON.parse((await platestack(['doctor', '--json', '--write'], env)).stdout)
  // the tests' portal is none to doctor
  const errors = findings.filter((one: Finding) => one.level === 'error' && one.subject !== 'portal')
  expect(errors).toEqual([])
  expect(await platestack(['rollups', '--check'], env)).toMatchObject({ code: 0 })
})

test('every recorded file is there, and what came after the dump harms nothing', async () => {
  const verified = await platestack(['verify', '--json', '--quick'], env)
  expect([verified.code, verified.stdout + verified.stderr]).toEqual([0, expect.not.stringContaining('"finding"')])
})

test('messages that waited wait again', async () => {
  const { stdout } = await platestack(['outbox', '--json', '--limit', '1000'], env)
  expect(stdout).toMatch(/"frame/)
})

test('it answers as the one that was saved', async () => {
  archive = await serve(env)
  const wrong: string[] = []
  for (const recording of recordings('archive'))
    for (const line of await replay.play(recording)) wrong.push(`${recording.group}: ${recording.name}: ${line}`)
  expect(wrong).toEqual([])
})
