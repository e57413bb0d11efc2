import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checksumAll } from '../../../src/files/downloads/checksum.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { newFrame, post, store } from '../../support/frames.ts'

let archive: TestArchive
const contents = Array.from({ length: 20 }, (_, i) => Buffer.from(`file ${i} `.repeat(1000 * (i + 1))))
beforeAll(async () => {
  archive = await testArchive()
  for (const [i, bytes] of contents.entries()) {
    const md5 = createHash('md5').update(bytes).digest('hex')
    const frame = await post(archive, newFrame(`frame-${i}`, { version_set: [{ key: md5, md5, extension: '.fits' }] }))
    await store(archive, frame.url!, bytes)
  }
  await rm(join(archive.files, 'cpt/kb70/20160102/raw/frame-7.fits'))
})
afterAll(() => archive.close())

const known = async () =>
  (
    await archive.services
      .writer`select f.basename, v.size::int, v.crc32::float8 from versions v join frames f on f.id = v.frame_id where v.crc32 is not null order by f.id`
  ).map((r) => ({ ...r }))
const all = (signal: AbortSignal, rate: number | null = null, report: (done: number) => void = () => {}) =>
  checksumAll(archive.services, { concurrency: 4, rate, signal, report })

test('what is stopped goes on where it was; what the store lacks is told and does not stop the rest', async () => {
  const stop = new AbortController()
  const first = await all(stop.signal, null, (done) => void (done >= 5 && stop.abort()))
  expect(first.learnt).toBeGreaterThanOrEqual(4)
  expect(first.learnt).toBeLessThan(19)
  expect(await known()).toHaveLength(first.learnt)
  const second = await all(new AbortController().signal)
  const missing = { path: 'cpt/kb70/20160102/raw/frame-7.fits', reason: 'it is not in the store' }
  expect([first.learnt + second.learnt, second.failed]).toEqual([19, [missing]])
  expect(await known()).toEqual(
    contents.flatMap((bytes, i) =>
      i === 7 ? [] : [{ basename: `frame-${i}`, size: bytes.length, crc32: crc32(bytes) }],
    ),
  )
  expect(await all(new AbortController().signal)).toEqual({ learnt: 0, failed: [missing], away: null })
})
