import type { Pool } from '../../database/open.ts'
import { naming, type Removal } from '../../queries/removals.ts'
import { frameRefs } from '../store/refs.ts'
import type { FileStore } from '../store/store.ts'

const DAY_S = 86_400

/**
 * Removes a stored file, unless a row names it again or it may be about to.
 * @returns `postpone`: something has been put at its path since, whose record may be on its way
 * @throws what the store throws
 */
export async function removeFile(
  { writer, store }: { writer: Pool; store: FileStore },
  { path, key, newest, created }: Removal,
): Promise<'done' | 'postpone'> {
  const rows = await naming(writer, namesIn(path))
  const named = rows.flatMap((row) => frameRefs(row, store.classes)).filter((file) => file.path === path)
  if (named.some((file) => file.key === key)) return 'done'
  // in a directory the plain path belongs to another version then, unless these very bytes were put
  // over it
  const isAtPath = newest && (!named.some((other) => other.newest) || (await store.newestAt(path))?.md5 === key)
  const file = { path, key, newest: isAtPath }
  // every upload to S3 has a key of its own; in a directory the same content has the same place
  if (store.kind === 'local' && isAtPath) {
    const modified = ((await store.stat({ ...file, key: '' }))?.modified.getTime() ?? 0) / 1000
    if (modified > created && modified > Date.now() / 1000 - DAY_S) return 'postpone'
  }
  await store.delete(file)
  return 'done'
}

/** The basenames that the file of a path can belong to: a basename may itself hold dots. */
export function namesIn(path: string): string[] {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return [...[...name.matchAll(/\./g)].map((dot) => name.slice(0, dot.index)), name]
}
