import type { Pool } from '../database/open.ts'
import { inTransaction } from '../database/races.ts'
import type { Removals } from '../files/removals/removals.ts'
import { frameRefs } from '../files/store/refs.ts'
import type { FileStore } from '../files/store/store.ts'
import { deleteFrames } from '../queries/frames/delete.ts'
import {
  type Amount,
  nextSelected,
  type Place,
  type Selection,
  selectionConditions,
  splitSelection,
} from '../queries/frames/purge.ts'

/** Frames that are deleted in one transaction. */
const BATCH = 1000

interface Needed {
  writer: Pool
  store: Pick<FileStore, 'classes'>
  removals: Removals
}

/** How much was deleted, and whether the store removed all of its files. */
export interface Purged {
  deleted: Amount
  files: 'well' | 'badly'
}

/**
 * Deletes the frames of a selection, a batch after the other: rows first, with their files noted in
 * the same transaction, then the files. What the store does not remove stays on the list of
 * removals. Ends at the end of a batch once `signal` is aborted; it can be run again, and by several
 * at once.
 * @param report told after each batch how much has been deleted
 */
export async function purge(
  needed: Needed,
  selection: Selection,
  { signal, report = () => {} }: { signal?: AbortSignal; report?(deleted: Amount): void } = {},
): Promise<Purged> {
  const sum: Purged = { deleted: { frames: 0, files: 0, bytes: 0, unknown_sizes: 0 }, files: 'well' }
  for (const part of splitSelection(selection))
    for await (const { deleted, files } of purgeBatches(needed, part, signal)) {
      for (const of of ['frames', 'files', 'bytes', 'unknown_sizes'] as const) sum.deleted[of] += deleted[of]
      if (files === 'badly') sum.files = files
      report({ ...sum.deleted })
    }
  return sum
}

async function* purgeBatches(needed: Needed, selection: Selection, signal?: AbortSignal): AsyncGenerator<Purged> {
  let behind: Place | null = null
  while (!signal?.aborted) {
    const found: Place[] = await nextSelected(needed.writer, selection, behind, BATCH, signal).catch((error) => {
      if (signal?.aborted) return []
      throw error
    })
    if (found.length === 0) return
    behind = found.at(-1)!
    yield await purgeBatch(
      needed,
      selection,
      found.map(({ id }) => id),
    )
    if (found.length < BATCH) return
  }
}

async function purgeBatch({ writer, store, removals }: Needed, selection: Selection, ids: number[]): Promise<Purged> {
  const { frames, sizes, files, noted } = await inTransaction(writer, async (tx) => {
    const gone = await deleteFrames(tx, ids, selectionConditions(tx, selection))
    const files = gone.frames.flatMap((frame) => frameRefs(frame, store.classes))
    return { ...gone, files, noted: await removals.note(tx, files) }
  })
  const known = sizes.filter((size) => size !== null)
  const bytes = known.reduce((sum, size) => sum + size, 0)
  const deleted = { frames: frames.length, files: files.length, bytes, unknown_sizes: files.length - known.length }
  return { deleted, files: await removals.remove(noted) }
}
