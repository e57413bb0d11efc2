import type { Pool } from '../../database/open.ts'
import { naming, noted } from '../../queries/removals.ts'
import { namesIn } from '../removals/remove_file.ts'
import { frameRefs } from '../store/refs.ts'
import type { FileStore, Listed, Ref } from '../store/store.ts'

/** What lies in a store and no record names. */
export interface Orphans {
  /** How many files were looked at. */
  looked: number
  orphans: number
  /** Of the orphans. */
  bytes: number
  /** Files on the list of those that the archive removes. */
  removals: number
  /** Files without a record that are so new that it may be on its way. */
  young: number
}

export interface OrphanOptions {
  signal: AbortSignal
  report(looked: number, bytes: number): void
  tell(orphan: Listed): void
}

const DAY_MS = 86_400_000
/** Files whose records are looked up at a time. */
const BATCH = 500

/**
 * Looks at everything in the store, and tells of what no record names.
 * @throws what the store and the database throw
 */
export async function findOrphans(
  { writer, store }: { writer: Pool; store: FileStore },
  { signal, report, tell }: OrphanOptions,
): Promise<Orphans> {
  const found: Orphans = { looked: 0, orphans: 0, bytes: 0, removals: 0, young: 0 }
  let bytes = 0
  for await (const page of store.list()) {
    for (let at = 0; at < page.length; at += BATCH) {
      if (signal.aborted) return found
      const files = page.slice(at, at + BATCH)
      const unnamed = await findUnnamed(writer, store, files)
      const paths = unnamed.map(({ path }) => path)
      const leaving = new Set((await noted(writer, paths)).flatMap(namesOfRef))
      for (const file of unnamed) {
        if (leaving.has(nameListed(file))) found.removals++
        else if (file.modified.getTime() > Date.now() - DAY_MS) found.young++
        else {
          found.orphans++
          found.bytes += file.size
          tell(file)
        }
      }
      found.looked += files.length
      bytes += files.reduce((sum, { size }) => sum + size, 0)
      report(found.looked, bytes)
    }
  }
  return found
}

/** Names of a file: of its path and key, and of what is newest at a path. */
const nameOf = (path: string, key: string | null): string => JSON.stringify([path, key])
const nameListed = ({ path, key }: Listed): string => nameOf(path, key)
const namesOfRef = ({ path, key, newest }: Ref): string[] => [
  nameOf(path, key),
  ...(newest ? [nameOf(path, null)] : []),
]

/** Those of the stored files that no record names. */
async function findUnnamed(writer: Pool, store: FileStore, files: readonly Listed[]): Promise<Listed[]> {
  const names = [...new Set(files.flatMap(({ path }) => namesIn(path)))]
  const frames = await naming(writer, names)
  const named = new Set(frames.flatMap((frame) => frameRefs(frame, store.classes)).flatMap(namesOfRef))
  return files.filter((file) => !named.has(nameListed(file)))
}
