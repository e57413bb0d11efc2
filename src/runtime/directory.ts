import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { link, mkdir, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { Readable } from 'node:stream'
import type { Directory } from '../store/local.ts'

const absent = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ENAMETOOLONG' || error.code === 'EISDIR')
    return null
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
  /** Where a file is to be written: its folders are made, unless a symbolic link among them leads out of the root. */
  async function place(path: string): Promise<string> {
    const full = within(path)
    if (!full) throw new Error(`${path} leads out of the store`)
    await mkdir(top, { recursive: true })
    const realTop = await realpath(top)
    let existing = dirname(full)
    let real = await realpath(existing).catch(absent)
    while (real === null) {
      existing = dirname(existing)
      real = await realpath(existing).catch(absent)
    }
    if (real !== realTop && !real.startsWith(realTop + sep)) throw new Error(`${path} leads out of the store`)
    await mkdir(dirname(full), { recursive: true })
    return full
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
    async write(path, body, aside) {
      const full = await place(path)
      const kept = aside === null ? null : await place(aside)
      // beside the file, since only inside one file system a file takes another's place in one step
      const temporary = join(dirname(full), `.${randomUUID()}.part`)
      try {
        await writeThrough(temporary, body)
        if (kept !== null) await keep(full, kept)
        await rename(temporary, full)
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
      await syncFolder(dirname(full))
    },
    async move(from, to) {
      const [source, target] = [await locate(from), await place(to)]
      if (!source) return false
      await rename(source, target)
      await syncFolder(dirname(target))
      return true
    },
  }
}

/** Writes a new file, and does not return before its bytes are on the disk. */
async function writeThrough(path: string, body: ReadableStream<Uint8Array> | Uint8Array): Promise<void> {
  const handle = await open(path, 'wx', 0o644)
  try {
    await writeFile(handle, body)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Gives a file, if it is there, a second name, so that it is never without one. What has that name already is the older content: it stays. */
async function keep(path: string, as: string): Promise<void> {
  try {
    await link(path, as)
    await syncFolder(dirname(as))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EEXIST') return
    // a file system without hard links: for a moment there is no file at the path
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'EMLINK') throw error
    await rename(path, as)
  }
}

/** Puts a folder's names on the disk; Windows cannot, and needs not. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => null)
  await handle?.sync().catch(() => {})
  await handle?.close()
}
