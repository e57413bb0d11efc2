import type { ByteRange } from '../../bytes.ts'
import type { FileClassOverrides } from '../../config/file_classes.ts'

/** Which of the stored files: one version at a path. */
export interface Ref {
  /** `SITE/INSTRUMENT/DAY/KIND/name.extension`, from src/files/store/paths.ts. */
  path: string
  /** The version's key. */
  key: string
  /** Whether it is the newest at its path, which is where a directory keeps that one. */
  newest: boolean
}

/** A stored file of a record, with what its URL depends on. */
export interface StoredFile extends Ref {
  /**
   * The path by what its frame says now, where that has changed. Where another server serves the
   * directory its URLs are made of this one, as recorded of the reference.
   */
  pathNow?: string | undefined
  /** Whether anyone may fetch it: its URL then needs no signature. */
  isPublic: boolean
}

/** What is known of a stored file. */
export interface Stat {
  /** Of the whole file, in bytes. */
  size: number
  modified: Date
  /**
   * The MD5 by which the store itself knows it, 32 hexadecimal digits; null: it has none, as S3 of
   * what was sent in parts or is encrypted with keys of one's own. Absent: the store keeps none.
   */
  md5?: string | null
}

/** A file that lies in the store, whether or not a record names it. */
export interface Listed {
  path: string
  /** null: it is the newest at its path, and the store keeps no key of that. */
  key: string | null
  size: number
  modified: Date
}

/**
 * A stored file, or a range of it, that is being read. A stream that is not read to its end has to
 * be cancelled.
 */
export interface Opening extends Stat {
  body: ReadableStream<Uint8Array>
}

/**
 * The bytes of a file that is to be stored, which are asked for again when a transfer breaks off. A
 * Blob is one.
 */
export interface FileBody {
  /** Bytes. */
  readonly size: number
  /** All of it, where it is in memory already: then it is sent from there. */
  readonly inMemory?: Uint8Array<ArrayBuffer>
  stream(): ReadableStream<Uint8Array>
}

/** What is known of a file that is to be stored. */
export interface FileFacts {
  contentType: string
  /** The name under which browsers save it. */
  filename: string
  /** null: not known, then it is taken for new. */
  observationDate: Date | null
  /** 32 hexadecimal digits. */
  md5: string
  /** The key of the version that has been the newest at its path so far; null: there is none. */
  replaces: string | null
  /** Which run of an ingester it comes from; S3 keeps that with the object. */
  run?: string | null
}

/** A new version. */
export interface Put {
  /** The store's name of this version, at most 32 characters. */
  key: string
  md5: string
  /**
   * Whether it was sent more than once: the first may lie there too, under a key that nobody knows.
   */
  wasRepeated?: boolean
  /** Takes the version back out, as if it had never been put: for when its record is refused. */
  withdraw(): Promise<void>
}

/** Something else is at the place of a file: no file at all, or another than the one found damaged or missing there. */
export class Occupied extends Error {}

/** The store refuses everything until its operator has changed something: the message says what. */
export class Misconfigured extends Error {}

/** What lies at a path as its newest content, whether or not a record names it. */
export interface Found {
  key: string
  /**
   * 32 hexadecimal digits; the ETag of an S3 that encrypts, or of an object sent in parts, is no
   * MD5.
   */
  md5: string
}

/** How long a URL is valid, in seconds. */
export const URL_VALID_S = 48 * 3600
/** The same inside manifests of ZIPs, whose entries are fetched one after the other. */
export const MANIFEST_URL_VALID_S = 24 * 3600

const HOUR_MS = 3_600_000

/**
 * The time at which URLs are signed: the last full hour, so that a frame's URL, and with it an ETag
 * over it, changes once an hour.
 */
export const signingTime = (now = Date.now()): number => Math.floor(now / HOUR_MS) * HOUR_MS

/**
 * Where the files are. What cannot be reached, or refuses, is an ArchiveError `store_unavailable`,
 * after a bounded time; a stream that breaks off, or has another length than was promised, ends in
 * an error.
 */
export interface FileStore {
  readonly kind: 'local' | 'dummy' | 's3'
  /** FILETYPE_MAPPING_OVERRIDES, on which the paths depend; none unless given. */
  readonly classes?: FileClassOverrides
  /**
   * Where a client fetches the file.
   * @param base the archive's own base URL, for files that it serves itself
   * @param validS how long the URL is valid where it is signed, in seconds, counted from the last
   * full hour; URL_VALID_S unless given
   */
  url(file: StoredFile, base: string, validS?: number): string
  /** null: it is not there. */
  stat(file: Ref): Promise<Stat | null>
  /** Removes the stored file; one that is not there is no error. */
  delete(file: Ref): Promise<void>
  /**
   * The stored file as a stream, whole or a range; null: it is not there.
   * @param signal nobody waits for it any more, nor for the stream once that is there; cancelling it says so too
   */
  stream(file: Ref, range?: ByteRange, signal?: AbortSignal): Promise<Opening | null>
  /**
   * The newest content at a path, by what the store itself knows; null: nothing. A directory reads
   * the file for it.
   */
  newestAt(path: string): Promise<Found | null>
  /**
   * The keys of all contents at a path that have this MD5 and come from one of these runs of an
   * ingester.
   */
  keysAt(path: string, md5: string, runs: ReadonlySet<string>): Promise<string[]>
  /**
   * Stores a file as the newest version at its path.
   * @throws ArchiveError `bad_request` for bytes that do not have the given size and MD5
   */
  put(path: string, body: FileBody, facts: FileFacts): Promise<Put>
  /**
   * Puts the content of a version back that is missing or damaged, where it belongs. In a directory
   * it keeps its key; in S3 it gets another, and the damaged one stays.
   * @param facts `replaces` is the MD5 of what was found there, which is not kept; null: nothing was
   * @throws ArchiveError `bad_request` for bytes that do not have the given size and MD5; Occupied
   * where something else is there, which may be the only file of another version
   */
  restore(file: Ref, body: FileBody, facts: FileFacts): Promise<Pick<Put, 'key' | 'withdraw'>>
  /** Everything that lies in the store, in pieces, in no order. */
  list(): AsyncIterable<Listed[]>
  /** Asks the store for nothing: throws when it does not answer, or refuses everything. */
  probe?(): Promise<void>
  close?(): void
}

/** What is wrong with a store, in one sentence without its full stop: with its own message if it has one. */
export function describeFault({ message, cause }: Error): string {
  const reason = message.replace(/ Try again shortly\.$|\.$/, '')
  return cause instanceof Error && cause.message ? `${reason} (${cause.message})` : reason
}

/** Stores nothing: for archives that keep only metadata. */
export const dummyStore: FileStore = {
  kind: 'dummy',
  url: () => '',
  stat: async () => ({ size: 0, modified: new Date(0) }),
  delete: async () => {},
  stream: async () => null,
  newestAt: async () => null,
  keysAt: async () => [],
  put: async (_path, _body, { md5 }) => ({ key: md5, md5, withdraw: async () => {} }),
  restore: async ({ key }) => ({ key, withdraw: async () => {} }),
  async *list() {},
}
