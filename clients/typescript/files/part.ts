import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import type { Beginning } from '../transfer.ts'

/** What is remembered of a download, in a small file beside its part. */
export interface Note {
  /** What it is of: the beginning of something else is of no use. */
  of: string
  etag: string | null
  total: number | null
  /** Where a ZIP can be fetched again; null: nowhere. */
  address: string | null
}

/** A file that is being downloaded: it lies beside its final name until it is whole. */
export interface Part {
  /** What is there of it. */
  readonly beginning: Beginning
  /** The address that was remembered. */
  readonly address: string | null
  /** Goes on at a byte; what lies beyond it is dropped. */
  begin(note: Omit<Note, 'of'>, at: number): Promise<void>
  write(bytes: Uint8Array): Promise<void>
  /** Closes it: the next run can go on with it. */
  close(): Promise<void>
  /** The MD5 of what is on the disk. */
  md5(): Promise<string>
  /** Gives it its final name. */
  finish(): Promise<void>
  /** Removes it. */
  discard(): Promise<void>
}

const NOTHING: Beginning = { at: 0, etag: null, total: null }

/**
 * The part of a file: `PATH.part`, and `PATH.part.json` with what is remembered, which only its owner
 * can read, since a ZIP's address needs no log-in.
 * @param of tells one content from another
 */
export async function openPart(path: string, of: string): Promise<Part> {
  const [part, notes] = [`${path}.part`, `${path}.part.json`]
  const note = await readNote(notes, of)
  const at = note ? await sizeOf(part) : 0
  let handle: FileHandle | undefined
  let end = 0
  const close = async () => {
    const open = handle
    handle = undefined
    await open?.close()
  }
  return {
    beginning: note && (note.etag !== null || at === note.total) ? { at, etag: note.etag, total: note.total } : NOTHING,
    address: note?.address ?? null,
    async begin({ etag, total, address }, at) {
      await close()
      handle = await open(part, at > 0 ? 'r+' : 'w')
      await handle.truncate(at)
      end = at
      // after what was there is gone: the note is always of what lies beside it
      await writeNote(notes, { of, etag, total, address })
    },
    async write(bytes) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle!.write(bytes, done, bytes.length - done, end)
        done += bytesWritten
        end += bytesWritten
      }
    },
    close,
    md5: () => md5Of(part),
    async finish() {
      await handle?.datasync()
      await close()
      await rename(part, path)
      await clearPart(path)
    },
    async discard() {
      await close()
      await clearPart(path)
    },
  }
}

/** Removes what a run has left beside a file that is whole: it may have been killed before it could. */
export async function clearPart(path: string): Promise<void> {
  const names = ['part', 'part.json', 'part.json.new']
  await Promise.all(names.map((name) => rm(`${path}.${name}`, { force: true })))
}

/** The MD5 of a file, hexadecimal. */
export async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5')
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Uint8Array)
  return hash.digest('hex')
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )

/** Whole or not at all, whenever the program is killed. */
async function writeNote(path: string, note: Note): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(note), { mode: 0o600 })
  await rename(`${path}.new`, path)
}

/** What was remembered of this content; null: nothing. */
async function readNote(path: string, of: string): Promise<Note | null> {
  try {
    const note = JSON.parse(await readFile(path, 'utf8')) as Note
    return note.of === of ? note : null
  } catch {
    return null
  }
}
