import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { archiveHere } from '../../src/cli/ingest/open.ts'
import { proposalTags } from '../../src/ingest/deliver/tags.ts'
import type { IngestFile, Metadata } from '../../src/ingest/describe/description.ts'
import { type Ingester, openIngester } from '../../src/ingest/ingest.ts'
import type { FileOutcome } from '../../src/outcome.ts'
import { inProcess } from '../../src/runtimes/node/in_process.ts'
import { nodeMd5 } from '../../src/runtimes/node/md5.ts'
import { type TestArchive, testArchive } from '../support/archive.ts'
import { nightFile } from '../support/fits_file.ts'
import { fileOf, manyFiles } from '../support/ingest_files.ts'

const never = new AbortController().signal
const folder = 'cpt/kb70/20160102/raw'

/** The name of each test's files, and where they lie. */
let [stem, name, path] = ['', '', '']
let number = 0
let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive()
})
beforeEach(() => {
  stem = `x${++number}`
  name = `${stem}-0001-e00.fits`
  path = `${folder}/${name}`
})
afterAll(() => archive.close())

function ingester(classOverrides = {}): Ingester {
  const { services } = archive
  return openIngester({
    archive: archiveHere(services, inProcess(services)),
    store: services.store,
    rules: { ...services.config.ingest, classOverrides },
    tags: proposalTags(null, fetch),
    platform: { md5: nodeMd5, crc32 },
    log: services.log,
  })
}
const ingest = (file: IngestFile, metadata?: Metadata, by = ingester()): Promise<FileOutcome> =>
  by.ingest(file, metadata, never)
