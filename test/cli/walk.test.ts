import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Found, walk } from '../../src/cli/ingest/walk.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'platestack-walk-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function make(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), '')
  }
}
const takes = (name: string) => name.endsWith('.fits')

async function found(...paths: string[]): Promise<Found[]> {
  const all: Found[] = []
  for await (const one of walk(
    paths.map((path) => join(root, path)),
    takes,
  ))
    all.push(one)
  return all
}
const files = async (...paths: string[]) =>
  (await found(...paths)).filter(({ kind }) => kind === 'file').map(({ path }) => relative(root, path))

describe('a walk', () => {
  test('goes through a folder and all below it in the order of names, and takes the files that are wanted', async () => {
    make('b/2.fits', 'b/10.fits', 'a.fits', 'b/notes.txt', 'c/d/e.fits', '.hidden/f.fits')
    expect(await files('')).toEqual(['a.fits', 'b/10.fits', 'b/2.fits', 'c/d/e.fits'])
    expect((await found('')).filter(({ kind }) => kind === 'skipped').map(({ path }) => relative(root, path))).toEqual([
      'b/notes.txt',
    ])
  })

  test('takes whatever is named itself, also what is not there: that is told when it is read', async () => {
    make('notes.txt')
    expect(await files('notes.txt', 'nothing.fits')).toEqual(['notes.txt', 'nothing.fits'])
  })

  test('comes by each file once, whatever leads to it', async () => {
    make('a/1.fits', 'a/2.fits', 'b/1.fits', 'a/notes.txt')
    expect(await files('a/2.fits', 'a', '', 'a/../a', '*/1.fits', 'b/1.fits')).toEqual([
      'a/2.fits',
      'a/1.fits',
      'b/1.fits',
    ])
    expect(await files('a', 'a/notes.txt')).toEqual(['a/1.fits', 'a/2.fits', 'a/notes.txt'])
  })

  test('follows symbolic links, and comes to an end where they lead in a circle', async () => {
    make('a/1.fits', 'elsewhere/2.fits')
    symlinkSync('..', join(root, 'a/up'))
    symlinkSync('../elsewhere', join(root, 'a/there'))
    symlinkSync('1.fits', join(root, 'a/3.fits'))
    symlinkSync('nowhere', join(root, 'a/4.fits'))
    expect(await files('a')).toEqual(['a/1.fits', 'a/3.fits', 'a/4.fits', 'a/there/2.fits', 'a/up/elsewhere/2.fits'])
  })

  test('tells of a pattern that nothing matches, and of a folder that goes away', async () => {
    make('a/1.txt')
    expect(await found('b/*.fits')).toEqual([
      { kind: 'problem', path: join(root, 'b'), reason: 'there is no such file or folder (ENOENT)' },
    ])
    expect(await found('a/*.fits')).toEqual([
      { kind: 'problem', path: join(root, 'a/*.fits'), reason: 'no file matches this pattern' },
    ])
  })

  test.each([
    ['*.fits', ['a.fits']],
    ['**/*.fits', ['a.fits', 'n1/b.fits', 'n1/deep/c.fits', 'n2/b.fits', 'n2/x[1].fits']],
    ['n?/b.fits', ['n1/b.fits', 'n2/b.fits']],
    ['n[2-3]/b.fits', ['n2/b.fits']],
    ['n[!2]/*.fits', ['n1/b.fits']],
    ['{n1,n2/.}/b.fits', ['n1/b.fits', 'n2/b.fits']],
    ['n{1,2}/{b,deep/c}.fits', ['n1/b.fits', 'n1/deep/c.fits', 'n2/b.fits']],
    // a folder that matches is taken whole
    ['n*', ['n1/b.fits', 'n1/deep/c.fits', 'n2/b.fits', 'n2/x[1].fits']],
    ['n[1]/', ['n1/b.fits', 'n1/deep/c.fits']],
    ['**/deep', ['n1/deep/c.fits']],
    ['**/deep/', ['n1/deep/c.fits']],
    ['.n*/*', ['.n3/b.fits']],
    ['n1//./b*', ['n1/b.fits']],
    ['n2/x[[]1].fits', ['n2/x[1].fits']],
    // a file of just this name is no pattern
    ['n2/x[1].fits', ['n2/x[1].fits']],
    ['**', ['a.fits', 'n1/b.fits', 'n1/deep/c.fits', 'n2/b.fits', 'n2/x[1].fits']],
  ])('finds what the pattern %s matches', async (pattern, expected) => {
    make('a.fits', 'n1/b.fits', 'n1/deep/c.fits', 'n2/b.fits', 'n2/x[1].fits', '.n3/b.fits', 'n1/b.txt')
    expect(await files(pattern)).toEqual(expected)
    // and nothing of it again when it is given twice
    expect(await files(pattern, pattern)).toEqual(expected)
  })
})

test('a pattern with a set that runs backwards, or with signs of regular expressions, matches what it says', async () => {
  make('a/1.fits', 'axb/1.fits', 'a+(b)c/1.fits', '[]x/1.fits', 'x{/1.fits')
  const matches = async (pattern: string) => (await files(`${pattern}/*.fits`)).map(dirname)
  expect(await matches('[z-a]*')).toEqual([])
  expect(await matches('a.b*')).toEqual([])
  expect(await matches('a+(b)*')).toEqual(['a+(b)c'])
  expect(await matches('[]*')).toEqual(['[]x'])
  expect(await matches('*{')).toEqual(['x{'])
  expect(await matches('!(a)*')).toEqual([])
})
