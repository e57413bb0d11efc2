import { md5 } from '@noble/hashes/legacy.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Keys } from '../../auth/keys.ts'
import { type ByteRange, streamFrom } from '../../bytes.ts'
import { mapConcurrently } from '../../concurrency.ts'
import { isSignedUrl, signUrl } from '../../seal.ts'
import {
  type FileBody,
  type FileStore,
  type Found,
  type Listed,
  Occupied,
  type Ref,
  type Stat,
  signingTime,
  URL_VALID_S,
} from './store.ts'
import { wholeBody, wrongDigest, wrongSize } from './whole.ts'

/**
 * The file system as a runtime offers it. Paths are relative to the store's root; a runtime refuses
 * those that leave it.
 */
export interface Directory {
  /** null: no such file. */
  stat(path: string): Promise<Stat | null>
  read(path: string, range?: ByteRange): ReadableStream<Uint8Array>
  /** Removes a file; one that is not there is no error. */
  remove(path: string): Promise<void>
  /**
   * Writes a file atomically and durably; if `body`, a stream, fails, nothing changes. Of several
   * that are written to one path at once, by whatever processes, one stays there and all are found
   * at their places.
   * @returns where the file that has been at the path is found from now on; null: nowhere, or there
   * was none
   */
  write(
    path: string,
    body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>,
    places: Places,
  ): Promise<string | null>
  /** Moves a file to another place, over what is there; false: there is no such file. */
  move(from: string, to: string): Promise<boolean>
  /** The paths of all files, a folder at a time. */
  list(): AsyncIterable<string[]>
  /** Throws when files can be neither read nor written; absent: that cannot be asked. */
  probe?(): Promise<void>
}

/**
 * Permanent places of versions, besides the plain path, whose owner changes. What is at such a
 * place already is the same content, and stays.
 */
export interface Places {
  /** Of the file that is written, where it replaces another. */
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
 * Where versions are kept that are not the newest, apart from the plain paths that other programs
 * read. One that has replaced another is there too, under a second name of the same file: when two
 * are put at once, the one that stays at the path may be recorded first.
 */
export const olderPath = (path: string, key: string): string => `.versions/${path}/${key}`

/** The same read backwards; null: a plain path. */
function keptAs(path: string): { path: string; key: string } | null {
  const [, of, key] = /^\.versions\/(.+)\/([^/]+)$/s.exec(path) ?? []
  return of === undefined ? null : { path: of, key: key! }
}

/** A path as part of a URL. Most have nothing to encode, and a page has a hundred. */
export const encodePath = (path: string): string =>
  /^[\w./~-]*$/.test(path) ? path : path.split('/').map(encodeURIComponent).join('/')

/** Files that are looked at at a time when all are listed. */
const LISTED_AT_ONCE = 16

/** What `signUrl` and `isSignedUrl` take for a URL of /files/; no version: the newest. */
const signed = (path: string, version = '') => ['file', [path, version]] as const

/**
 * Whether the query of a URL of the archive's own /files/ carries its signature of this path and
 * version, and is still valid.
 */
export const verifyFileUrl = (
  keys: Keys,
  path: string,
  query: { version?: string | undefined; expires?: string | undefined; signature?: string | undefined },
): boolean => isSignedUrl(keys, ...signed(path, query.version), query)

/**
 * Files in a directory. The newest version at a path lies there.
 * @param newMd5 the runtime's MD5, where it has a faster one
 * @param baseUrl where another server serves the directory (every version then shows the plain
 * URL); null: the archive itself, under /files/
 */
export function localStore(
  directory: Directory,
  baseUrl: string | null,
  keys: Keys,
  newMd5: () => Md5 = portableMd5,
): FileStore {
  async function locate({ path, key, newest }: Ref): Promise<string> {
    const kept = olderPath(path, key)
    if (key !== '' && (await directory.stat(kept))) return kept
    // a file that another program replaced is not kept: then the plain path is all there is, as
    // with the reference
    return newest || baseUrl !== null ? path : kept
  }
  async function md5Of(stream: ReadableStream<Uint8Array>): Promise<string> {
    const hash = newMd5()
    for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) hash.update(chunk)
    return hash.hex()
  }
  async function newestAt(path: string): Promise<Found | null> {
    if (!(await directory.stat(path))) return null
    const md5 = await md5Of(directory.read(path))
    return { key: md5, md5 }
  }
  /**
   * The key of what has been at a path: its MD5, unless it is the version that is replaced and has
   * a key of another kind.
   */
  const keyOf = async (path: string, md5: string, replaces: string | null): Promise<string> =>
    replaces === null || replaces === md5 || (await directory.stat(olderPath(path, replaces))) ? md5 : replaces

  return {
    kind: 'local',
    ...(directory.probe && { probe: () => directory.probe!() }),
    url({ path, pathNow = path, key, newest, isPublic }, base, validS = URL_VALID_S) {
      if (baseUrl !== null) return `${baseUrl}/${encodePath(pathNow)}`
      const plain = `${base}/files/${encodePath(path)}`
      if (newest && isPublic) return plain
      const version = newest ? undefined : key
      const query = new URLSearchParams({
        ...(version && { version }),
        ...(!isPublic && signUrl(keys, ...signed(path, version), signingTime() / 1000 + validS)),
      })
      return `${plain}?${query}`
    },
    stat: async (file) => directory.stat(await locate(file)),
    async delete({ path, key, newest }) {
      if (newest) await directory.remove(path)
      if (key !== '') await directory.remove(olderPath(path, key))
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
      const own = olderPath(path, key)
      let isThere = false
      const kept = await directory.write(path, checkedBody(body, key, newMd5()), {
        own,
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
          await directory.remove(own)
        },
      }
    },
    async restore({ path, key, newest }, body, { md5, replaces }) {
      const kept = olderPath(path, key)
      const isKept = key !== '' && (!newest || (await directory.stat(kept)) !== null)
      const places = [...(newest ? [path] : []), ...(isKept ? [kept] : [])]
      // what is damaged is not kept; a version that has come meanwhile may have no other place
      async function before(file: ReadableStream<Uint8Array>): Promise<null> {
        const there = await md5Of(file)
        if (there !== md5 && there !== replaces)
          throw new Occupied(`something else has been put there: its MD5 is ${there}`)
        return null
      }
      for (const place of places) await directory.write(place, checkedBody(body, md5, newMd5()), { own: place, before })
      // its key is in the record already
      return { key, withdraw: async () => {} }
    },
    async *list() {
      for await (const paths of directory.list()) {
        const listed = await mapConcurrently(paths, LISTED_AT_ONCE, async (path): Promise<Listed[]> => {
          const stat = await directory.stat(path)
          return stat ? [{ ...(keptAs(path) ?? { path, key: null }), ...stat }] : []
        })
        yield listed.flat()
      }
    },
  }
}

/**
 * A body that is refused unless it has the size and the MD5 that it comes with; one in memory is
 * checked at once.
 */
function checkedBody(body: FileBody, md5: string, hash: Md5): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> {
  const check = () => {
    if (hash.hex() !== md5) throw wrongDigest()
  }
  async function* pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of wholeBody(body)) {
      hash.update(chunk)
      yield chunk
    }
    check()
  }
  const { inMemory, size } = body
  if (!inMemory) return streamFrom(pieces())
  if (inMemory.length !== size) throw wrongSize(size)
  hash.update(inMemory)
  check()
  return inMemory
}
