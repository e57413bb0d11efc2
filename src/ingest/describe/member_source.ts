import { type ByteReader, concatBytes } from '../../bytes.ts'
import { FitsError } from '../../fits/error.ts'
import type { Source } from '../../fits/source.ts'

const NOTHING: Uint8Array = new Uint8Array(0)

/**
 * The next `size` bytes of a reader as a file: what was read last may be read again, what came
 * before it not.
 */
export function memberSource(reader: ByteReader, size: number): Source {
  const begin = reader.position
  let last = { start: 0, bytes: NOTHING }
  return {
    size,
    async read(start, length) {
      const wanted = Math.max(0, Math.min(length, size - start))
      const known = start >= last.start ? last.bytes.subarray(start - last.start, start - last.start + wanted) : NOTHING
      const ahead = start + known.length - (reader.position - begin)
      if (known.length < wanted && ahead < 0) throw new FitsError('a stream cannot go back')
      if (known.length === wanted) return known
      await reader.skip(ahead)
      last = { start, bytes: concatBytes([known, await reader.take(wanted - known.length)]) }
      return last.bytes
    },
  }
}
