import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  access,
  chmod,
  constants,
  link,
  mkdir,
  open,
  opendir,
  realpath,
  rename,
  rm,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { Readable } from 'node:stream'
import type { ByteRange } from '../../bytes.ts'
import type { Directory } from '../../files/store/local.ts'
import { Occupied } from '../../files/store/store.ts'
import type { Modes } from './private_files.ts'

const absent = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ENAMETOOLONG' || error.code === 'EISDIR')
    return null
  throw error
}

/**
 * A directory of the file system as the local store's root. Paths that lead out of it, by `..` or
 * by a symbolic link, are not there.
 * @param modes permissions of the files and folders that are made, whatever the umask
 */
export function openDirectory(root: string, modes: Modes): Directory {
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
  /**
   * Where a file is to be written: its folders are made, unless a symbolic link among them leads
   * out of the root.
   */
  async function place(path: string): Promise<string> {
    const full = within(path)
    if (!full) throw new Error(`${path} leads out of the store`)
    await makeFolders(top, modes.folder)
    const realTop = await realpath(top)
    let existing = dirname(full)
    let real = await realpath(existing).catch(absent)
    while (real === null) {
      existing = dirname(existing)
      real = await realpath(existing).catch(absent)
    }
    if (real !== realTop && !real.startsWith(realTop + sep)) throw new Error(`${path} leads out of the store`)
    await makeFolders(dirname(full), modes.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTDIR' && error.code !== 'EEXIST') throw error
      throw new Occupied(`a file is where ${path} has a folder`)
    })
    return full
  }
  return {
    async probe() {
      // one that is not there yet is made with the first file
      let nearest = top
      while ((await stat(nearest).catch(absent)) === null && nearest !== dirname(nearest)) nearest = dirname(nearest)
      await access(nearest, constants.R_OK | constants.W_OK | constants.X_OK)
    },
    async stat(path) {
      const full = await locate(path)
      const found = full === null ? null : await stat(full).catch(absent)
      return found?.isFile() ? { size: found.size, modified: found.mtime } : null
    },
    read(path, range) {
      const full = within(path)
      if (!full) throw new Error(`${path} leads out of the store`)
      return readStream(full, range)
    },
    async remove(path) {
      const full = await locate(path)
      if (full) await rm(full, { force: true })
    },
    async write(path, body, { own, before }) {
      const full = await place(path)
      // beside the file, since a file replaces another in one step only inside one file system
      const [fresh, held] = [partBeside(full), partBeside(full)]
      try {
        await writeThrough(fresh, body, modes.file)
        // where there is none yet: of two that come first at once, one is second
        if (await tryLink(fresh, full)) return null
        // under a name of its own, since others may put something else at the path while this is
        // looked at
        const there = (await tryLink(full, held)) ? held : full
        const found = await stat(there).catch(absent)
        // a folder has no bytes, and a pipe would be waited for
        if (found && !found.isFile()) throw new Occupied(`what is at ${path} is no regular file`)
        const kept = found ? await before(readStream(there)) : null
        if (kept !== null) {
          await keep(there, await place(kept))
          if (there === held) await keep(fresh, await place(own))
        }
        await rename(fresh, full)
        return kept
      } finally {
        await Promise.all([fresh, held].map((part) => unlink(part).catch(absent)))
        await syncFolder(dirname(full))
      }
    },
    async move(from, to) {
      const [source, target] = [await locate(from), await place(to)]
      if (!source) return false
      await rename(source, target)
      await syncFolder(dirname(target))
      return true
    },
    list: () => listFolder(top, ''),
  }
}

/** The paths of the files below a folder, a folder at a time; links are not followed. */
async function* listFolder(top: string, folder: string): AsyncGenerator<string[], void, undefined> {
  const folders: string[] = []
  let files: string[] = []
  for await (const entry of await opendir(join(top, folder), { bufferSize: LISTED })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) folders.push(path)
    else if (files.push(path) === LISTED) {
      yield files
      files = []
    }
  }
  if (files.length) yield files
  for (const each of folders.sort()) yield* listFolder(top, each)
}

/** So many names of a folder at a time. */
const LISTED = 1000

/** A name for a file that is not to be seen yet. */
const partBeside = (path: string): string => join(dirname(path), `.${randomUUID()}.part`)

const readStream = (path: string, range?: ByteRange): ReadableStream<Uint8Array> =>
  Readable.toWeb(createReadStream(path, range)) as ReadableStream<Uint8Array>

/** Makes a folder and those above it that are missing. */
async function makeFolders(path: string, mode: number): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode })
  if (first === undefined) return
  // the umask may have taken something away
  for (let folder = path; ; folder = dirname(folder)) {
    await chmod(folder, mode)
    if (folder === first || folder === dirname(folder)) return
  }
}

/** Writes a new file, and does not return before its bytes are on the disk. */
async function writeThrough(path: string, body: ReadableStream<Uint8Array> | Uint8Array, mode: number): Promise<void> {
  const handle = await open(path, 'wx', mode)
  try {
    await handle.chmod(mode)
    await writeFile(handle, body)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const NOT_LINKED = new Set(['EEXIST', 'ENOENT', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK'])

/**
 * Gives a file a second name; false: that name is taken, the file is gone, or the file system has
 * no hard links.
 */
const tryLink = (path: string, as: string): Promise<boolean> =>
  link(path, as).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (NOT_LINKED.has(error.code ?? '')) return false
      throw error
    },
  )

/**
 * Gives a file, if it is there, a second name, so that it is never without one. What has that name
 * already is the same content, and stays.
 */
async function keep(path: string, as: string): Promise<void> {
  if (await tryLink(path, as)) return syncFolder(dirname(as))
  // a file system without hard links: for a moment there is no file at the path
  if (!(await stat(as).catch(absent))) await rename(path, as)
}

/** Puts a folder's names on the disk; Windows cannot, and need not. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => null)
  await handle?.sync().catch(() => {})
  await handle?.close()
}
