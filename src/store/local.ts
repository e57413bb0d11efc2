import type { Keys } from '../auth/keys.ts'
import type { FileStore, StoredFile } from './store.ts'

/** The file system as a runtime offers it. Paths are relative to the store's root; a runtime refuses those that leave it. */
export interface Directory {
  /** null: no such file. */
  stat(path: string): Promise<{ size: number; modified: Date } | null>
  read(path: string, range?: { start: number; end: number }): ReadableStream<Uint8Array>
  /** Removes a file; one that is not there is no error. */
  remove(path: string): Promise<void>
}

const HOUR_S = 3600
const VALID_S = 48 * HOUR_S

/** Where versions that are not the newest are kept: apart from the plain paths that other programs read. */
export const olderPath = (path: string, key: string): string => `.versions/${path}/${key}`

export const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

/** What a signed URL of the archive's own /files/ promises: this path, this version, until then. */
const promise = (path: string, version: string, expires: number): string => `${path}\n${version}\n${expires}`

export function verifyFileUrl(keys: Keys, path: string, query: { version?: string; expires?: string; signature?: string }, now = Date.now()): boolean {
  const expires = Number(query.expires)
  if (!query.signature || !Number.isSafeInteger(expires) || expires * 1000 < now) return false
  return keys.verify('file', promise(path, query.version ?? '', expires), query.signature)
}

/**
 * Files in a directory. The newest version lies at the plain path.
 * @param baseUrl where another server serves the directory (every version then shows the plain URL); null: the archive itself, under /files/
 */
export function localStore(directory: Directory, baseUrl: string | null, keys: Keys): FileStore {
  const locate = async (file: StoredFile): Promise<string> => {
    if (file.newest) return file.path
    const older = olderPath(file.path, file.key)
    // a file that another program replaced is not kept: then the plain path is all there is, as with the reference
    return baseUrl !== null && !(await directory.stat(older)) ? file.path : older
  }
  return {
    kind: 'local',
    url(file, base) {
      if (baseUrl !== null) return `${baseUrl}/${encodePath(file.path)}`
      const version = file.newest ? '' : file.key
      const query = new URLSearchParams()
      if (version) query.set('version', version)
      if (!file.isPublic) {
        // rounded to the hour, so that a frame's URL, and with it an ETag over it, changes once an hour
        const expires = Math.floor(Date.now() / 1000 / HOUR_S) * HOUR_S + VALID_S
        query.set('expires', String(expires))
        query.set('signature', keys.sign('file', promise(file.path, version, expires)))
      }
      return `${base}/files/${encodePath(file.path)}${query.size ? `?${query}` : ''}`
    },
    async size(file) {
      return (await directory.stat(await locate(file)))?.size ?? null
    },
    async delete(file) {
      await directory.remove(file.newest ? file.path : olderPath(file.path, file.key))
    },
    async stream(file, range) {
      const path = await locate(file)
      const stat = await directory.stat(path)
      return stat && { body: directory.read(path, range), ...stat }
    },
  }
}
