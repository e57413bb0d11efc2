import { createHash, randomBytes } from 'node:crypto'
import { framePath } from '../../src/files/store/paths.ts'
import type { Listening } from '../../src/runtimes/node/listen.ts'
import { type TestArchive, testArchive } from './archive.ts'
import { newFrame, post } from './frames.ts'
import type { TestNginx } from './nginx.ts'
import { ask, type Backend, backendOf } from './nginx_backend.ts'
import { serveArchive } from './serving.ts'

export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')
export const bodyOf = async (response: Response) => Buffer.from(await response.arrayBuffer())

export interface Line {
  crc: string
  size: number
  location: string
  name: string
}

export const linesOf = (manifest: string): Line[] =>
  manifest
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, crc, size, location, name] = line.match(/^(\S+) (\d+) (\/\S+) (.*)$/)!
      return { crc: crc!, size: Number(size), location: location!, name: name! }
    })

/** An archive behind deploy/nginx.conf with frames whose names a proxy could get wrong. */
export interface Setup {
  archive: TestArchive
  listening: Listening
  direct: string
  backend: Backend
  /** By name. */
  files: Map<string, Buffer>
  ids: number[]
  close(): Promise<void>
}

/** Names of frames, which are part of keys and paths. */
export const HOSTILE = [
  'plain-e00',
  'one+plus-e00',
  'two  spaces-e00',
  'per%cent-%2B-%2525-e00',
  'uni-Ωλ-größe-e00',
  `all+!"#$&'()*,:;<=>?@[]^_{|}~ %-e00`,
  'query?version=1&x#y-e00',
]

export async function setUp(env: Record<string, string>): Promise<Setup> {
  const archive = await testArchive(env)
  const listening = await serveArchive(archive)
  const backend = await backendOf(listening.port)
  const files = new Map<string, Buffer>()
  const ids: number[] = []
  for (const basename of HOSTILE) {
    const bytes = randomBytes(basename === 'plain-e00' ? 6_000_000 : 40_000)
    const frame = newFrame(basename) as never as Parameters<typeof framePath>[0]
    const path = framePath(frame, '.dat')
    const { key } = await archive.services.store.put(path, new Blob([bytes]), {
      contentType: 'application/octet-stream',
      filename: 'file',
      observationDate: new Date(),
      md5: md5(bytes),
      replaces: null,
    })
    const { id } = await post(
      archive,
      newFrame(basename, { version_set: [{ key, md5: md5(bytes), extension: '.dat' }] }),
    )
    files.set(`${basename}.dat`, bytes)
    ids.push(id)
  }
  return {
    archive,
    listening,
    direct: `http://127.0.0.1:${listening.port}`,
    backend,
    files,
    ids,
    async close() {
      await backend.close()
      await listening.stop()
      await archive.close()
    },
  }
}

export const zipOf = (base: string, ids: number[], headers: Record<string, string> = {}, more: object = {}) =>
  fetch(`${base}/frames/zip/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ frame_ids: ids, ...more }),
  })

/** What nginx answers when the backend sends it to a location of a manifest. */
export const redirected = (nginx: TestNginx, to: string, init: Parameters<typeof ask>[2] = {}) =>
  ask(nginx.url, '/accel', { ...init, headers: { ...init.headers, 'x-to': to } })
