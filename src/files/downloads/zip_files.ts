import type { Keys } from '../../auth/keys.ts'
import { isSignedUrl, signUrl } from '../../seal.ts'
import { encodePath } from '../store/local.ts'
import { versionRef } from '../store/refs.ts'
import { type FileStore, MANIFEST_URL_VALID_S, signingTime } from '../store/store.ts'
import type { Entry } from '../zip/manifest.ts'
import type { Source } from '../zip/stream.ts'
import type { Content, Form } from './content.ts'
import type { Layout } from './layout.ts'
import { openContent, type Reading } from './open.ts'

const PATHS: Record<Exclude<Form, 'stored'>, (id: number) => string> = {
  unpacked: (id) => `/frame-funpack/${id}/funpack/`,
  catalog: (id) => `/frame-catalog/${id}/catalog/`,
}

/** What `signUrl` and `isSignedUrl` take for the URL of a form of a frame's version. */
const signed = (form: Form, frame: number, version: number) => ['download', [form, frame, version]] as const

/**
 * The version for which a request for a form of a frame carries a manifest's signature, which
 * stands in place of a login; null: it carries none that is valid.
 */
export function signedVersion(
  keys: Keys,
  form: Form,
  frame: number,
  query: Record<string, string | undefined>,
): number | null {
  const version = Number(query.version)
  return Number.isSafeInteger(version) && isSignedUrl(keys, ...signed(form, frame, version), query) ? version : null
}

/**
 * The internal location of nginx from which mod_zip takes a content: the store, or the archive
 * itself, which then wants a signature.
 */
function locationOf(store: FileStore, keys: Keys, { row, form }: Content): string {
  if (form !== 'stored') {
    const { id, version_id: version } = row
    const { expires, signature } = signUrl(
      keys,
      ...signed(form, id, version),
      signingTime() / 1000 + MANIFEST_URL_VALID_S,
    )
    return `${PATHS[form](id)}?version=${version}&expires=${expires}&signature=${signature}`
  }
  const file = versionRef(row, row, store.classes)
  if (store.kind !== 's3') return `/zip-files/${encodePath(file.path)}`
  const { pathname, search } = new URL(store.url({ ...file, isPublic: false }, '', MANIFEST_URL_VALID_S))
  // nginx decodes the path of a location and does not encode + again, which S3 then reads as
  // something else
  return pathname.includes('%2B') ? `/zip-raw?${pathname}${search}` : `/zip-files${pathname}${search}`
}

/**
 * The files of a ZIP as the entries of a manifest. A CRC-32 that was not in the layout stays out of
 * it: nginx would lay it out anew.
 */
export const entriesOf = (store: FileStore, keys: Keys, { files }: Layout): Entry[] =>
  files.map(({ content, name, descriptor }) => ({
    size: content.size,
    crc32: descriptor ? null : content.crc32,
    location: locationOf(store, keys, content),
    name,
  }))

/** The files of a ZIP as the sources of the one that the archive streams itself. */
export const sourcesOf = (
  from: Reading,
  { files }: Layout,
  learnt: (content: Content, crc32: number) => void,
): Source[] =>
  files.map(({ content, name, descriptor }) => ({
    name,
    descriptor,
    size: content.size,
    crc32: content.crc32,
    modified: new Date(content.row.created * 1000),
    open: (range, signal) => openContent(from, content, range, signal),
    learnt: (crc32) => learnt(content, crc32),
  }))
