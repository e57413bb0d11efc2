import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { type Source, streamSource } from '../../fits/source.ts'

/** A file of this machine; what is no regular file (a pipe) is read once, forwards. Standard input with '-'. */
export async function fileSource(path: string): Promise<Source> {
  if (path === '-') return streamSource(Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>)
  const file = await open(path)
  const stat = await file.stat()
  if (!stat.isFile()) return streamSource(Readable.toWeb(file.createReadStream()) as ReadableStream<Uint8Array>)
  return handleSource(file, stat.size)
}

/** An open file as so many bytes of it; closed when it is cancelled. */
export const handleSource = (file: FileHandle, size: number): Source => ({
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
