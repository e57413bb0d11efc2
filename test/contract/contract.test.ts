import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestArchive, testArchive } from '../support/archive.ts'
import { validated } from '../support/openapi.ts'
import { startPortal, type TestPortal } from '../support/portal.ts'
import { accounts, Replay, recordings, STORE } from './recordings.ts'

const ANSWERED = [
  'framesList 200',
  'framesGet 200',
  'framesHeaders 200',
  'framesRelated 200',
  'framesAggregate 200',
  'framesCreate 201',
  'versionsList 200',
  'authProfile 200',
  'authToken 200',
  'authAddUpdateUser 200',
  'thumbnailsList 200',
  'thumbnailsCreate 201',
]

/** Every recording in its order: what one writes, the next may read. Each on an archive that no other suite has touched. */
describe.each(['archive', 'thumbnails'] as const)('as the reference archive answers: %s', (name) => {
  let archive: TestArchive
  let portal: TestPortal
  let replay: Replay
  beforeAll(async () => {
    const users = accounts()
    portal = await startPortal(users)
    archive = await testArchive({ ...portal.env, FILESYSTEM_STORAGE_BASE_URL: `${STORE}/`, ZIP_DELIVERY: 'manifest' })
    const put = async (path: string, bytes: Uint8Array) => {
      const file = join(archive.files, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, bytes)
      return undefined
    }
    const { request } = archive
    replay = new Replay({ base: 'http://localhost', request, put, unsigned: (text) => text }, users)
    await replay.load()
  })
  afterAll(async () => {
    await archive?.close()
    await portal?.stop()
  })

  test.each(recordings(name).map((r) => [`${r.group}: ${r.name}`, r] as const))('%s', async (_, recording) => {
    expect(await replay.play(recording)).toEqual([])
  })

  test('nothing failed inside the archive', () => {
    expect(
      archive.logged.filter((line) => line.level === 'error' && !line.message.includes('missing from the store')),
    ).toEqual([])
  })
})

test('the recordings are all there', () => {
  expect([recordings('archive').length, recordings('thumbnails').length]).toEqual([300, 27])
})

test('the answers of every operation that the recordings know were held against the OpenAPI document', () => {
  expect(ANSWERED.filter((key) => !validated.get(key))).toEqual([])
})
