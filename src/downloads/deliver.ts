import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Keys } from '../auth/keys.ts'
import { encodePath } from '../store/local.ts'
import { type FileStore, MANIFEST_URL_VALID_S, signingTime } from '../store/store.ts'
import { type Entry, safeName, uniqueNames } from '../zip/manifest.ts'
import type { Source } from '../zip/stream.ts'
import { type Content, type Form, fileOf, openContent } from './contents.ts'

/** The paths of the contents inside the ZIP: safe, and different from each other. */
export const namesIn = (folder: string, contents: readonly Content[]): string[] =>
  uniqueNames(contents.map((c) => safeName(c.filename))).map((name) => `${folder}/${name}`)

/** What tells one ZIP from another; null while a CRC-32 is not known, since such a ZIP cannot be continued. */
export function zipEtag(contents: readonly Content[], names: readonly string[]): string | null {
  if (contents.some((c) => c.crc32 === null)) return null
  const lines = contents.map((c, i) => `${c.row.version_id} ${c.form} ${c.size} ${c.crc32} ${names[i]}\n`).join('')
  return `"${bytesToHex(sha256(utf8ToBytes(lines))).slice(0, 32)}"`
}

const PATHS: Record<Exclude<Form, 'stored'>, (id: number) => string> = {
  unpacked: (id) => `/frame-funpack/${id}/funpack/`,
  catalog: (id) => `/frame-catalog/${id}/catalog/`,
}

const promise = (form: Form, frame: number, version: number, expires: number) =>
  `${form}\n${frame}\n${version}\n${expires}`

/** Whether a request for a form of a frame carries the signature of a manifest: it stands in place of a login. */
export function verifyDownload(
  keys: Keys,
  form: Form,
  frame: number,
  query: Record<string, string | undefined>,
): { version: number } | null {
  const [version, expires] = [Number(query.version), Number(query.expires)]
  if (
    !query.signature ||
    !Number.isSafeInteger(version) ||
    !Number.isSafeInteger(expires) ||
    expires * 1000 < Date.now()
  )
    return null
  return keys.verify('download', promise(form, frame, version, expires), query.signature) ? { version } : null
}

/** The internal location of nginx from which mod_zip takes a content: the store, or the archive itself, which then wants a signature. */
function locationOf(store: FileStore, keys: Keys, { row, form }: Content): string {
  if (form !== 'stored') {
    const expires = signingTime() / 1000 + MANIFEST_URL_VALID_S
    const signature = keys.sign('download', promise(form, row.id, row.version_id, expires))
    return `${PATHS[form](row.id)}?version=${row.version_id}&expires=${expires}&signature=${signature}`
  }
  const file = fileOf(row, store)
  if (store.kind !== 's3') return `/zip-files/${encodePath(file.path)}`
  const { pathname, search } = new URL(store.url(file, '', MANIFEST_URL_VALID_S))
  // nginx decodes the path of a location and does not encode + again, which S3 then reads as something else
  return pathname.includes('%2B') ? `/zip-raw?${pathname}${search}` : `/zip-files${pathname}${search}`
}

export const entriesOf = (
  store: FileStore,
  keys: Keys,
  contents: readonly Content[],
  names: readonly string[],
): Entry[] =>
  contents.map((c, i) => ({ size: c.size, crc32: c.crc32, location: locationOf(store, keys, c), name: names[i]! }))

/** The contents as the sources of a ZIP that the archive streams itself. */
export const sourcesOf = (
  store: FileStore,
  contents: readonly Content[],
  names: readonly string[],
  learnt: (content: Content, crc32: number) => void,
): Source[] =>
  contents.map((content, i) => ({
    name: names[i]!,
    size: content.size,
    crc32: content.crc32,
    modified: new Date(content.row.created * 1000),
    open: (range) => openContent(store, content, range),
    learnt: (crc32) => learnt(content, crc32),
  }))
