import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { s3Store } from '../../src/files/store/s3.ts'
import type { FileBody, FileFacts, FileStore } from '../../src/files/store/store.ts'
import { s3Platform } from '../../src/runtimes/node/s3.ts'
import { type HttpRelay, startHttpRelay } from '../support/http_relay.ts'
import { hasS3, type TestS3, testS3 } from '../support/s3.ts'

const folder = 'cpt/kb70/20160102/raw/'

function file(text: string): { body: FileBody; facts: FileFacts } {
  const inMemory = new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>
  const md5 = createHash('md5').update(inMemory).digest('hex')
  return {
    body: { size: inMemory.length, inMemory, stream: () => new Blob([inMemory]).stream() },
    facts: { contentType: 'image/fits', filename: 'a.fits', observationDate: null, md5, replaces: null },
  }
}

describe.runIf(hasS3)('an S3 store for an ingester', () => {
  let s3: TestS3
  let front: HttpRelay
  let store: FileStore
  const warned: string[] = []
  beforeAll(async () => {
    s3 = await testS3({ storageClass: null })
    front = await startHttpRelay(s3.port)
    const log = { info() {}, warn: (text: string) => void warned.push(text), error() {} }
    store = await s3Store({ ...s3.config, endpoint: `http://127.0.0.1:${front.port}` }, log, s3Platform)
  })
  afterAll(async () => {
    store?.close?.()
    await front?.close()
    await s3?.remove()
  })

  const put = (path: string, text: string, over: Partial<FileFacts> = {}) => {
    const { body, facts } = file(text)
    return store.put(path, body, { ...facts, ...over })
  }

  test('bytes in memory are stored, and refused where they do not have their MD5 or size', async () => {
    const { body, facts } = file('some bytes')
    const stored = await store.put(`${folder}a`, body, facts)
    expect(stored).toMatchObject({ md5: facts.md5, wasRepeated: false })
    expect(await store.newestAt(`${folder}a`)).toEqual({ key: stored.key, md5: facts.md5 })
    await expect(put(`${folder}a`, 'other bytes', { md5: facts.md5 })).rejects.toMatchObject({ code: 'bad_request' })
    await expect(store.put(`${folder}a`, { ...body, size: 3 }, facts)).rejects.toMatchObject({ code: 'bad_request' })
    expect(await store.newestAt(`${folder}a`)).toEqual({ key: stored.key, md5: facts.md5 })
    expect(await store.newestAt(`${folder}nothing`)).toBeNull()
  })

  test('the keys of one content at a path that some runs have uploaded are known, and no others', async () => {
    const keys: string[] = []
    for (const [text, run] of [
      ['one', 'a'],
      ['two', 'a'],
      ['one', 'b'],
      ['one', 'c'],
      ['one', null],
    ] as const)
      keys.push((await put(`${folder}b`, text, { run })).key)
    await put(`${folder}bb`, 'one', { run: 'a' })
    const { md5 } = file('one').facts
    expect((await store.keysAt(`${folder}b`, md5, new Set(['a', 'b']))).sort()).toEqual([keys[0], keys[2]].sort())
    expect(await store.keysAt(`${folder}b`, md5, new Set(['']))).toEqual([])
    expect(await store.keysAt(`${folder}c`, md5, new Set(['a']))).toEqual([])
  })

  test('a storage class that the server does not have is tried and told once', async () => {
    const old = { observationDate: new Date(0) }
    front.seen.length = 0
    for (const name of ['d', 'e', 'f']) await put(folder + name, name, old)
    expect(front.seen).toHaveLength(4)
    expect(warned).toEqual(['S3 does not take the storage class, so files go to its usual one'])
  })
})
