import { type ByteRange, streamFrom } from '../../bytes.ts'

/** A range of a stream's bytes; what comes after it is not asked for. */
export function slice(stream: ReadableStream<Uint8Array>, { start, end }: ByteRange): ReadableStream<Uint8Array> {
  const reader = stream.getReader()
  async function* pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let at = 0; at <= end; ) {
      const { done, value } = await reader.read()
      if (done) return
      const part = value.subarray(Math.max(0, start - at), end + 1 - at)
      at += value.length
      if (at > end) await reader.cancel()
      if (part.length > 0) yield part
    }
  }
  return streamFrom(pieces(), () => reader.cancel())
}
