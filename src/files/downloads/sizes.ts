import { mapConcurrently } from '../../concurrency.ts'
import { ArchiveError } from '../../errors.ts'
import type { DownloadRow, Learnt } from '../../queries/downloads.ts'
import { versionRef } from '../store/refs.ts'
import type { FileStore, Ref } from '../store/store.ts'
import { type Content, type Form, filenameOf, KNOWN, learntOf } from './content.ts'
import { damaged, fitsSource, missing, orDamaged } from './open.ts'

const FITS = /\.fits(\.fz)?$/

/** How many files are asked for their size at a time. */
const AT_ONCE = 16

/**
 * The versions as contents whose sizes are known. Those that are not yet are learnt from the store,
 * of packed files by reading headers alone. A file without a catalogue is left out of the form
 * `catalog`.
 * @param keep given what was learnt
 * @throws ArchiveError `not_found` naming the files that the store lacks; `damaged_file` for one
 * that cannot be unpacked
 */
export async function learnSizes(
  store: FileStore,
  wanted: readonly { row: DownloadRow; form: Form }[],
  keep: (learnt: Learnt[]) => Promise<void>,
): Promise<Content[]> {
  const learnt: Learnt[] = []
  const lost: Ref[] = []
  const contents = await mapConcurrently(wanted, AT_ONCE, async ({ row, form }): Promise<Content> => {
    const [sizeColumn, crcColumn] = KNOWN[form]
    const file = versionRef(row, row, store.classes)
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
async function sizeIn(store: FileStore, file: Ref, stored: number, row: DownloadRow, form: Form): Promise<number> {
  if (form === 'stored') return stored
  if (!FITS.test(row.extension)) {
    if (form === 'catalog') return 0
    throw new ArchiveError('not_found', 'There is no FITS file to unpack.')
  }
  const source = fitsSource(store, file, stored)
  const [{ catalogSize }, { unpackedSize }] = await Promise.all([
    import('../../fits/catalog.ts'),
    import('../../fits/size.ts'),
  ])
  if (form === 'catalog') return orDamaged(file, async () => (await catalogSize(source)) ?? 0)
  const unpacked = await unpackedSize(source)
  if (unpacked === null) throw damaged(file, 'it cannot be unpacked')
  return unpacked
}
