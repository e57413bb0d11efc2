import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { deriveKeys } from '../../../src/auth/keys.ts'
import { localStore } from '../../../src/files/store/local.ts'
import type { FileStore, Ref } from '../../../src/files/store/store.ts'
import { openDirectory } from '../../../src/runtimes/node/directory.ts'

const path = 'cpt/kb70/20160102/raw/a.fits.fz'
const md5Of = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

let root: string
let store: FileStore
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'platestack-local-'))
  store = localStore(openDirectory(join(root, 'files'), { file: 0o644, folder: 0o755 }), null, await deriveKeys('k'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const put = (text: string, replaces: string | null = null, at = path) => {
  const bytes = Buffer.from(text)
  const facts = { contentType: 'image/fits', filename: 'a.fits.fz', observationDate: null, md5: md5Of(bytes), replaces }
  return store.put(at, new Blob([bytes]), facts)
}
const contents = (name: string) => readFile(join(root, 'files', name), 'utf8')
const files = async () =>
  (await readdir(join(root, 'files'), { recursive: true, withFileTypes: true }))
    .filter((f) => f.isFile())
    .map((f) => f.name)

describe('a directory', () => {
  test('holds the newest version at the plain path and the older ones aside, under their keys', async () => {
    const first = await put('one')
    const second = await put('two', first.key)
    const third = await put('three', second.key)
    expect([first.key, first.md5]).toEqual([md5Of(Buffer.from('one')), md5Of(Buffer.from('one'))])
    expect(await contents(path)).toBe('three')
    expect(await contents(`.versions/${path}/${first.key}`)).toBe('one')
    expect(await contents(`.versions/${path}/${second.key}`)).toBe('two')
    const older = { path, key: first.key, newest: false }
    expect((await store.stat(older))?.size ?? null).toBe(3)
    expect((await store.stat({ ...older, key: third.key, newest: true }))?.size ?? null).toBe(5)
    // what has replaced another is under its key as well
    expect(await files()).toHaveLength(4)
    for (const { key } of [first, second, third]) await store.delete({ path, key, newest: key === third.key })
    expect(await files()).toEqual([])
  })

  test.each([
    ['where there is none yet', null],
    ['in the stead of another', 'before'],
  ])('loses nothing that several processes put at one path at once, %s', async (_, before) => {
    const read = async (file: Ref) => new Response((await store.stream(file))?.body).text()
    for (let round = 0; round < 20; round++) {
      const at = `${path}${round}`
      const replaces = before === null ? null : (await put(before, null, at)).key
      const texts = Array.from({ length: 6 }, (_, i) => `${round} ${i}`.repeat(1000))
      const puts = await Promise.all(texts.map((text) => put(text, replaces, at)))
      // whichever of them is recorded last
      for (const [i, { key }] of puts.entries())
        for (const newest of [true, false])
          if (newest || (await contents(at)) !== texts[i]) expect(await read({ path: at, key, newest })).toBe(texts[i])
      if (replaces !== null) expect(await read({ path: at, key: replaces, newest: false })).toBe(before)
    }
  })

  test('takes a version back that another has replaced since, and leaves that where it is', async () => {
    const first = await put('one')
    const second = await put('two', first.key)
    const third = await put('three', first.key)
    await second.withdraw()
    expect(await contents(path)).toBe('three')
    await third.withdraw()
    expect(await store.stat({ path, key: first.key, newest: true })).toMatchObject({ size: 3 })
  })

  test('takes a version back, so that the one before is the newest again', async () => {
    const first = await put('one')
    const second = await put('two', first.key)
    await second.withdraw()
    expect(await contents(path)).toBe('one')
    await first.withdraw()
    expect(await files()).toEqual([])
  })

  test('holds a version that is put once more as it was, and does not lose it when that is taken back', async () => {
    const first = await put('one')
    await (await put('one', first.key)).withdraw()
    expect(await contents(path)).toBe('one')
  })

  test('does not lose a version when what replaced it was never recorded, and is replaced itself', async () => {
    const first = await put('one')
    await put('never recorded', first.key)
    await put('two', first.key)
    expect(await contents(path)).toBe('two')
    expect(await contents(`.versions/${path}/${first.key}`)).toBe('one')
  })

  test('is as before when a file is not what it is said to be, or breaks off', async () => {
    const first = await put('one')
    const facts = {
      contentType: '',
      filename: '',
      observationDate: null,
      md5: md5Of(Buffer.from('other')),
      replaces: first.key,
    }
    const breaking = () =>
      new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('the disk is gone')) })
    await expect(store.put(path, new Blob(['what']), facts)).rejects.toMatchObject({ code: 'bad_request' })
    await expect(store.put(path, { size: 4, stream: () => new Blob(['other']).stream() }, facts)).rejects.toMatchObject(
      { code: 'bad_request' },
    )
    await expect(store.put(path, { size: 6, stream: () => new Blob(['other']).stream() }, facts)).rejects.toMatchObject(
      { code: 'bad_request' },
    )
    await expect(store.put(path, { size: 6, stream: breaking }, facts)).rejects.toMatchObject({ code: 'bad_request' })
    expect(await contents(path)).toBe('one')
    expect(await files()).toEqual(['a.fits.fz'])
  })

  test('gives back large files as they were', async () => {
    const bytes = randomBytes(5_000_000)
    await store.put(path, new Blob([bytes]), {
      contentType: '',
      filename: '',
      observationDate: null,
      md5: md5Of(bytes),
      replaces: null,
    })
    const found = (await store.stream({ path, key: md5Of(bytes), newest: true }))!
    expect(md5Of(Buffer.from(await new Response(found.body).arrayBuffer()))).toBe(md5Of(bytes))
  })

  test('is never left, by a path, by a key or by a symbolic link', async () => {
    await mkdir(join(root, 'files'), { recursive: true })
    await mkdir(join(root, 'outside'))
    await symlink(join(root, 'outside'), join(root, 'files', 'link'))
    for (const at of ['../outside/a', 'link/a', 'link/deeper/a', 'a\0b'])
      await expect(put('one', null, at)).rejects.toThrow()
    await put('one')
    await expect(put('two', '../../../../../../../../outside/a')).rejects.toThrow()
    expect(await readdir(join(root, 'outside'))).toEqual([])
    expect(await contents(path)).toBe('one')
  })

  test('shows a file that is being replaced whole at every moment', async () => {
    const versions = ['a'.repeat(300_000), 'b'.repeat(300_000)]
    await put(versions[0]!)
    let looking = true
    const look = (async () => {
      const seen = new Set<string>()
      while (looking) {
        const text = await contents(path)
        expect(text.length).toBe(300_000)
        seen.add(text)
      }
      return seen
    })()
    for (let n = 1; n < 40; n++) await put(versions[n % 2]!, md5Of(Buffer.from(versions[(n + 1) % 2]!)))
    looking = false
    for (const text of await look) expect(versions).toContain(text)
    expect((await stat(join(root, 'files', path))).size).toBe(300_000)
  })

  test('lets another program write there, whose file is then the newest', async () => {
    const first = await put('one')
    await writeFile(join(root, 'files', path), 'theirs')
    await put('two', first.key)
    expect(await contents(path)).toBe('two')
  })
})
