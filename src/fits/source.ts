import { type ByteReader, concatBytes, openByteReader } from '../bytes.ts'
import { FitsError } from './error.ts'
import { MAX_SPOOL } from './limits.ts'

/** Where the bytes of a file come from. */
export interface Source {
  /** Length in bytes; undefined for a stream, which can only be read forwards. */
  readonly size: number | undefined
  /**
   * `length` bytes from `start`, fewer only at the end of the file. Callers must not modify them.
   */
  read(start: number, length: number): Promise<Uint8Array>
  /**
   * Announces that `from` to `to` is read next, mostly in order, and nothing before `from` again.
   */
  advance?(from: number, to: number): void
  /** Ends reading, so that connections can be closed. */
  cancel?(): Promise<void>
}

/** A file that is in memory. */
export function bytesSource(bytes: Uint8Array): Source {
  return { size: bytes.length, read: async (start, length) => bytes.subarray(start, start + length) }
}

/**
 * A file read by ranges, as from S3. A header costs one small range; what `advance` announces is
 * opened once and read as it is needed.
 * @param open gives the bytes from start up to, not including, end
 * @throws FitsError from `read` when a range ends early
 */
export function rangedSource(
  size: number,
  open: (start: number, end: number) => Promise<ReadableStream<Uint8Array>>,
): Source {
  let planned: [number, number] | undefined
  let running: { reader: ByteReader; until: number } | undefined
  const stop = async () => {
    const { reader } = running ?? {}
    running = undefined
    await reader?.cancel()
  }
  return {
    size,
    advance(from, to) {
      planned = [from, Math.min(to, size)]
    },
    cancel: stop,
    async read(start, length) {
      const end = Math.min(start + length, size)
      if (end <= start) return new Uint8Array(0)
      const skipped = running ? start - running.reader.position : -1
      if (!running || skipped < 0 || skipped > FAR || end > running.until) {
        await stop()
        const until = planned && planned[0] <= start && end <= planned[1] ? planned[1] : end
        running = { reader: openByteReader(await open(start, until), start), until }
      }
      const { reader, until } = running
      await reader.skip(start - reader.position)
      const bytes = await reader.take(end - start)
      if (bytes.length < end - start) {
        await stop()
        throw new FitsError(`the file was cut off at byte ${start + bytes.length}, before byte ${end}`)
      }
      if (reader.position === until) await stop()
      return bytes
    },
  }
}

/** Up to this many bytes ahead, reading on is quicker than a new request. */
const FAR = 256 * 1024

/**
 * A stream read once, such as standard input. It keeps what may be needed out of order: from the
 * offset last given to `advance` to the furthest byte read.
 * @throws FitsError from `read` beyond `limit` bytes kept, or before what is kept
 */
export function streamSource(stream: ReadableStream<Uint8Array>, limit = MAX_SPOOL): Source {
  const reader = openByteReader(stream)
  const kept: { start: number; bytes: Uint8Array }[] = []
  let first = 0
  let held = 0
  return {
    size: undefined,
    advance(from) {
      first = from
      while (kept[0] && kept[0].start + kept[0].bytes.length <= first) held -= kept.shift()!.bytes.length
    },
    cancel: () => reader.cancel(),
    async read(start, length) {
      if (start < first) throw new FitsError('a stream cannot go back')
      if (!kept.length && start > reader.position) await reader.skip(start - reader.position)
      while (reader.position < start + length) {
        const from = reader.position
        const bytes = await reader.take(Math.min(start + length - from, 1 << 20))
        if (!bytes.length) break
        kept.push({ start: from, bytes })
        held += bytes.length
        if (held > limit)
          throw new FitsError(`more than ${limit} bytes would have to be kept in memory: unpack it from a file`)
      }
      return sliceKept(kept, start, length)
    },
  }
}

function sliceKept(pieces: { start: number; bytes: Uint8Array }[], start: number, length: number): Uint8Array {
  const touched = pieces.filter((piece) => piece.start < start + length && piece.start + piece.bytes.length > start)
  const cut = touched.map((piece) =>
    piece.bytes.subarray(Math.max(0, start - piece.start), Math.max(0, start + length - piece.start)),
  )
  return concatBytes(cut)
}
