import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Copies } from '../../../src/files/verification/copies.ts'
import { presenceOf } from '../../../src/files/verification/presence.ts'
import { type Outcome, repairFile } from '../../../src/files/verification/repair.ts'
import { verifyFiles } from '../../../src/files/verification/verify.ts'
import { listFindings } from '../../../src/queries/verifications/findings.ts'
import { nodeMd5 } from '../../../src/runtimes/node/md5.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { makeFiles, recordFiles, type StoredFile } from '../../support/stored_files.ts'

let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive()
})
afterAll(() => archive.close())

const at = (path: string) => join(archive.files, path)
const { signal } = new AbortController()

/** A frame whose file is missing, and is known to be. */
async function missing(name: string): Promise<StoredFile> {
  const { services } = archive
  const [file, other] = makeFiles(name, 2, 2_000) as [StoredFile, StoredFile]
  await mkdir(dirname(at(file.path)), { recursive: true })
  // so that the store is not away
  await writeFile(at(other.path), other.bytes)
  await recordFiles(services.writer, [file, other])
  await verifyFiles(
    { ...services, newMd5: nodeMd5 },
    {
      reading: 'whole',
      concurrency: 1,
      rate: null,
      budget: null,
      claimant: name,
      signal,
      only: { basenames: [file.basename] },
      expect() {},
      report() {},
      tell() {},
    },
  )
  return file
}

/** Puts the file back from a copy that is found once `meanwhile` is done. */
async function repair({ path, bytes }: StoredFile, meanwhile: () => Promise<unknown>): Promise<Outcome> {
  const { services } = archive
  const finding = (await listFindings(services.writer, ['missing'])).find((one) => one.path === path)!
  const copies: Copies = {
    async *find() {
      await meanwhile()
      yield { where: 'a copy', size: bytes.length, stream: () => new Blob([new Uint8Array(bytes)]).stream() }
    },
  }
  const contentTypeOf = () => 'image/fits'
  const presence = presenceOf(services)
  const repairing = { ...services, newMd5: nodeMd5, copies, records: false, contentTypeOf, presence, signal }
  return repairFile(repairing, finding)
}

const newBytes = Buffer.from('the new version')

test('a new version that comes while a copy of the one before is looked for keeps its place', async () => {
  const { writer, store } = archive.services
  const file = await missing('replaced')
  const outcome = await repair(file, async () => {
    const md5 = nodeMd5()
    md5.update(newBytes)
    const facts = { contentType: '', filename: '', observationDate: null, md5: md5.hex(), replaces: file.md5 }
    const body = { size: newBytes.length, stream: () => new Blob([newBytes]).stream() }
    const { key } = await store.put(file.path, body, facts)
    await writer`insert into versions (frame_id, key, md5, extension)
      select id, ${key}, ${key}, '.fits.fz' from frames where basename = ${file.basename}`
  })
  expect(outcome).toEqual({ kind: 'left', detail: 'its record has changed meanwhile' })
  expect(await readFile(at(file.path))).toEqual(newBytes)
})

test('a file that is uploaded meanwhile, and not recorded yet, is not written over', async () => {
  const file = await missing('uploaded')
  const outcome = await repair(file, () => writeFile(at(file.path), newBytes))
  expect(outcome).toMatchObject({ kind: 'left', detail: expect.stringContaining('something else has been put there') })
  expect(await readFile(at(file.path))).toEqual(newBytes)
})

test('of a frame that is deleted meanwhile nothing is put back', async () => {
  const file = await missing('deleted')
  const { writer } = archive.services
  const outcome = await repair(file, async () => {
    await writer`delete from versions where md5 = ${file.md5}`
    await writer`delete from frames where basename = ${file.basename}`
  })
  expect(outcome.kind).toBe('left')
  expect(existsSync(at(file.path))).toBe(false)
})

test('what was found damaged is written over', async () => {
  const file = await missing('damaged')
  await writeFile(at(file.path), 'damaged')
  expect(await repair(file, async () => {})).toEqual({ kind: 'repaired', detail: 'from a copy' })
  expect(await readFile(at(file.path))).toEqual(file.bytes)
})

test.each([
  ['a folder', (path: string) => mkdir(path), /^what is at \S+ is no regular file$/],
  ['a pipe', async (path: string) => execFileSync('mkfifo', [path]), /^what is at \S+ is no regular file$/],
  [
    'a file in place of its folder',
    async (path: string) => {
      await rename(dirname(path), `${dirname(path)}-before`)
      await writeFile(dirname(path), '')
    },
    /^a file is where \S+ has a folder$/,
  ],
])(
  '%s where the file belongs is left there, and neither waited for nor the end of all repairs',
  async (what, put, says) => {
    const file = await missing(`occupied-by-${what.replaceAll(' ', '-')}`)
    const outcome = await repair(file, () => put(at(file.path)))
    expect(outcome).toEqual({ kind: 'left', detail: expect.stringMatching(says) })
  },
)
