import { awaitFirstBytes } from '../../bytes.ts'
import { ArchiveError } from '../../errors.ts'
import { extractCatalog } from '../../fits/catalog.ts'
import { FitsError } from '../../fits/error.ts'
import { funpack } from '../../fits/funpack.ts'
import { rangedSource, type Source } from '../../fits/source.ts'
import type { Log } from '../../log.ts'
import type { DownloadRow } from '../../queries/downloads.ts'
import type { Services } from '../../services.ts'
import { versionPlace } from '../store/paths.ts'
import type { FileStore, StoredFile } from '../store/store.ts'
import type { Content } from './content.ts'
import { slice } from './slice.ts'

/**
 * A version of a download is the file of its frame: the newest at the time of asking, whose bytes
 * its key names.
 */
export const fileOf = (row: DownloadRow, { classes }: Pick<FileStore, 'classes'>): StoredFile => ({
  ...versionPlace(row, row, classes),
  key: row.key,
  isPublic: false,
})

/** The stored bytes as the FITS code reads them: by ranges. */
export function fitsSource(store: FileStore, file: StoredFile, size: number, signal?: AbortSignal): Source {
  return rangedSource(size, async (start, end) => (await streamOf(store, file, { start, end: end - 1 }, signal)).body)
}

async function streamOf(
  store: FileStore,
  file: StoredFile,
  range?: { start: number; end: number },
  signal?: AbortSignal,
) {
  const opened = await store.stream(file, range, signal)
  if (!opened) throw missing([file])
  return opened
}

export const missing = (files: readonly StoredFile[]): ArchiveError =>
  new ArchiveError(
    'not_found',
    `Missing from the file store: ${files.map((f) => f.path.slice(f.path.lastIndexOf('/') + 1)).join(', ')}.`,
  )

export const damaged = (file: StoredFile, why: string): ArchiveError =>
  new ArchiveError(
    'damaged_file',
    `The stored file ${file.path.slice(file.path.lastIndexOf('/') + 1)} is damaged: ${why}.`,
  )

export async function orDamaged<T>(file: StoredFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof FitsError ? damaged(file, error.message) : error
  }
}

/**
 * What `work` answers. What goes wrong is the file's fault where the FITS code says so, else the
 * store's.
 */
async function orFault<T>(log: Log, file: StoredFile, work: () => Promise<T>): Promise<T> {
  try {
    return await orDamaged(file, work)
  } catch (error) {
    if (error instanceof ArchiveError) throw error
    log.error('a stored file cannot be read', { path: file.path, error: (error as Error).stack ?? String(error) })
    throw new ArchiveError('store_unavailable')
  }
}

/**
 * The bytes of a content, whole or a range (both ends counted), once the first of them are there.
 * Forms that are made on the way are made from the beginning.
 * @throws ArchiveError `not_found` for a file that the store lacks, `damaged_file`, or
 * `store_unavailable`
 */
export async function openContent(
  { store, log }: Pick<Services, 'store' | 'log'>,
  { row, form, size }: Content,
  range?: { start: number; end: number },
  signal?: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const file = fileOf(row, store)
  if (form === 'stored') return openStored({ store, log }, file, { size, range, signal })
  const stored = row.size ?? (await store.stat(file))?.size
  if (stored === undefined) throw missing([file])
  const source = fitsSource(store, file, stored, signal)
  return orFault(log, file, async () => {
    const made = form === 'unpacked' ? funpack(source) : await extractCatalog(source)
    if (!made) throw new ArchiveError('not_found')
    return awaitFirstBytes(range ? slice(made, range) : made)
  })
}

/**
 * A stored file, whole or a range, once its first bytes are there. One of another size than was
 * promised is damaged.
 */
export async function openStored(
  { store, log }: Pick<Services, 'store' | 'log'>,
  file: StoredFile,
  {
    size,
    range,
    signal,
  }: { size: number; range?: { start: number; end: number } | undefined; signal?: AbortSignal | undefined },
): Promise<ReadableStream<Uint8Array>> {
  const opened = await streamOf(store, file, range, signal)
  if (opened.size === size) return orFault(log, file, () => awaitFirstBytes(opened.body))
  await opened.body.cancel()
  throw damaged(file, `it has ${opened.size} bytes, and had ${size}`)
}
