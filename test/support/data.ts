import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's folder: two above this file, one above a benchmark's bundle in dist/. */
const root = ['..', '../..']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((folder) => existsSync(join(folder, 'package.json')))!

/** The path of a file of the repository. */
export const inRepository = (path: string): string => join(root, path)

/** The path of a file of a test folder's data: `dataFile('fits', 'multi-r.fits.fz')` is test/fits/data/multi-r.fits.fz. */
export const dataFile = (folder: string, name = ''): string => inRepository(`test/${folder}/data/${name}`)

export const readData = (folder: string, name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(dataFile(folder, name)))

export const readJson = <T>(folder: string, name: string): T =>
  JSON.parse(readFileSync(dataFile(folder, name), 'utf8')) as T

/** The path of a FITS file that the tests keep; the large ones are only where the project's shared files are. */
export const fitsFile = (name: string): string | undefined =>
  [dataFile('fits', name), inRepository(`../shared/fits/${name}`)].find((path) => existsSync(path))
