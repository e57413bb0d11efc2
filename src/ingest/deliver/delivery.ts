import type { HeaderKeys } from '../../config/types.ts'
import type { FileBody, FileFacts, FileStore, Put } from '../../files/store/store.ts'
import type { Log } from '../../log.ts'
import type { Description } from '../describe/description.ts'
import { parseDate } from '../describe/python_date.ts'
import { recordJson } from '../describe/record.ts'
import type { Sent } from './answers.ts'
import type { Archive } from './archive.ts'
import type { Digest } from './digest.ts'
import { describeError } from './faults.ts'
import type { Leftovers } from './leftovers.ts'
import type { Service } from './waiting.ts'

/** Where files go. */
export interface Target {
  archive: Archive
  store: FileStore
  /** The two as what may be away for a while. */
  archiveService: Service
  storeService: Service
  leftovers: Leftovers
  /** For telling which keyword is to be corrected. */
  keys: HeaderKeys
  log: Log
}

/** A file that is ready to go in. */
export interface Prepared {
  description: Description
  body: FileBody
  digest: Digest
}

/**
 * The facts that are stored with a file.
 * @param replaces the key of what has been at its path so far
 */
export function factsOf({ description, digest }: Prepared, replaces: string | null): FileFacts {
  const { contentType, basename, extension, record } = description
  const { observation_date } = record
  const date = typeof observation_date === 'string' ? parseDate(observation_date) : null
  return {
    contentType,
    filename: basename + extension,
    // compared with days, so that a zone does not matter
    observationDate: date && new Date(date.seconds),
    md5: digest.md5,
    replaces,
  }
}

/** The record of a file that is stored under a key. */
export function recordWith({ description, digest, body }: Prepared, key: string): Sent {
  const { md5, crc32 } = digest
  const version = { key, md5, extension: description.extension, size: body.size, crc32 }
  return { key, md5, json: recordJson(description.record, [version]) }
}

const WITHDRAW_MS = 60_000

/**
 * Withdraws an upload that no record will name. What cannot be removed is logged, and left to the
 * next run.
 * @returns whether it was removed
 */
export async function withdraw(
  { archive, log, store, storeService }: Target,
  path: string,
  put: Put,
): Promise<boolean> {
  try {
    await storeService.persist(AbortSignal.timeout(WITHDRAW_MS), () => put.withdraw())
    return true
  } catch (error) {
    const { key } = put
    try {
      // a directory has to be put back as it was, which is more than a removal
      if (store.kind === 's3' && archive.removeLater) {
        await archive.removeLater({ path, key, newest: false })
        return true
      }
    } catch {
      // logged below
    }
    const reason = describeError(error)
    log.error('an upload that no record names could not be taken back', { path, key, error: reason })
    return false
  }
}
