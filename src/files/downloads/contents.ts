import { mapLimited } from '../../concurrency.ts'
import { ArchiveError } from '../../errors.ts'
import { catalogSize } from '../../fits/catalog.ts'
import { unpackedSize } from '../../fits/size.ts'
import type { DownloadRow, Learnt } from '../../queries/downloads.ts'
import type { FileStore, StoredFile } from '../store/store.ts'
import { damaged, fileOf, fitsSource, missing, orDamaged } from './open.ts'

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
    const file = fileOf(row, store)
    const stored = row.size ?? (await store.stat(file))?.size ?? null
    const size = row[sizeColumn] ?? (stored === null ? null : await sizeIn(store, file, stored, row, form))
    if (size === null || stored === null) lost.push(file)
    else if (row.size === null || row[sizeColumn] === null)
      learnt.push({ ...learntOf({ row, form }, { size }), size: stored })
    return {
      row: { ...row, size: stored },
      form,
      filename: filenameOf(row, form),
      size: size ?? 0,
      crc32: row[crcColumn],
    }
  })
  await keep(learnt)
  if (lost.length > 0) throw missing(lost)
  return contents.filter((c) => c.form !== 'catalog' || c.size > 0)
}

/** The size of a form of a file that has `stored` bytes. 0 for a catalogue that there is not. */
async function sizeIn(
  store: FileStore,
  file: StoredFile,
  stored: number,
  row: DownloadRow,
  form: Form,
): Promise<number> {
  if (form === 'stored') return stored
  if (!FITS.test(row.extension)) {
    if (form === 'catalog') return 0
    throw new ArchiveError('not_found', 'There is no FITS file to unpack.')
  }
  const source = fitsSource(store, file, stored)
  if (form === 'catalog') return orDamaged(file, async () => (await catalogSize(source)) ?? 0)
  const unpacked = await unpackedSize(source)
  if (unpacked === null) throw damaged(file, 'it cannot be unpacked')
  return unpacked
}
