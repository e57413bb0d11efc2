import type { Ref } from '../../files/store/store.ts'
import type { StoredVersion } from '../../queries/versions/of_frame.ts'

/** A version that the archive has. */
export interface KnownVersion {
  key: string
  /** Of its frame; null: not asked. */
  id: number | null
  url: string | null
  /** The name that the file has there; null: not known. */
  filename: string | null
}

/** A record on its way. */
export interface Sent {
  basename: string
  /** The store's key of the file that it names. */
  key: string
  md5: string
  /** The whole record, on one line. */
  json: string
}

/** What an archive says to a record. */
export type Answer =
  | { outcome: 'created' | 'version_added'; id: number | null; url: string | null }
  /** The archive has this content; `key` and `filename`: under which key, and as which file; null: not known. */
  | { outcome: 'already_there'; key: string | null; id: number | null; url: string | null; filename: string | null }
  /** For good: of each member of the record what is wrong with it; `field` is null where it is none in particular. */
  | { outcome: 'refused'; faults: readonly { field: string | null; message: string }[] }

/**
 * An archive as an ingester sees it. What may pass (no answer, 5xx, 429) is thrown as `Unavailable`: a record may then be there or not.
 * What would be the same for every file (a token that is not taken) is thrown as `Fatal`.
 */
export interface Archive {
  /** How it is called in messages. */
  readonly name: string
  /** The version that has this MD5; null: none. */
  known(md5: string): Promise<KnownVersion | null>
  /** The versions of a frame, newest first; none: there is no such frame. */
  versionsOf(basename: string): Promise<StoredVersion[]>
  /** The key of the thumbnail of this basename; null: there is none. */
  thumbnail(basename: string, frameBasename: string): Promise<string | null>
  /** Sends a frame's record; what is sent within a few milliseconds goes together. */
  put(record: Sent): Promise<Answer>
  putThumbnail(json: string): Promise<Answer>
  /** Has the archive remove a stored file that no record names, as soon as it can be; absent: it takes no such request. */
  removeLater?(file: Ref): Promise<void>
}

/** No file can go in: a token that is not taken, an address where no archive is. The run ends. */
export class Fatal extends Error {}
