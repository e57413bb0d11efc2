import { ArchiveError } from '../../errors.ts'
import type { FileBody, FileFacts, FileStore, Put } from '../../files/store/store.ts'
import type { FrameVersion } from './archive.ts'
import { Changed } from './digest.ts'
import type { Service } from './waiting.ts'

/** How often a store may keep something else than what was sent. */
const TRIES = 3

/** What is uploaded, and to where. */
export interface Upload {
  path: string
  body: FileBody
  facts: FileFacts
}

/**
 * Stores a file, and compares the MD5 that the store has of it with ours. Throws Changed where the
 * file is not what it was when its MD5 was taken; an Error where the store keeps something else.
 */
export async function upload(
  store: FileStore,
  service: Service,
  signal: AbortSignal,
  { path, body, facts }: Upload,
): Promise<Put & { wasRepeated: boolean }> {
  let kept = ''
  let attempts = 0
  for (let i = 0; i < TRIES; i++) {
    const put = await service.persist(signal, () => {
      attempts++
      return store.put(path, body, facts).catch(unlessChanged)
    })
    if (put.md5.toLowerCase() === facts.md5)
      return { ...put, wasRepeated: put.wasRepeated === true || attempts > i + 1 }
    kept = put.md5
    await put.withdraw()
  }
  throw new Error(
    `the file store keeps it with the ETag ${kept}, which is not its MD5 ${facts.md5}: a bucket that encrypts with keys of KMS, or a gateway, changes ETags, and uploads cannot be verified there`,
  )
}

function unlessChanged(error: unknown): never {
  throw error instanceof ArchiveError && error.code === 'bad_request' ? new Changed() : error
}

/**
 * The key of the content that an upload replaces in a directory:
 * - of the frame's version whose content is at the path, which need not be its newest;
 * - for content that is no version (an interrupted run, another program) its own MD5, or the key of
 *   the newest version if that is nowhere else;
 * - the upload's own where the same content is there without a version: it may be another
 *   archive's, and must not be withdrawn.
 * @param versionsOf asks for the frame's versions, newest first; only where there is something at
 * the path
 * @returns null where there is nothing
 */
export async function replacedBy(
  store: FileStore,
  path: string,
  md5: string,
  versionsOf: () => Promise<readonly FrameVersion[]>,
  extension: string,
): Promise<string | null> {
  const there = await store.newestAt(path)
  if (there === null) return null
  const versions = await versionsOf()
  const newest = versions.find((version) => version.extension === extension)?.key ?? null
  if (there.md5 === md5) return newest ?? md5
  const own = versions.find((version) => version.md5 === there.md5)
  if (own) return own.key
  if (newest === null) return there.md5
  const aside = await store.stat({ path, key: newest, newest: false })
  return aside ? there.md5 : newest
}
