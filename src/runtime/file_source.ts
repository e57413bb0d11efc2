import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { type Source, streamSource } from '../fits/source.ts'

/** A file of this machine; what is no regular file (a pipe) is read once, forwards. Standard input with '-'. */
export async function fileSource(path: string): Promise<Source> {
  if (path === '-') return streamSource(Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>)
  const file = await open(path)
  const stat = await file.stat()
  if (!stat.isFile()) return streamSource(Readable.toWeb(file.createReadStream()) as ReadableStream<Uint8Array>)
  return {
    size: stat.size,
    async read(start, length) {
      const wanted = Math.max(0, Math.min(length, stat.size - start))
      const bytes = new Uint8Array(wanted)
      for (let at = 0; at < wanted; ) {
        const { bytesRead } = await file.read(bytes, at, wanted - at, start + at)
        if (!bytesRead) return bytes.subarray(0, at)
        at += bytesRead
      }
      return bytes
    },
    cancel: () => file.close(),
  }
}
