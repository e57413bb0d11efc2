import type { HeaderKeys } from '../../config/types.ts'
import type { FileBody, FileFacts, FileStore } from '../../files/store/store.ts'
import type { Log } from '../../services.ts'
import { parseDate } from '../describe/python_date.ts'
import type { Description } from '../describe/types.ts'
import type { Archive } from './archive.ts'
import type { Digest } from './digest.ts'
import type { Leftovers } from './leftovers.ts'
import type { Service } from './retry.ts'

/** Where files go, and what is known of it. */
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

export const factsOf = ({ description, digest }: Prepared, replaces: string | null): FileFacts => {
  const { contentType, basename, extension, record } = description
  return {
    contentType,
    filename: basename + extension,
    observationDate: dateOf(record.observation_date),
    md5: digest.md5,
    replaces,
  }
}

/** What is sent of the stored file with its record. */
export const versionOf = ({ description, digest, body }: Prepared, key: string) => ({
  key,
  md5: digest.md5,
  extension: description.extension,
  size: body.size,
  crc32: digest.crc32,
})

/** A record's date; null: none that can be read. It is compared with days, so a zone does not matter. */
function dateOf(value: unknown): Date | null {
  const date = typeof value === 'string' ? parseDate(value) : null
  return date && new Date(date.seconds)
}
