import { FitsError } from '../fits/error.ts'
import type { Source } from '../fits/source.ts'

/** Bytes that are read once, forwards. */
export interface ByteReader {
  /** Bytes read so far. */
  readonly position: number
  /** The next bytes, fewer only at the end. */
  take(length: number): Promise<Uint8Array>
  /** Passes over bytes; how many there were. */
  skip(length: number): Promise<number>
  cancel(reason?: unknown): Promise<void>
}

const NOTHING: Uint8Array = new Uint8Array(0)

export function byteReader(stream: ReadableStream<Uint8Array>): ByteReader {
  const reader = stream.getReader()
  let rest = NOTHING
  let position = 0
  const more = async (): Promise<boolean> => {
    while (!rest.length) {
      const { done, value } = await reader.read()
      if (done) return false
      rest = value
    }
    return true
  }
  const next = (most: number): Uint8Array => {
    const bytes = rest.subarray(0, most)
    rest = rest.subarray(bytes.length)
    position += bytes.length
    return bytes
  }
  return {
    get position() {
      return position
    },
    async take(length) {
      if (rest.length >= length) return next(length)
      const whole = new Uint8Array(length)
      let at = 0
      while (at < length && (await more())) {
        const bytes = next(length - at)
        whole.set(bytes, at)
        at += bytes.length
      }
      return whole.subarray(0, at)
    },
    async skip(length) {
      let left = length
      while (left > 0 && (await more())) left -= next(left).length
      return length - left
    },
    cancel: (reason) => reader.cancel(reason),
  }
}

/** The next `size` bytes of a reader as a file: what was read last may be read again, what came before it not. */
export function memberSource(reader: ByteReader, size: number): Source {
  const begin = reader.position
  let last = { start: 0, bytes: NOTHING }
  return {
    size,
    async read(start, length) {
      const wanted = Math.max(0, Math.min(length, size - start))
      const known = start >= last.start ? last.bytes.subarray(start - last.start, start - last.start + wanted) : NOTHING
      const ahead = start + known.length - (reader.position - begin)
      if (known.length < wanted && ahead < 0) throw new FitsError('a stream was asked to go back')
      if (known.length === wanted) return known
      await reader.skip(ahead)
      last = { start, bytes: joined(known, await reader.take(wanted - known.length)) }
      return last.bytes
    },
  }
}

/** Bytes and those that follow them. */
export function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (!first.length) return second
  const whole = new Uint8Array(first.length + second.length)
  whole.set(first)
  whole.set(second, first.length)
  return whole
}
