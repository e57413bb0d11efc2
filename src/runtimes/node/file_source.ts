import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { type Source, streamSource } from '../../fits/source.ts'

/**
 * A file on this machine, or standard input for '-'. Anything but a regular file, such as a pipe,
 * is read once, forwards.
 * @throws the system's error if it cannot be opened
 */
export async function openFileSource(path: string): Promise<Source> {
  if (path === '-') return streamSource(Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>)
  const file = await open(path)
  const stat = await file.stat()
  if (!stat.isFile()) return streamSource(Readable.toWeb(file.createReadStream()) as ReadableStream<Uint8Array>)
  return sourceOfHandle(file, stat.size)
}

/** The first `size` bytes of an open file; `cancel` closes it. */
export const sourceOfHandle = (file: FileHandle, size: number): Source => ({
  size,
  async read(start, length) {
    const wanted = Math.max(0, Math.min(length, size - start))
    const bytes = new Uint8Array(wanted)
    for (let at = 0; at < wanted; ) {
      const { bytesRead } = await file.read(bytes, at, wanted - at, start + at)
      if (!bytesRead) return bytes.subarray(0, at)
      at += bytesRead
    }
    return bytes
  },
  cancel: () => file.close(),
})
