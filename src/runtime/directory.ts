import { createReadStream } from 'node:fs'
import { realpath, rm, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { Readable } from 'node:stream'
import type { Directory } from '../store/local.ts'

const absent = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ENAMETOOLONG' || error.code === 'EISDIR') return null
  throw error
}

/** A directory of the file system as the local store's root. Paths that lead out of it, by `..` or by a symbolic link, are not there. */
export function openDirectory(root: string): Directory {
  const top = resolve(root)
  const within = (path: string): string | null => {
    const full = resolve(join(top, path))
    return path.includes('\0') || !full.startsWith(top + sep) ? null : full
  }
  /** The real path of a file inside the root; null: not there, or outside. */
  async function locate(path: string): Promise<string | null> {
    const full = within(path)
    if (!full) return null
    const [real, realTop] = [await realpath(full).catch(absent), await realpath(top).catch(absent)]
    return real && realTop && real.startsWith(realTop + sep) ? real : null
  }
  return {
    async stat(path) {
      const full = await locate(path)
      const found = full === null ? null : await stat(full).catch(absent)
      return found?.isFile() ? { size: found.size, modified: found.mtime } : null
    },
    read(path, range) {
      const full = within(path)
      if (!full) throw new Error(`${path} leads out of the store`)
      return Readable.toWeb(createReadStream(full, range)) as ReadableStream<Uint8Array>
    },
    async remove(path) {
      const full = await locate(path)
      if (full) await rm(full, { force: true })
    },
  }
}
