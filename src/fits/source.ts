import { type ByteReader, byteReader, joined } from '../bytes.ts'
import { FitsError } from './error.ts'
import { MAX_SPOOL } from './limits.ts'

/** Where the bytes of a file come from. */
export interface Source {
  /** Bytes in all; undefined when the source is a stream, which is read forwards only. */
  readonly size: number | undefined
  /** `length` bytes from `start` on, fewer only where the file ends. The caller does not write into them. */
  read(start: number, length: number): Promise<Uint8Array>
  /** The bytes from `from` to `to` are read next, mostly in order, and nothing before `from` ever again. */
  advance?(from: number, to: number): void
  /** Nothing is read any more: connections can be closed. */
  cancel?(): Promise<void>
}

export function bytesSource(bytes: Uint8Array): Source {
  return { size: bytes.length, read: async (start, length) => bytes.subarray(start, start + length) }
}

/**
 * A file that is read by ranges, as in S3: `open(start, end)` gives the bytes from start up to, not including, end.
 * A header costs one small range; what `advance` announces is opened once and read on as the bytes are needed.
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
        running = { reader: byteReader(await open(start, until), start), until }
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

/** Ahead by no more than this, reading on is quicker than asking again. */
const FAR = 256 * 1024

/**
 * A stream that is read once, such as standard input. It remembers what is still to be read out of order: what lies
 * between the least byte that may be asked for again (`advance`) and the furthest that was read.
 */
export function streamSource(stream: ReadableStream<Uint8Array>, limit = MAX_SPOOL): Source {
  const reader = byteReader(stream)
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
      if (start < first) throw new FitsError('a stream was asked to go back')
      if (!kept.length && start > reader.position) await reader.skip(start - reader.position)
      while (reader.position < start + length) {
        const from = reader.position
        const bytes = await reader.take(Math.min(start + length - from, 1 << 20))
        if (!bytes.length) break
        kept.push({ start: from, bytes })
        held += bytes.length
        if (held > limit) throw new FitsError(`more than ${limit} bytes had to be remembered: unpack it from a file`)
      }
      return taken(kept, start, length)
    },
  }
}

function taken(pieces: { start: number; bytes: Uint8Array }[], start: number, length: number): Uint8Array {
  const touched = pieces.filter((piece) => piece.start < start + length && piece.start + piece.bytes.length > start)
  const cut = touched.map((piece) =>
    piece.bytes.subarray(Math.max(0, start - piece.start), Math.max(0, start + length - piece.start)),
  )
  return joined(cut)
}
