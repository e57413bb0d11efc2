import { awaitFirstBytes, type ByteRange } from '../../bytes.ts'
import { ArchiveError } from '../../errors.ts'
import { FitsError } from '../../fits/error.ts'
import { rangedSource, type Source } from '../../fits/source.ts'
import type { Log } from '../../log.ts'
import { versionRef } from '../store/refs.ts'
import type { FileStore, Opening, Ref } from '../store/store.ts'
import type { Content } from './content.ts'
import { slice } from './slice.ts'

/** What stored files are read from, and where faults of it are logged. */
export interface Reading {
  store: FileStore
  log: Log
}

/** The stored bytes as the FITS code reads them: by ranges. */
export function fitsSource(store: FileStore, file: Ref, size: number, signal?: AbortSignal): Source {
  return rangedSource(size, async (start, end) => (await openStream(store, file, { start, end: end - 1 }, signal)).body)
}

async function openStream(store: FileStore, file: Ref, range?: ByteRange, signal?: AbortSignal): Promise<Opening> {
  const opened = await store.stream(file, range, signal)
  if (!opened) throw missing([file])
  return opened
}

const nameOf = ({ path }: Ref): string => path.slice(path.lastIndexOf('/') + 1)

/** 404 that names the files the store lacks. */
export const missing = (files: readonly Ref[]): ArchiveError =>
  new ArchiveError('not_found', `Missing from the file store: ${files.map(nameOf).join(', ')}.`)

/** 422 that names the stored file and says what is wrong with it. */
export const damaged = (file: Ref, why: string): ArchiveError =>
  new ArchiveError('damaged_file', `The stored file ${nameOf(file)} is damaged: ${why}.`)

/** What `work` gives; a fault of FITS is one of the file. */
export async function orDamaged<T>(file: Ref, work: () => Promise<T>): Promise<T> {
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
async function orFault<T>(log: Log, file: Ref, work: () => Promise<T>): Promise<T> {
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
  { store, log }: Reading,
  { row, form, size }: Content,
  range?: ByteRange,
  signal?: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const file = versionRef(row, row, store.classes)
  if (form === 'stored') return openStored({ store, log }, file, { size, range, signal })
  const stored = row.size ?? (await store.stat(file))?.size
  if (stored === undefined) throw missing([file])
  const source = fitsSource(store, file, stored, signal)
  return orFault(log, file, async () => {
    const made = form === 'unpacked' ? await unpack(source) : await catalogOf(source)
    if (!made) throw new ArchiveError('not_found')
    return awaitFirstBytes(range ? slice(made, range) : made)
  })
}

// what reads FITS is loaded when it is asked for: most answers need none of it
const unpack = async (source: Source) => (await import('../../fits/funpack.ts')).funpack(source)
const catalogOf = async (source: Source) => (await import('../../fits/catalog.ts')).extractCatalog(source)

/**
 * A stored file, whole or a range, once its first bytes are there. One of another size than was
 * promised is damaged.
 */
export async function openStored(
  { store, log }: Reading,
  file: Ref,
  { size, range, signal }: { size: number; range?: ByteRange | undefined; signal?: AbortSignal | undefined },
): Promise<ReadableStream<Uint8Array>> {
  const opened = await openStream(store, file, range, signal)
  if (opened.size === size) return orFault(log, file, () => awaitFirstBytes(opened.body))
  await opened.body.cancel()
  throw damaged(file, `it has ${opened.size} bytes, and had ${size}`)
}
