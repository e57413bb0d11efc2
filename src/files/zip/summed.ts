import type { Crc32 } from '../../crc32.ts'

/**
 * A stream as it is, telling its CRC-32 once it has been read whole. Fewer or more bytes than
 * `size` end it with an error.
 */
export function summed(
  stream: ReadableStream<Uint8Array>,
  size: number,
  crc32: Crc32,
  learnt: (crc32: number) => void,
): ReadableStream<Uint8Array> {
  let sum = 0
  let read = 0
  return stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        read += chunk.length
        if (read > size) throw new Error(`more than the ${size} bytes that were promised`)
        sum = crc32(chunk, sum)
        controller.enqueue(chunk)
      },
      flush() {
        if (read !== size) throw new Error(`${read} bytes where ${size} were promised`)
        learnt(sum)
      },
    }),
  )
}
