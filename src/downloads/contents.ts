import { mapLimited } from '../concurrency.ts'
import { ArchiveError } from '../errors.ts'
import { catalog, catalogSize } from '../fits/catalog.ts'
import { FitsError } from '../fits/error.ts'
import { funpack } from '../fits/funpack.ts'
import { unpackedSize } from '../fits/size.ts'
import { rangedSource, type Source } from '../fits/source.ts'
import type { DownloadRow, Learnt } from '../queries/downloads.ts'
import { versionPlace } from '../store/paths.ts'
import type { FileStore, StoredFile } from '../store/store.ts'
import { slice } from './slice.ts'

/** In which form a version is downloaded: as it is stored, unpacked by funpack, or only its catalogue. */
export type Form = 'stored' | 'unpacked' | 'catalog'

/** A version in a form, with what is known of its bytes. */
export interface Content {
  row: DownloadRow
  form: Form
  filename: string
  size: number
  /** null: not known before it has been read once. */
  crc32: number | null
}

const FITS = /\.fits(\.fz)?$/

/** The form in which a frame goes into a ZIP. */
export function formOf(row: DownloadRow, asked: { uncompress: boolean; catalogOnly: boolean }): Form {
  if (asked.catalogOnly && row.reduction_level === 91 && row.configuration_type === 'EXPOSE') return 'catalog'
  return asked.uncompress && row.extension.endsWith('.fits.fz') ? 'unpacked' : 'stored'
}

export function filenameOf({ basename, extension }: DownloadRow, form: Form): string {
  if (form === 'catalog') return `${basename}-catalog.fits`
  return basename + (form === 'unpacked' ? extension.replace(/\.fz$/, '') : extension)
}

/** A version of a download is the file of its frame: the newest at the time of asking, whose bytes its key names. */
export const fileOf = (row: DownloadRow, { classes }: Pick<FileStore, 'classes'>): StoredFile => ({
  ...versionPlace(row, row, classes),
  key: row.key,
  isPublic: false,
})

/** The stored bytes as the FITS code reads them: by ranges. */
function fitsSource(store: FileStore, file: StoredFile, size: number): Source {
  return rangedSource(size, async (start, end) => (await openStored(store, file, { start, end: end - 1 })).body)
}

async function openStored(store: FileStore, file: StoredFile, range?: { start: number; end: number }) {
  const opened = await store.stream(file, range)
  if (!opened) throw missing([file])
  return opened
}

export const missing = (files: readonly StoredFile[]): ArchiveError =>
  new ArchiveError(
    'not_found',
    `Missing from the file store: ${files.map((f) => f.path.slice(f.path.lastIndexOf('/') + 1)).join(', ')}.`,
  )

const KNOWN = {
  stored: ['size', 'crc32'],
  unpacked: ['unpacked_size', 'unpacked_crc32'],
  catalog: ['catalog_size', 'catalog_crc32'],
} as const

/** What is learnt of a form, under the names of its columns. */
export function learntOf(
  { row, form }: Pick<Content, 'row' | 'form'>,
  facts: { size?: number; crc32?: number },
): Learnt {
  const [size, crc32] = KNOWN[form]
  return { id: row.version_id, [size]: facts.size, [crc32]: facts.crc32 }
}

/** How many files are asked for their size at a time. */
const AT_ONCE = 16

/**
 * The versions as contents whose sizes are known: those that are not yet are learnt from the store, of packed files by reading headers
 * alone, and told to `keep`. A file without a catalogue is left out of the form `catalog`.
 * @throws ArchiveError `not_found` naming the files that the store lacks; `damaged_file` for one that cannot be unpacked
 */
export async function contentsOf(
  store: FileStore,
  wanted: readonly { row: DownloadRow; form: Form }[],
  keep: (learnt: Learnt[]) => Promise<void>,
): Promise<Content[]> {
  const learnt: Learnt[] = []
  const lost: StoredFile[] = []
  const contents = await mapLimited(wanted, AT_ONCE, async ({ row, form }): Promise<Content> => {
    const [sizeColumn, crcColumn] = KNOWN[form]
    let size = row[sizeColumn]
    if (size === null) {
      const file = fileOf(row, store)
      size = await sizeIn(store, file, row, form)
      if (size === null) lost.push(file)
      else learnt.push(learntOf({ row, form }, { size }))
    }
    return { row, form, filename: filenameOf(row, form), size: size ?? 0, crc32: row[crcColumn] }
  })
  await keep(learnt)
  if (lost.length > 0) throw missing(lost)
  return contents.filter((c) => c.form !== 'catalog' || c.size > 0)
}

/** null: the file is not in the store. 0 for a catalogue that there is not. */
async function sizeIn(store: FileStore, file: StoredFile, row: DownloadRow, form: Form): Promise<number | null> {
  const size = row.size ?? (await store.stat(file))?.size ?? null
  if (size === null || form === 'stored') return size
  if (!FITS.test(row.extension)) {
    if (form === 'catalog') return 0
    throw new ArchiveError('not_found', 'There is no FITS file to unpack.')
  }
  const source = fitsSource(store, file, size)
  if (form === 'catalog') return orDamaged(file, async () => (await catalogSize(source)) ?? 0)
  const unpacked = await unpackedSize(source)
  if (unpacked === null) throw damaged(file, 'it cannot be unpacked')
  return unpacked
}

const damaged = (file: StoredFile, why: string): ArchiveError =>
  new ArchiveError(
    'damaged_file',
    `The stored file ${file.path.slice(file.path.lastIndexOf('/') + 1)} is damaged: ${why}.`,
  )

async function orDamaged<T>(file: StoredFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof FitsError ? damaged(file, error.message) : error
  }
}

/** The bytes of a content, whole or a range (both ends counted). Forms that are made on the way are made from the beginning. */
export async function openContent(
  store: FileStore,
  { row, form }: Content,
  range?: { start: number; end: number },
): Promise<ReadableStream<Uint8Array>> {
  const file = fileOf(row, store)
  if (form === 'stored') return (await openStored(store, file, range)).body
  const stored = row.size ?? (await store.stat(file))?.size
  if (stored === undefined) throw missing([file])
  const source = fitsSource(store, file, stored)
  const made = form === 'unpacked' ? funpack(source) : await orDamaged(file, () => catalog(source))
  if (!made) throw new ArchiveError('not_found')
  return range ? slice(made, range) : made
}
