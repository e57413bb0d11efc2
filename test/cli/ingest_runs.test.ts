import { appendFile, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noteRun } from '../../src/cli/ingest/runs.ts'

let top: string
beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'platestack-runs-'))
})
afterAll(() => rm(top, { recursive: true }))

test('a run that did not end is known to the next into the same archive and bucket, one that ended is not', async () => {
  const folder = join(top, 'data', 'ingest-runs')
  const [target, other] = [
    ['postgres://u:secret@a/b', null, 'bucket'],
    ['postgres://u:secret@a/b', null, 'other'],
  ]
  const first = await noteRun(folder, target)
  const second = await noteRun(folder, target)
  expect([first.earlier, second.earlier]).toEqual([[], [first.id]])
  expect((await noteRun(folder, other)).earlier).toEqual([])
  await second.end()
  expect((await noteRun(folder, target)).earlier).toEqual([first.id])
})

test('where a run has begun to upload to is known to the next', async () => {
  const folder = join(top, 'noted')
  const first = await noteRun(folder, 'a')
  first.note!('cpt/kb70/20160102/raw/a.fits')
  first.note!('cpt/kb70/20160102/raw/b.fits')
  await appendFile(join(folder, first.id), 'cpt/kb70/20160102/raw/%C')
  const other = await noteRun(folder, 'b')
  other.note!('cpt/kb70/20160102/raw/c.fits')
  const next = await noteRun(folder, 'a')
  expect(next).toMatchObject({
    earlier: [first.id],
    begun: new Set(['cpt/kb70/20160102/raw/a.fits', 'cpt/kb70/20160102/raw/b.fits']),
  })
  // a run whose note was taken away goes on
  await rm(folder, { recursive: true })
  expect(() => next.note!('cpt/kb70/20160102/raw/d.fits')).not.toThrow()
})

test('of a run that goes on for years only the uploads under way stay noted', async () => {
  const folder = join(top, 'long')
  const run = await noteRun(folder, 'a')
  run.note!('cpt/kb70/20160102/raw/ä\nname %41.fits')
  for (let i = 0; i < 25_000; i++) {
    run.note!(`cpt/kb70/20160102/raw/${i}.fits`)
    run.forget!(`cpt/kb70/20160102/raw/${i}.fits`)
  }
  const { begun } = await noteRun(folder, 'a')
  expect(begun!.has('cpt/kb70/20160102/raw/ä\nname %41.fits')).toBe(true)
  expect(begun!.size).toBeLessThan(10_000)
})

test('runs leave nothing when they end, and are forgotten after a month', async () => {
  const folder = join(top, 'ended')
  const run = await noteRun(folder, 'a')
  await writeFile(join(folder, 'an old one'), 'x')
  await utimes(join(folder, 'an old one'), 0, 0)
  const next = await noteRun(folder, 'a')
  expect((await readdir(folder)).sort()).toEqual([run.id, next.id].sort())
  await run.end()
  await next.end()
  expect(await readdir(top)).not.toContain('ended')
})
