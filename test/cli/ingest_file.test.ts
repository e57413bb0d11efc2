import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ingestFile } from '../../src/cli/ingest/file.ts'
import { bytesOf, Changed } from '../../src/ingest/deliver/digest.ts'
import { BadFile } from '../../src/ingest/describe/description.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'platestack-file-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function found(name: string, size: number) {
  const path = join(folder, name)
  await writeFile(path, new Uint8Array(size).fill(7))
  return { path, file: await ingestFile(path) }
}

test.each([0, 1, 20_160, 3_000_000])('a file of %i bytes is read in one go as its stream gives it', async (size) => {
  const { file } = await found('whole', size)
  const bytes = await bytesOf(file)
  expect(bytes).toHaveLength(size)
  expect(Buffer.from(await new Response(file.stream()).arrayBuffer()).equals(bytes)).toBe(true)
})

test('a file that grows or shrinks while it is read is noticed', async () => {
  const grown = await found('grown', 100)
  await appendFile(grown.path, 'x')
  await expect(bytesOf(grown.file)).rejects.toThrow(Changed)
  const cut = await found('cut', 100)
  await truncate(cut.path, 99)
  await expect(bytesOf(cut.file)).rejects.toThrow(Changed)
})

test('a file that is gone when it is read is a bad one', async () => {
  const { path, file } = await found('gone', 100)
  await rm(path)
  await expect(bytesOf(file)).rejects.toThrow(BadFile)
})
