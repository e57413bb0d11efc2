import type { Pool } from '../database/open.ts'
import { inTransaction } from '../database/races.ts'
import type { Removals } from '../files/removals/removals.ts'
import { frameRefs } from '../files/store/refs.ts'
import type { FileStore } from '../files/store/store.ts'
import { deleteFrames } from '../queries/frames/delete.ts'
import { type Amount, nextSelected, type Place, type Selection, selectionConditions } from '../queries/frames/purge.ts'

/** Frames that are deleted in one transaction. */
const BATCH = 1000

interface Needed {
  writer: Pool
  store: Pick<FileStore, 'classes'>
  removals: Removals
}

/**
 * Deletes the frames of a selection, a batch after the other: rows first, with their files noted in
 * the same transaction, then the files. What the store does not remove stays on the list of
 * removals. Ends at the end of a batch once `signal` is aborted; it can be run again, and by several
 * at once.
 * @param report told after each batch how much has been deleted
 * @returns how much was deleted, and whether the store removed all of its files
 */
export async function purge(
  { writer, store, removals }: Needed,
  selection: Selection,
  { signal, report = () => {} }: { signal?: AbortSignal; report?(deleted: Amount): void } = {},
): Promise<{ deleted: Amount; files: 'well' | 'badly' }> {
  let files: 'well' | 'badly' = 'well'
  const deleted: Amount = { frames: 0, files: 0, bytes: 0, unknown_sizes: 0 }
  let behind: Place | null = null
  while (!signal?.aborted) {
    const found: Place[] = await nextSelected(writer, selection, behind, BATCH, signal).catch((error) => {
      if (signal?.aborted) return []
      throw error
    })
    behind = found.at(-1) ?? null
    if (behind === null) break
    const ids = found.map(({ id }) => id)
    const { gone, noted } = await inTransaction(writer, async (tx) => {
      const gone = await deleteFrames(tx, ids, selectionConditions(tx, selection))
      const files = gone.frames.flatMap((frame) => frameRefs(frame, store.classes))
      return { gone: { ...gone, files }, noted: await removals.note(tx, files) }
    })
    const known = gone.sizes.filter((size) => size !== null)
    deleted.frames += gone.frames.length
    deleted.files += gone.files.length
    deleted.bytes += known.reduce((sum, size) => sum + size, 0)
    deleted.unknown_sizes += gone.files.length - known.length
    if ((await removals.remove(noted)) === 'badly') files = 'badly'
    report({ ...deleted })
    if (found.length < BATCH) break
  }
  return { deleted, files }
}
