import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Watch, watchFolders } from '../../src/cli/ingest/watch.ts'

let root: string
let watch: Watch
let problems: string[]
let start: number
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'platestack-watch-'))
  problems = []
  watch = watchFolders([root], {
    takes: (name) => name.endsWith('.fits'),
    settleMs: 5_000,
    patienceMs: 60_000,
    beside: (path) => `${path}.json`,
    problem: (path, reason) => problems.push(`${relative(root, path)}: ${reason}`),
  })
  start = Date.now()
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const at = (path: string) => join(root, path)
/** Writes a file so many seconds after the beginning. */
function write(path: string, seconds = 0, text = 'one'): void {
  appendFileSync(at(path), text)
  const then = (start + seconds * 1000) / 1000
  utimesSync(at(path), then, then)
}
/** What is ready, so many seconds after the beginning. */
const ready = async (seconds: number) => (await watch.poll(start + seconds * 1000)).map((path) => relative(root, path))
const tell = (path: string, became: 'in' | 'refused' | 'failed', seconds: number) =>
  watch.report(at(path), became, start + seconds * 1000)

test('a file is ready when it has not changed for a while, and is given once', async () => {
  write('a.fits')
  write('a.txt')
  expect(await ready(1)).toEqual([])
  expect(await ready(6)).toEqual(['a.fits'])
  expect(await ready(7)).toEqual([])
  expect(tell('a.fits', 'in', 8)).toBe(true)
  expect(await ready(9)).toEqual([])
  expect(watch.waiting()).toBe(0)
})

test('a file that grows is ready when it no longer does', async () => {
  write('a.fits')
  expect(await ready(1)).toEqual([])
  for (const seconds of [5, 9, 13]) {
    write('a.fits', seconds - 1)
    expect(await ready(seconds)).toEqual([])
  }
  expect(await ready(18)).toEqual(['a.fits'])
})

test('a file with the time of its original, as copies have, is not older than its last change', async () => {
  write('a.fits')
  utimesSync(at('a.fits'), 0, 0)
  expect(await ready(0)).toEqual([])
  expect(await ready(6)).toEqual(['a.fits'])
})

test('new folders are found, and files that are moved into place', async () => {
  expect(await ready(0)).toEqual([])
  mkdirSync(at('night/deep'), { recursive: true })
  write('night/deep/a.tmp')
  expect(await ready(10)).toEqual([])
  renameSync(at('night/deep/a.tmp'), at('night/deep/a.fits'))
  expect(await ready(20)).toEqual(['night/deep/a.fits'])
})

test('a file that is refused while it is young may be cut short: it is given again when it is older, and then not until it changes', async () => {
  write('a.fits')
  await ready(0)
  expect(await ready(6)).toEqual(['a.fits'])
  expect(tell('a.fits', 'refused', 6)).toBe(false)
  expect(await ready(30)).toEqual([])
  expect(await ready(61)).toEqual(['a.fits'])
  expect(tell('a.fits', 'refused', 61)).toBe(true)
  expect(await ready(600)).toEqual([])
  write('a.fits', 699)
  expect(await ready(700)).toEqual([])
  expect(await ready(705)).toEqual(['a.fits'])
})

test('a file that was refused is given again when its metadata come to lie beside it', async () => {
  write('a.fits')
  await ready(0)
  await ready(61)
  tell('a.fits', 'refused', 61)
  expect(await ready(100)).toEqual([])
  write('a.fits.json', 139, '{}')
  expect(await ready(140)).toEqual([])
  expect(await ready(145)).toEqual(['a.fits'])
})

test('a file that failed is given again after pauses that grow', async () => {
  write('a.fits')
  await ready(0)
  const given: number[] = []
  for (let seconds = 1; seconds < 120; seconds++)
    if ((await ready(seconds)).length) {
      given.push(seconds)
      tell('a.fits', 'failed', seconds)
    }
  const pauses = given.slice(1).map((seconds, i) => seconds - given[i]!)
  expect(pauses).toEqual([5, 10, 20, 40])
})

test('a file that is written anew in its place is given again', async () => {
  write('a.fits')
  await ready(0)
  await ready(10)
  tell('a.fits', 'in', 10)
  write('a.fits', 79)
  expect(await ready(80)).toEqual([])
  expect(await ready(90)).toEqual(['a.fits'])
})

test('files and folders that go away are forgotten; a watched folder that does is told once, and found again', async () => {
  mkdirSync(at('night'))
  write('night/a.fits')
  await ready(0)
  expect(watch.waiting()).toBe(1)
  rmSync(at('night'), { recursive: true })
  await ready(10)
  expect([watch.waiting(), problems]).toEqual([0, []])
  rmSync(root, { recursive: true })
  await ready(20)
  await ready(21)
  expect(problems).toEqual([': there is no such file or folder (ENOENT)'])
  mkdirSync(root)
  write('b.fits', 29)
  expect(await ready(30)).toEqual([])
  expect(await ready(40)).toEqual(['b.fits'])
})

test('a file whose name is no text is reported once; what is not settled is counted as not reported', async () => {
  const name = Buffer.concat([Buffer.from(at('bad')), Buffer.from([0xff]), Buffer.from('.fits')])
  appendFileSync(name, 'one')
  write('a.fits')
  expect(await ready(1)).toEqual([])
  expect(watch.unreported()).toBe(2)
  expect(await ready(40)).toEqual(['a.fits'])
  expect(problems).toEqual([expect.stringMatching(/^bad\uFFFD\.fits: its name is no text in UTF-8/)])
  tell('a.fits', 'failed', 41)
  expect([watch.waiting(), watch.unreported()]).toEqual([2, 1])
})
