import { md5 } from '@noble/hashes/legacy.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Keys } from '../auth/keys.ts'
import { counted, wrongDigest, wrongSize } from './counted.ts'
import { type FileBody, type FileStore, type StoredFile, signingTime, URL_VALID_S } from './store.ts'

/** The file system as a runtime offers it. Paths are relative to the store's root; a runtime refuses those that leave it. */
export interface Directory {
  /** null: no such file. */
  stat(path: string): Promise<{ size: number; modified: Date } | null>
  read(path: string, range?: { start: number; end: number }): ReadableStream<Uint8Array>
  /** Removes a file; one that is not there is no error. */
  remove(path: string): Promise<void>
  /**
   * Writes a file that is there, whole and on the disk, or not at all; an error of `body`, a stream, leaves everything as it was.
   * @param aside where the file that has been at the path is found from then on, unless something is there already; null: nowhere
   */
  write(path: string, body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>, aside: string | null): Promise<void>
  /** Moves a file to another place, in the stead of what is there; false: there is no such file. */
  move(from: string, to: string): Promise<boolean>
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

/** Where versions that are not the newest are kept: apart from the plain paths that other programs read. */
export const olderPath = (path: string, key: string): string => `.versions/${path}/${key}`

/** A path as part of a URL. Most have nothing to encode, and a page has a hundred. */
export const encodePath = (path: string): string =>
  /^[\w./~-]*$/.test(path) ? path : path.split('/').map(encodeURIComponent).join('/')

/** What a signed URL of the archive's own /files/ promises: this path, this version, until then. */
const promise = (path: string, version: string, expires: number): string => `${path}\n${version}\n${expires}`

export function verifyFileUrl(
  keys: Keys,
  path: string,
  query: { version?: string; expires?: string; signature?: string },
  now = Date.now(),
): boolean {
  const expires = Number(query.expires)
  if (!query.signature || !Number.isSafeInteger(expires) || expires * 1000 < now) return false
  return keys.verify('file', promise(path, query.version ?? '', expires), query.signature)
}

/**
 * Files in a directory. The newest version lies at the plain path.
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
    if (file.newest) return file.path
    const older = olderPath(file.path, file.key)
    // a file that another program replaced is not kept: then the plain path is all there is, as with the reference
    return baseUrl !== null && !(await directory.stat(older)) ? file.path : older
  }
  return {
    kind: 'local',
    url(file, base, validS = URL_VALID_S) {
      if (baseUrl !== null) return `${baseUrl}/${encodePath(file.path)}`
      const plain = `${base}/files/${encodePath(file.path)}`
      if (file.newest && file.isPublic) return plain
      const version = file.newest ? '' : file.key
      const query = new URLSearchParams()
      if (version) query.set('version', version)
      if (!file.isPublic) {
        const expires = signingTime() / 1000 + validS
        query.set('expires', String(expires))
        query.set('signature', keys.sign('file', promise(file.path, version, expires)))
      }
      return `${plain}?${query}`
    },
    async stat(file) {
      return directory.stat(await locate(file))
    },
    async delete(file) {
      await directory.remove(file.newest ? file.path : olderPath(file.path, file.key))
    },
    async stream(file, range) {
      const path = await locate(file)
      const stat = await directory.stat(path)
      return stat && { body: directory.read(path, range), ...stat }
    },
    async newestAt(path) {
      if (!(await directory.stat(path))) return null
      const hash = newMd5()
      for await (const chunk of directory.read(path) as unknown as AsyncIterable<Uint8Array>) hash.update(chunk)
      const md5 = hash.hex()
      return { key: md5, md5 }
    },
    listFolder: async () => null,
    async keysAt(path, md5) {
      return (await directory.stat(olderPath(path, md5))) ? [md5] : []
    },
    async put(path, body, facts) {
      const key = facts.md5.toLowerCase()
      const aside = facts.replaces === null || facts.replaces === key ? null : olderPath(path, facts.replaces)
      if (body.inMemory) await directory.write(path, checked(body.inMemory, body.size, key, newMd5()), aside)
      else await writeStream(directory, path, body, key, newMd5(), aside)
      return {
        key,
        md5: key,
        async withdraw() {
          if (facts.replaces === key || (aside !== null && (await directory.move(aside, path)))) return
          await directory.remove(path)
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
  aside: string | null,
): Promise<void> {
  const source = counted(body, (chunk) => hash.update(chunk))
  const whole = source.stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      flush() {
        if (hash.hex() !== md5) throw wrongDigest()
      },
    }),
  )
  try {
    await directory.write(path, whole, aside)
  } catch (error) {
    throw source.fault() ?? error
  } finally {
    source.release()
  }
}
