import type { Log } from '../services.ts'
import type { FileStore } from '../store/store.ts'
import { passing, wordsOf } from './passing.ts'

/** Folders whose listing is kept; one night of one instrument is one. */
const FOLDERS = 64
/** Contents of a folder that are listed; in a larger one each file is looked for by itself. */
const MOST = 20_000

/**
 * Objects that a run before left in an S3 bucket: uploaded, and then it ended before their record was there. The file itself shows them,
 * since it is the same; the store tells of it cheaply, with one listing of a folder for a thousand files in it.
 *
 * They are removed once the file is recorded under its new key, not used in the stead of an upload: an object whose record is missing
 * may also be another ingester's, which is about to record it or to take it back. When our record is there, the archive, which takes an
 * MD5 once, will not take that one any more, so that nothing that is ever recorded is removed.
 */
export interface Leftovers {
  /** Whether the newest content at a path, or what this run has left there, has that MD5. */
  at(path: string, md5: string): Promise<boolean>
  /** That an upload stays behind at a path. */
  left(path: string, md5: string): void
  /** Removes all contents of that MD5 at a path, but for those under these keys. What cannot be removed is logged. */
  remove(path: string, md5: string, keep: readonly string[]): Promise<void>
}

export function leftovers(store: FileStore, log: Log): Leftovers {
  const folders = new Map<string, Promise<Map<string, string> | null>>()
  const ours = new Map<string, string>()
  let mayLook = true

  function listed(folder: string): Promise<Map<string, string> | null> {
    let listing = folders.get(folder)
    if (!listing) {
      listing = store.listFolder(folder, MOST)
      folders.set(folder, listing)
      // asked again by the next file
      listing.catch(() => folders.delete(folder))
      if (folders.size > FOLDERS) folders.delete(folders.keys().next().value!)
    }
    return listing
  }

  return {
    async at(path, md5) {
      // a directory has one place for a file: what is left there is written over by the same bytes
      if (store.kind !== 's3' || !mayLook) return false
      if (ours.get(path) === md5) return true
      try {
        const listing = await listed(path.slice(0, path.lastIndexOf('/') + 1))
        return listing ? listing.get(path) === md5 : (await store.newestAt(path))?.md5 === md5
      } catch (error) {
        if (passing(error)) throw error
        // uploads need no more than the right to write
        if (!mayLook) return false
        mayLook = false
        log.warn('S3 does not let the bucket be listed, so what an interrupted run has left there stays', {
          reason: wordsOf(error),
        })
        return false
      }
    },
    left: (path, md5) => void ours.set(path, md5),
    async remove(path, md5, keep) {
      try {
        for (const key of await store.keysAt(path, md5))
          if (!keep.includes(key)) await store.delete({ path, key, newest: false, isPublic: false })
        ours.delete(path)
      } catch (error) {
        log.warn('an upload that no record names could not be removed: the next run tries it again', {
          path,
          error: wordsOf(error),
        })
      }
    },
  }
}
