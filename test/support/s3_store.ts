import { createHash } from 'node:crypto'
import { type IncomingMessage, request } from 'node:http'
import { ArchiveError } from '../../src/errors.ts'
import type { Limits } from '../../src/files/store/patience.ts'
import type { FileFacts, FileStore, StoredFile } from '../../src/files/store/store.ts'

export const logged: string[] = []
export const note = (message: string, fields?: object) => void logged.push(`${message} ${JSON.stringify(fields)}`)
export const log = { info: note, warn: note, error: note }

/** Short, so that failures are waited for less long than in service. */
export const QUICK: Limits = { attempt: 700, total: 2_000, stall: 700 }

export const path = 'cpt/kb70/20160102/raw/cpt1m010-kb70-20160102-0001-e00.fits.fz'
export const md5Of = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

export const facts = (bytes: Uint8Array, more: Partial<FileFacts> = {}): FileFacts => ({
  contentType: 'image/fits',
  filename: path.slice(path.lastIndexOf('/') + 1),
  observationDate: new Date(),
  md5: md5Of(bytes),
  replaces: null,
  ...more,
})

export const read = async (body: ReadableStream<Uint8Array>) => Buffer.from(await new Response(body).arrayBuffer())

export async function put(
  store: FileStore,
  at: string,
  bytes: Uint8Array<ArrayBuffer>,
  more: Partial<FileFacts> = {},
): Promise<StoredFile> {
  const { key } = await store.put(at, new Blob([bytes]), facts(bytes, more))
  return { path: at, key, newest: true, isPublic: false }
}

export const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error) => (error instanceof ArchiveError ? error.code : String(error)),
  )

/** GET of a URL exactly as it is written: fetch() would tidy up its path. */
export function get(
  url: string,
  host?: string,
): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }> {
  const [, authority, target] = /^http:\/\/([^/]+)(\/.*)$/s.exec(url)!
  const port = Number(authority!.split(':').pop())
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path: target, headers: { host: host ?? authority } },
      async (answer) => {
        resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(await answer.toArray()) })
      },
    )
    sent.on('error', reject).end()
  })
}

/** Sockets of this process, once those that are closing are closed. */
export const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length
