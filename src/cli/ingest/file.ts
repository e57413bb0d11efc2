import { close, open as openFile, read as readFile } from 'node:fs'
import { type FileHandle, lstat, open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import type { Source } from '../../fits/source.ts'
import { Unavailable } from '../../ingest/deliver/faults.ts'
import { BadFile, type IngestFile } from '../../ingest/describe/description.ts'
import { sourceOfHandle } from '../../runtimes/node/file_source.ts'

const WORDS: Record<string, string> = {
  EACCES: 'it may not be read by this user: give it read permission',
  EPERM: 'it may not be read by this user: give it read permission',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'there is no such file or folder: a part of its path is a file',
  EISDIR: 'it is a folder, not a file',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'its path is longer than the system allows',
  EIO: 'the disk could not read it: check the disk',
  ESTALE: 'the network folder that it lies in was mounted anew',
  ENXIO: 'it is no regular file',
  EMFILE: 'too many files are open at once: raise the limit (ulimit -n) or lower --concurrency',
  ENFILE: 'too many files are open on this machine',
}

/** Too many files are open, or the system is busy: this passes by itself. */
const PASSES = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'EBUSY', 'EINTR', 'ESTALE', 'ETIMEDOUT'])

/** Why the file system refuses a path, in words for its user. */
export function fileFault(error: unknown): string {
  const { code = '', message, path = '' } = error as NodeJS.ErrnoException
  // the replacement for bytes that are no text
  if (code === 'ENOENT' && path.includes('\uFFFD'))
    return 'its name is no text in UTF-8, so that it cannot be opened: rename it (ENOENT)'
  const words = Object.hasOwn(WORDS, code) ? WORDS[code] : undefined
  return words ? `${words} (${code})` : message
}

/**
 * A fault of reading as ingest understands it: one that stays (BadFile), or one that passes
 * (Unavailable). Others are as they were.
 */
function readFault(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined || !code.startsWith('E')) return error
  return PASSES.has(code) ? new Unavailable(fileFault(error)) : new BadFile(fileFault(error))
}

/**
 * A file of this machine, to be ingested. Its size is that of now. Throws BadFile for what is no
 * file that can be read, Unavailable for what passes.
 */
export async function ingestFile(path: string): Promise<IngestFile> {
  const found = await stat(path).catch(async (error) => {
    const link = error.code === 'ENOENT' ? await lstat(path).catch(() => null) : null
    throw link ? new BadFile('it is a symbolic link to what is not there') : readFault(error)
  })
  if (!found.isFile()) throw new BadFile(found.isDirectory() ? 'it is a folder, not a file' : 'it is no regular file')
  return {
    name: path,
    filename: basename(path),
    size: found.size,
    open: () => opened(path, found.size),
    stream: () => contents(path, found.size),
    bytes: () => whole(path, found.size).catch(orFault),
  }
}

const FULL = new Set(['EMFILE', 'ENFILE'])
const FULL_PAUSE_MS = 50
const FULL_TRIES = 200

/**
 * Opens something; while too many files are open it waits for some to be closed, for ten seconds at
 * most.
 */
export async function whenFree<T>(open: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await open()
    } catch (error) {
      if (tries === FULL_TRIES || !FULL.has((error as NodeJS.ErrnoException).code ?? '')) throw error
      await new Promise((resolve) => setTimeout(resolve, FULL_PAUSE_MS))
    }
}

const orFault = (error: unknown): never => {
  throw readFault(error)
}

async function opened(path: string, size: number): Promise<Source> {
  const source = sourceOfHandle(await whenFree(() => open(path)).catch(orFault), size)
  return { ...source, read: (start, length) => source.read(start, length).catch(orFault) }
}

// a small file costs as much for the objects around it (handles, streams) as for the reading
const files = { open: promisify(openFile), read: promisify(readFile), close: promisify(close) }

/** A small file in one go. Where it has grown a byte more than `size` shows it. */
async function whole(path: string, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const file = await whenFree(() => files.open(path, 'r'))
  try {
    const bytes = Buffer.allocUnsafeSlow(size + 1)
    let at = 0
    while (at < size) {
      const { bytesRead } = await files.read(file, bytes, at, bytes.length - at, at)
      if (!bytesRead) break
      at += bytesRead
    }
    return bytes.subarray(0, at)
  } finally {
    await files.close(file)
  }
}

/** Large enough that a big file is read at the disk's speed. */
const PIECE = 256 * 1024

/** The file's bytes, to its end as it is when that is reached. It is open only while it is read. */
function contents(path: string, size: number): ReadableStream<Uint8Array> {
  let file: FileHandle | undefined
  // a byte more than a small file has: one read shows all of it, and that it has not grown
  const piece = Math.min(PIECE, size + 1)
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          file ??= await whenFree(() => open(path))
          const bytes = new Uint8Array(piece)
          const { bytesRead } = await file.read(bytes, 0, piece, null)
          if (bytesRead) controller.enqueue(bytes.subarray(0, bytesRead))
          else {
            await file.close()
            controller.close()
          }
        } catch (error) {
          await file?.close().catch(() => {})
          throw readFault(error)
        }
      },
      cancel: () => file?.close(),
    },
    { highWaterMark: 0 },
  )
}
