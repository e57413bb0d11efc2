import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Assets } from '../services.ts'

const { resolve } = createRequire(import.meta.url)

/** The files of the documentation pages, out of the packages they come in: an archive is often offline, so no page loads from elsewhere. */
const FILES: Record<string, { module: string; type: string }> = {
  'swagger-ui.css': { module: 'swagger-ui-dist/swagger-ui.css', type: 'text/css' },
  'swagger-ui-bundle.js': { module: 'swagger-ui-dist/swagger-ui-bundle.js', type: 'text/javascript' },
}

const kept = new Map<string, { body: Uint8Array<ArrayBuffer>; type: string }>()

export const assets: Assets = {
  async read(name) {
    const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined
    if (!file) return null
    const body = kept.get(name) ?? { body: new Uint8Array(await readFile(resolve(file.module))), type: file.type }
    kept.set(name, body)
    return body
  },
}
