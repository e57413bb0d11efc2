import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/config.ts'
import { openDirectory } from '../../../src/runtimes/node/directory.ts'
import { secureDataDirectory, storeModes } from '../../../src/runtimes/node/private_files.ts'

let home: string
let data: string
const mask = process.umask()
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'platestack-private-'))
  data = join(home, 'data')
})
afterEach(() => {
  process.umask(mask)
  rmSync(home, { recursive: true, force: true })
})

const mode = (...path: string[]): string => (statSync(join(home, ...path)).mode & 0o777).toString(8)
const configOf = (env: Record<string, string> = {}) => parseConfig({ PLATESTACK_DATA_DIR: data, ...env })

function secure(env?: Record<string, string>): string[] {
  const said: string[] = []
  const config = configOf(env)
  secureDataDirectory(config, config.database.kind === 'embedded', (line) => void said.push(line))
  return said
}

/** Stores a file as the archive would, and answers the permissions of it and of its folders. */
async function stored(env: Record<string, string>, root: string): Promise<string[]> {
  const directory = openDirectory(configOf(env).files.root, storeModes(configOf(env)))
  const places = { own: 'cpt/own', before: async () => null }
  await directory.write('cpt/kb70/frame.fits', new TextEncoder().encode('SIMPLE'), places)
  expect(readFileSync(join(home, root, 'cpt/kb70/frame.fits'), 'utf8')).toBe('SIMPLE')
  return [mode(root, 'cpt/kb70/frame.fits'), mode(root, 'cpt/kb70'), mode(root, 'cpt'), mode(root)]
}

const open = (root: string) => [
  (0o666 & ~mask).toString(8),
  ...Array(root === '' ? 2 : 3).fill((0o777 & ~mask).toString(8)),
]

test('a new data directory is private, and so is what is made in it afterwards', async () => {
  expect(secure()).toEqual([])
  mkdirSync(join(data, 'database'))
  writeFileSync(join(data, 'database/1234'), '')
  expect([mode('data'), mode('data/database'), mode('data/database/1234')]).toEqual(['700', '700', '600'])
  expect(await stored({}, 'data/files')).toEqual(['600', '700', '700', '700'])
})

test('what is open to others is closed, once, with all that is in it; where a link leads is left alone', () => {
  mkdirSync(join(data, 'files/cpt'), { recursive: true })
  mkdirSync(join(home, 'elsewhere'))
  for (const path of ['data/files/cpt/a.fits', 'data/database.lock', 'elsewhere/b.fits']) {
    writeFileSync(join(home, path), '')
    chmodSync(join(home, path), 0o664)
  }
  symlinkSync(join(home, 'elsewhere'), join(data, 'files/link'))
  chmodSync(join(home, 'elsewhere'), 0o755)
  execFileSync('chmod', ['-R', 'go+rX', data])
  expect(secure()).toEqual([`${data} could be read by other users of this machine: now it cannot`])
  expect(
    ['data', 'data/files', 'data/files/cpt', 'data/files/cpt/a.fits', 'data/database.lock'].map((path) => mode(path)),
  ).toEqual(['700', '700', '700', '600', '600'])
  expect([mode('elsewhere'), mode('elsewhere/b.fits')]).toEqual(['755', '664'])
  expect(secure()).toEqual([])
})

test('a directory that holds what is not ours is not closed; what is ours in it is', () => {
  mkdirSync(join(data, 'database'), { recursive: true })
  mkdirSync(join(data, 'holidays'))
  execFileSync('chmod', ['-R', '755', data])
  secure()
  expect([mode('data'), mode('data/holidays'), mode('data/database')]).toEqual(['755', '755', '700'])
})

test('a store of another name in it is as private', async () => {
  const env = { FILESYSTEM_STORAGE_ROOT_DIR: join(data, 'fits/store') }
  mkdirSync(join(data, 'fits/store'), { recursive: true })
  execFileSync('chmod', ['-R', '755', data])
  expect(secure(env)).toHaveLength(1)
  expect([mode('data'), mode('data/fits'), ...(await stored(env, 'data/fits/store'))]).toEqual([
    '700',
    '700',
    '600',
    '700',
    '700',
    '700',
  ])
})

test('a store elsewhere is as the umask has it', async () => {
  const env = { FILESYSTEM_STORAGE_ROOT_DIR: join(home, 'store') }
  secure(env)
  expect(await stored(env, 'store')).toEqual(open('store'))
  expect(mode('data')).toBe('700')
})

test('a store in the data directory that another server reads can be reached by it, and nothing else', async () => {
  const env = { FILESYSTEM_STORAGE_BASE_URL: 'https://files.example' }
  mkdirSync(join(data, 'database'), { recursive: true })
  execFileSync('chmod', ['-R', '755', data])
  secure(env)
  expect(await stored(env, 'data/files')).toEqual(open('files'))
  expect([mode('data'), mode('data/database')]).toEqual(['711', '700'])
  secure(env)
  expect([mode('data'), mode('data/files'), mode('data/files/cpt/kb70/frame.fits')]).toEqual([
    '711',
    ...open('files').slice(1, 2),
    open('files')[0],
  ])
})

test('a configuration that keeps nothing there makes no data directory', () => {
  secure({ DATABASE_URL: 'postgres://127.0.0.1/archive' })
  expect(() => statSync(data)).toThrow('ENOENT')
})