const take = (object: string) => fileOf(name, nightFile({ OBJECT: `${stem} ${object}` }))
const md5Of = (bytes: Uint8Array) => {
  const hash = nodeMd5()
  hash.update(bytes)
  return hash.hex()
}
const md5OfTake = (object: string) => md5Of(nightFile({ OBJECT: `${stem} ${object}` }))
const stored = async () =>
  (await readdir(archive.files, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(archive.files.length + 1))
    .filter((at) => at.includes(`/${stem}-`))
    .sort()
/** Where contents are kept that have been at the path, or have come in the stead of another. */
const aside = (...objects: string[]) => objects.map((object) => `.versions/${path}/${md5OfTake(object)}`).sort()
const place = async (at: string, bytes: Uint8Array) => {
  await mkdir(dirname(join(archive.files, at)), { recursive: true })
  await writeFile(join(archive.files, at), bytes)
}

test('files lie in the directory, the newest at the plain path and the ones before aside; again, nothing changes', async () => {
  expect(await ingest(take('one'))).toMatchObject({ outcome: 'created', id: expect.any(Number) })
  expect(await ingest(take('two'))).toMatchObject({ outcome: 'new_version' })
  expect(await ingest(take('two'))).toMatchObject({ outcome: 'already_there' })
  expect(await stored()).toEqual([...aside('one', 'two'), path])
  expect(await readFile(join(archive.files, path))).toEqual(Buffer.from(nightFile({ OBJECT: `${stem} two` })))
})

test('a frame that changes its level and back keeps the file of each version where it was put', async () => {
  const level = (RLEVEL: number, OBJECT: string) => fileOf(name, nightFile({ OBJECT: `${stem} ${OBJECT}`, RLEVEL }))
  const { id } = (await ingest(level(0, 'one'))) as { id: number }
  await ingest(level(91, 'two'))
  await ingest(level(0, 'three'))
  const frame = (await (await archive.request(`/frames/${id}/`, { token: archive.root })).json()) as {
    version_set: { url: string; md5: string }[]
  }
  expect(frame.version_set).toHaveLength(3)
  for (const { url, md5 } of frame.version_set) {
    const { pathname, search } = new URL(url)
    const file = await archive.request(pathname + search)
    expect(md5Of(new Uint8Array(await file.arrayBuffer())), url).toBe(md5)
  }
})

test('what is larger than memory is given is streamed', async () => {
  const bytes = new Uint8Array(20 * 2 ** 20)
  bytes.set(nightFile({ OBJECT: `${stem} large` }))
  // whole blocks, which nothing says are data: tolerated
  const large = fileOf(name, bytes.subarray(0, bytes.length - (bytes.length % 2880)).slice())
  expect(await ingest(large)).toMatchObject({ outcome: 'created' })
  expect((await readFile(join(archive.files, path))).length).toBe(large.size)
})

test('a refused record leaves the version before where it was', async () => {
  await ingest(take('one'))
  const refused = fileOf(name, nightFile({ OBJECT: stem, TELID: 'much too long' }))
  expect(await ingest(refused)).toMatchObject({ outcome: 'refused', header: 'TELID' })
  expect(await stored()).toEqual([path])
  expect(await readFile(join(archive.files, path))).toEqual(Buffer.from(nightFile({ OBJECT: `${stem} one` })))
})

test('what a run left that ended before its record is the place of the next', async () => {
  await place(path, nightFile({ OBJECT: `${stem} one` }))
  expect(await ingest(take('one'))).toMatchObject({ outcome: 'created' })
  expect(await stored()).toEqual([path])
})

test('a file that no record names is not written over without a trace', async () => {
  await place(path, nightFile({ OBJECT: `${stem} strange` }))
  expect(await ingest(take('one'))).toMatchObject({ outcome: 'created' })
  expect(await stored()).toEqual([...aside('strange', 'one'), path])
})

test('a run that ended between moving a version aside and the new record loses neither', async () => {
  await ingest(take('one'))
  // as it stands after the crash: the recorded version aside, another content in its place
  await place(`.versions/${path}/${md5OfTake('one')}`, nightFile({ OBJECT: `${stem} one` }))
  await place(path, nightFile({ OBJECT: `${stem} lost` }))
  expect(await ingest(take('two'))).toMatchObject({ outcome: 'new_version' })
  expect(await stored()).toEqual([...aside('lost', 'one', 'two'), path])
})

test('one content under two names, at once, leaves one file, and says so', async () => {
  const bytes = nightFile({ OBJECT: stem })
  const names = ['1', '2', '3'].map((n) => `${stem}-000${n}-e00.fits`)
  const by = ingester()
  const outcomes = await Promise.all(names.map((each) => ingest(fileOf(each, bytes), undefined, by)))
  const [others, made] = [outcomes.filter((each) => each.outcome === 'already_there'), await stored()]
  expect(others).toHaveLength(2)
  for (const { warnings } of others as { warnings: string[] }[])
    expect(warnings.join()).toMatch(/has the same content as .*, and takes a content once/)
  expect(made.filter((at) => !at.startsWith('.versions/'))).toHaveLength(1)
  expect(made.length).toBeLessThan(3)
})

test('two ingesters over the same files leave each once', async () => {
  const files = manyFiles(stem, 40)
  const [a, b] = [ingester(), ingester()]
  const lists = await Promise.all(
    [a, b].map((by) => Promise.all(files.map((file) => by.ingest(file, undefined, never)))),
  )
  for (let i = 0; i < files.length; i++) expect(lists.map((list) => list[i]!.outcome)).toContain('created')
  expect(lists.flat().filter(({ outcome }) => outcome === 'created')).toHaveLength(40)
  expect(lists.flat().filter(({ outcome }) => outcome === 'already_there')).toHaveLength(40)
  expect(await stored()).toEqual(files.map(({ filename }) => `${folder}/${filename}`))
})

test('a directory that takes no files is told, and not tried again and again', async () => {
  // a file where a folder has to be: as final as a full disk
  await place('ogg', new Uint8Array(1))
  expect(await ingest(fileOf(name, nightFile({ SITEID: 'ogg' })))).toEqual({
    outcome: 'failed',
    reason: expect.stringMatching(/ogg/),
  })
})

const thumbnail = (bytes: string) =>
  fileOf(`${stem}-0001-e00-small.jpg`, new TextEncoder().encode(bytes) as Uint8Array<ArrayBuffer>)
const metadata: Metadata = new Map(
  Object.entries({
    'DATE-OBS': '2016-01-02T03:04:05',
    'DAY-OBS': '20160102',
    PROPID: 'alpha',
    INSTRUME: 'kb70',
    SITEID: 'cpt',
    TELID: '1m0a',
    OBSTYPE: 'EXPOSE',
    BLKUID: 1,
    size: 'small',
    frame_basename: 'x-0001-e00',
  }),
)

test('a thumbnail goes in with its metadata, is skipped when it is there, and replaced when it is another', async () => {
  expect(await ingest(thumbnail('one'), new Map(metadata))).toMatchObject({ outcome: 'created' })
  expect(await ingest(thumbnail('one'), new Map(metadata))).toMatchObject({ outcome: 'already_there' })
  expect(await ingest(thumbnail('two'), new Map(metadata))).toMatchObject({ outcome: 'new_version' })
  const rows = await archive.services
    .writer`select key, size, basename from thumbnails where basename = ${`${stem}-0001-e00-small`}`
  const key = md5Of(new TextEncoder().encode('two'))
  expect(rows.map((row) => ({ ...row }))).toEqual([{ key, size: 'small', basename: `${stem}-0001-e00-small` }])
  expect(existsSync(join(archive.files, 'cpt/kb70/20160102/thumbnails', `${stem}-0001-e00-small.jpg`))).toBe(true)
})

test('a thumbnail that the archive refuses is taken back', async () => {
  const outcome = await ingest(thumbnail('one'), new Map(metadata).set('size', 'huge'))
  expect(outcome).toMatchObject({ outcome: 'refused', header: 'size' })
  expect(await stored()).toEqual([])
})
