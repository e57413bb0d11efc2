/** One stored file. */
export interface StoredFile {
  /** `SITE/INSTRUMENT/DAY/KIND/name.extension`, from src/store/paths.ts. */
  path: string
  /** The version's key. */
  key: string
  /** Whether this is the newest version of its frame: a directory keeps that one at the plain path. */
  newest: boolean
  /** Whether anyone may fetch it: its URL then needs no signature. */
  isPublic: boolean
}

export interface FileStore {
  readonly kind: 'local' | 'dummy'
  /** Where a client fetches the file. `base` is the archive's own base URL, for files that it serves itself. */
  url(file: StoredFile, base: string): string
  /** Bytes of the stored file; null: it is not there. */
  size(file: StoredFile): Promise<number | null>
  /** Removes the stored file; one that is not there is no error. */
  delete(file: StoredFile): Promise<void>
  /** The stored file as a stream, whole or a range of bytes (both ends counted); null: it is not there. */
  stream(file: StoredFile, range?: { start: number; end: number }): Promise<{ body: ReadableStream<Uint8Array>; size: number; modified: Date } | null>
}

/** Stores nothing: for archives that keep only metadata. */
export const dummyStore: FileStore = {
  kind: 'dummy',
  url: () => '',
  size: async () => 0,
  delete: async () => {},
  stream: async () => null,
}

/** Removes the files of rows that are gone for good: one that stays behind is a matter for the log, not for the client. */
export async function deleteFiles(store: FileStore, files: readonly StoredFile[], log: { error(message: string, fields: Record<string, unknown>): void }): Promise<void> {
  for (const file of files)
    await store.delete(file).catch((error) => log.error('a file could not be deleted', { path: file.path, key: file.key, error: String(error) }))
}
