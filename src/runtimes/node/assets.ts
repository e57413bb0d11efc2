import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Asset, Assets } from '../../services.ts'

// beside the program in a build; when running from src, those of the last build
const folder = ['./assets/', '../../../dist/assets/']
  .map((path) => new URL(path, import.meta.url))
  .find((url) => existsSync(fileURLToPath(url)))

const TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
}

const kept = new Map<string, Promise<Asset>>()

async function load(url: URL, type: string): Promise<Asset> {
  const body = new Uint8Array(await readFile(url))
  const mark = createHash('sha256').update(body).digest('hex').slice(0, 16)
  return { body, gzip: new Uint8Array(await promisify(gzip)(body)), type, mark }
}

/** The files of the documentation pages. Served from here because archives are often offline. */
export const assets: Assets = {
  async read(name) {
    const [, extension] = /^[a-z][a-z-]*(?:\.[a-z]+)*\.([a-z]+)$/.exec(name) ?? []
    const type = extension && Object.hasOwn(TYPES, extension) ? TYPES[extension] : undefined
    if (!folder || !type) return null
    const url = new URL(name, folder)
    if (!kept.has(name) && !existsSync(fileURLToPath(url))) return null
    const asset = kept.get(name) ?? load(url, type)
    kept.set(name, asset)
    return asset
  },
}
