import { md5 } from '@noble/hashes/legacy.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Keys } from '../../auth/keys.ts'
import { isSignature, signatureOf } from '../../seal.ts'
import { counted, wrongDigest, wrongSize } from './counted.ts'
import { type FileBody, type FileStore, type Found, type StoredFile, signingTime, URL_VALID_S } from './store.ts'

/** The file system as a runtime offers it. Paths are relative to the store's root; a runtime refuses those that leave it. */
export interface Directory {
  /** null: no such file. */
  stat(path: string): Promise<{ size: number; modified: Date } | null>
  read(path: string, range?: { start: number; end: number }): ReadableStream<Uint8Array>
  /** Removes a file; one that is not there is no error. */
  remove(path: string): Promise<void>
  /**
   * Writes a file that is there, whole and on the disk, or not at all; an error of `body`, a stream, leaves everything as it was. Of
   * several that are written to one path at once, by whatever processes, one stays there and all are found at their places.
   * @returns where the file that has been at the path is found from now on; null: nowhere, or there was none
   */
  write(
    path: string,
    body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>,
    places: Places,
  ): Promise<string | null>
  /** Moves a file to another place, in the stead of what is there; false: there is no such file. */
  move(from: string, to: string): Promise<boolean>
}

/** Where files are found whatever becomes of their path. What is at such a place already is the same content, and stays. */
export interface Places {
  /** Of the file that is written, where it takes the place of another. */
  own: string
  /** Of the file that has been at the path; null: it is the same, and need not be kept. */
  before(file: ReadableStream<Uint8Array>): Promise<string | null>
}

/** An MD5 under way; answers 32 hexadecimal digits. */
export interface Md5 {
  update(bytes: Uint8Array): unknown
  hex(): string
}

/** An MD5 for runtimes without one of their own. */
export const portableMd5 = (): Md5 => {
  const hash = md5.create()
  return { update: (bytes) => hash.update(bytes), hex: () => bytesToHex(hash.digest()) }
}

/**
 * Where versions are kept that are not the newest, apart from the plain paths that other programs read. One that has replaced another is
 * there too, under a second name of the same file: when two are put at once, the one that stays at the path may be recorded first.
 */
export const olderPath = (path: string, key: string): string => `.versions/${path}/${key}`

/** A path as part of a URL. Most have nothing to encode, and a page has a hundred. */
export const encodePath = (path: string): string =>
  /^[\w./~-]*$/.test(path) ? path : path.split('/').map(encodeURIComponent).join('/')

/**
 * Whether the query of a URL of the archive's own /files/ carries its signature of this path and
 * version, and is still valid.
 */
export function verifyFileUrl(
  keys: Keys,
  path: string,
  query: { version?: string; expires?: string; signature?: string },
  now = Date.now(),
): boolean {
  const expires = Number(query.expires)
  if (!query.signature || !Number.isSafeInteger(expires) || expires * 1000 < now) return false
  return isSignature(keys, 'file', [path, query.version ?? '', expires], query.signature)
}

/**
 * Files in a directory. The newest version at a path lies there.
 * @param newMd5 the runtime's MD5, where it has a faster one
 * @param baseUrl where another server serves the directory (every version then shows the plain URL); null: the archive itself, under /files/
 */
export function localStore(
  directory: Directory,
  baseUrl: string | null,
  keys: Keys,
  newMd5: () => Md5 = portableMd5,
): FileStore {
  const locate = async (file: StoredFile): Promise<string> => {
    const kept = olderPath(file.path, file.key)
    if (file.key !== '' && (await directory.stat(kept))) return kept
    // a file that another program replaced is not kept: then the plain path is all there is, as with the reference
    return file.newest || baseUrl !== null ? file.path : kept
  }
  const md5Of = async (stream: ReadableStream<Uint8Array>): Promise<string> => {
    const hash = newMd5()
    for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) hash.update(chunk)
    return hash.hex()
  }
  const newestAt = async (path: string): Promise<Found | null> => {
    if (!(await directory.stat(path))) return null
    const md5 = await md5Of(directory.read(path))
    return { key: md5, md5 }
  }
  /** The key of what has been at a path: its MD5, unless it is the version that is replaced and has a key of another kind. */
  const keyOf = async (path: string, md5: string, replaces: string | null): Promise<string> =>
    replaces === null || replaces === md5 || (await directory.stat(olderPath(path, replaces))) ? md5 : replaces
  const write = (path: string, body: FileBody, key: string, places: Places): Promise<string | null> =>
    body.inMemory
      ? directory.write(path, checked(body.inMemory, body.size, key, newMd5()), places)
      : writeStream(directory, path, body, key, newMd5(), places)

  return {
    kind: 'local',
    url(file, base, validS = URL_VALID_S) {
      if (baseUrl !== null) return `${baseUrl}/${encodePath(file.pathNow ?? file.path)}`
      const plain = `${base}/files/${encodePath(file.path)}`
      if (file.newest && file.isPublic) return plain
      const version = file.newest ? '' : file.key
      const query = new URLSearchParams()
      if (version) query.set('version', version)
      if (!file.isPublic) {
        const expires = signingTime() / 1000 + validS
        query.set('expires', String(expires))
        query.set('signature', signatureOf(keys, 'file', [file.path, version, expires]))
      }
      return `${plain}?${query}`
    },
    async stat(file) {
      return directory.stat(await locate(file))
    },
    async delete(file) {
      if (file.newest) await directory.remove(file.path)
      if (file.key !== '') await directory.remove(olderPath(file.path, file.key))
    },
    async stream(file, range) {
      const path = await locate(file)
      const stat = await directory.stat(path)
      return stat && { body: directory.read(path, range), ...stat }
    },
    newestAt,
    keysAt: async () => [],
    async put(path, body, facts) {
      const key = facts.md5.toLowerCase()
      let isThere = false
      const kept = await write(path, body, key, {
        own: olderPath(path, key),
        async before(file) {
          const md5 = await md5Of(file)
          isThere = md5 === key
          return isThere ? null : olderPath(path, await keyOf(path, md5, facts.replaces))
        },
      })
      return {
        key,
        md5: key,
        async withdraw() {
          if (isThere) return
          // what another has put there since stays
          const isOurs = (await newestAt(path))?.md5 === key
          if (isOurs && !(kept !== null && (await directory.move(kept, path)))) await directory.remove(path)
          await directory.remove(olderPath(path, key))
        },
      }
    },
  }
}

/** Bytes that have the size and the MD5 that they came with. */
function checked(bytes: Uint8Array<ArrayBuffer>, size: number, md5: string, hash: Md5): Uint8Array<ArrayBuffer> {
  if (bytes.length !== size) throw wrongSize(size)
  hash.update(bytes)
  if (hash.hex() !== md5) throw wrongDigest()
  return bytes
}

async function writeStream(
  directory: Directory,
  path: string,
  body: FileBody,
  md5: string,
  hash: Md5,
  places: Places,
): Promise<string | null> {
  const source = counted(body, (chunk) => hash.update(chunk))
  const whole = source.stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      flush() {
        if (hash.hex() !== md5) throw wrongDigest()
      },
    }),
  )
  try {
    return await directory.write(path, whole, places)
  } catch (error) {
    throw source.fault() ?? error
  } finally {
    source.release()
  }
}
