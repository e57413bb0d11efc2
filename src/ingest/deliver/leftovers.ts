import type { FileStore } from '../../files/store/store.ts'
import type { Log } from '../../log.ts'
import { describeError, passing } from './faults.ts'

/** A run of an ingester, and those before it that did not come to their end. */
export interface Runs {
  /** Of this run; no other has it, and no other archive's ingester can know it. */
  id: string
  /**
   * Of runs into the same archive that ended before they had recorded, or taken back, all that they
   * uploaded.
   */
  earlier: readonly string[]
  /** The paths that those have begun to upload to; absent: not known, it may be any. */
  begun?: ReadonlySet<string>
  /** Notes that an upload to a path begins, for the runs after this one. */
  note?(path: string): void
  /** Takes that note back: nothing lies there without a record. */
  forget?(path: string): void
}

/**
 * Uploads whose record is not there: a run that ends between the two leaves a version in the bucket
 * that nothing names. The next run uploads the file again and, when that is recorded, removes what
 * was left. It does not take the place of an upload: another ingester may be about to record it, or
 * to take it back. When our record is there, the archive, which takes an MD5 once, will not take
 * that one any more.
 *
 * That path and content are the same proves nothing: another archive that shares the bucket may
 * have recorded that version. Only objects tagged with one of our own run ids are removed: those
 * were uploaded for this archive and are not known to be recorded. All else stays: it costs space,
 * nothing more.
 */
export interface Leftovers {
  /** What uploads are to carry; null: nothing can be removed later. */
  readonly run: string | null
  /**
   * Notes that an upload to a path begins: until it is settled it has no record.
   * @returns whether an earlier upload may still be at that path
   */
  begin(path: string): boolean
  /** Whether an earlier upload may still be at a path. */
  mayLie(path: string): boolean
  /** Notes that the upload was recorded or withdrawn. */
  settle(path: string): void
  /**
   * Removes what our runs have left of that content at a path, but for these keys. What cannot be
   * removed is logged.
   */
  remove(path: string, md5: string, keep: readonly string[]): Promise<void>
  /** Uploads that were not settled. */
  readonly open: number
}

/** Keeps track of uploads without a record yet, and removes those of runs that were broken off. */
export function leftovers(store: FileStore, runs: Runs | null, log: Log): Leftovers {
  const open = new Set<string>()
  const ours = new Set(runs ? [runs.id, ...runs.earlier] : [])
  // a directory has one place for a file: what is left there is written over by the same bytes
  let mayLook = store.kind === 's3' && runs !== null
  const mayLie = (path: string) => mayLook && (open.has(path) || (ours.size > 1 && (runs?.begun?.has(path) ?? true)))

  return {
    run: runs?.id ?? null,
    begin(path) {
      const before = mayLie(path)
      if (!before && store.kind === 's3') runs?.note?.(path)
      open.add(path)
      return before
    },
    mayLie,
    settle(path) {
      if (open.delete(path)) runs?.forget?.(path)
    },
    async remove(path, md5, keep) {
      if (!mayLook) return
      try {
        for (const key of await store.keysAt(path, md5, ours))
          if (!keep.includes(key)) await store.delete({ path, key, newest: false })
      } catch (error) {
        // uploads need no more than the right to write
        mayLook = passing(error) !== null
        log.warn('what an interrupted run has left in the bucket stays there', { path, reason: describeError(error) })
      }
    },
    get open() {
      return open.size
    },
  }
}
