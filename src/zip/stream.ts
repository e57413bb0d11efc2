import type { Crc32 } from './crc32.ts'
import { dataDescriptor, descriptorLength, directoryEnd, directoryEntry, localHeader, type ZipEntry } from './format.ts'

/** An entry and where its content comes from: whole, or a range of its bytes, both ends counted. */
export interface Source extends ZipEntry {
  open(range: { start: number; end: number } | undefined, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
  /** Told the CRC-32 of a content that was read whole and had not been known. */
  learnt?(crc32: number): void
}

/** The CRC-32 of no bytes is 0: an empty file needs no reading. */
const settled = <E extends ZipEntry>(entry: E): E => (entry.size === 0 ? { ...entry, crc32: 0 } : entry)

/** The length of the ZIP of these entries: known before anything is read, since nothing is compressed. */
export function zipLength(given: readonly ZipEntry[]): number {
  const entries = given.map(settled)
  const contents = entries.reduce((sum, e) => sum + localHeader(e).length + e.size + descriptorLength(e), 0)
  let offset = 0
  let directory = 0
  for (const e of entries) {
    directory += directoryEntry(e, 0, offset).length
    offset += localHeader(e).length + e.size + descriptorLength(e)
  }
  return contents + directory + directoryEnd(entries.length, directory, contents).length
}

/** How many files are asked for before their turn, so that no time is lost between two of them. */
const AHEAD = 4

/** A file had fewer or more bytes than were promised: the ZIP cannot be ended. */
export class WrongSize extends Error {}

interface Piece {
  at: number
  length: number
}
type FilePart = Piece & { source: number }
type Part = FilePart | (Piece & { bytes: () => Uint8Array })

/** The parts of the ZIP in order: made of bytes, or the content of a source. `crcs` fills as contents are read. */
function parts(sources: readonly Source[], crcs: (number | null)[]): Part[] {
  const list: Part[] = []
  const offsets: number[] = []
  let at = 0
  const add = (length: number, what: { bytes: () => Uint8Array } | { source: number }) => {
    if (length > 0) list.push({ at, length, ...what })
    at += length
  }
  sources.forEach((source, i) => {
    offsets.push(at)
    const header = localHeader(source)
    add(header.length, { bytes: () => header })
    add(source.size, { source: i })
    add(descriptorLength(source), { bytes: () => dataDescriptor(source, crcs[i]!) })
  })
  const begin = at
  sources.forEach((source, i) => {
    const length = directoryEntry(source, 0, offsets[i]!).length
    add(length, { bytes: () => directoryEntry(source, crcs[i]!, offsets[i]!) })
  })
  const end = directoryEnd(sources.length, at - begin, begin)
  add(end.length, { bytes: () => end })
  return list
}

/**
 * The ZIP of the sources as a stream, whole or a range of its bytes (both ends counted; only when every CRC-32 is known). Files are
 * opened a few ahead and read at the pace of whoever reads the ZIP. Whatever goes wrong with a file ends the stream with an error: a
 * ZIP that looks whole is whole.
 */
export function zipStream(
  sources: readonly Source[],
  crc32: Crc32,
  range?: { start: number; end: number },
): ReadableStream<Uint8Array> {
  const abort = new AbortController()
  const chunks = pieces(sources.map(settled), crc32, range, abort.signal)
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { value, done } = await chunks.next()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          abort.abort()
          controller.error(error)
        }
      },
      async cancel() {
        abort.abort()
        await chunks.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}

async function* pieces(
  sources: readonly Source[],
  crc32: Crc32,
  range: { start: number; end: number } | undefined,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const crcs = sources.map((s) => s.crc32)
  const first = range?.start ?? 0
  const last = range?.end ?? Number.POSITIVE_INFINITY
  const wanted = parts(sources, crcs).filter((p) => p.at <= last && p.at + p.length > first)
  const cut = (part: Piece) => ({
    start: Math.max(0, first - part.at),
    end: Math.min(part.length, last - part.at + 1) - 1,
  })

  const opened = new Map<FilePart, Promise<ReadableStream<Uint8Array>>>()
  let reading: ReadableStreamDefaultReader<Uint8Array> | undefined
  const drop = () => {
    void reading?.cancel().catch(() => {})
    // the one that is read from is locked, and cancelled by its reader
    for (const stream of opened.values()) void stream.then((s) => s.cancel()).catch(() => {})
  }
  // nobody waits for the ZIP any more: it must not wait for a store that is silent
  signal.addEventListener('abort', drop, { once: true })
  const files = wanted.filter((p): p is FilePart => 'source' in p)
  let next = 0
  const openAhead = (current: FilePart) => {
    for (const until = files.indexOf(current) + AHEAD; next <= until && next < files.length; next++) {
      const part = files[next]!
      const bytes = cut(part)
      const whole = bytes.start === 0 && bytes.end === part.length - 1
      const stream = sources[part.source]!.open(whole ? undefined : bytes, signal)
      // whoever awaits it is told; until then a refusal must not end the process
      stream.catch(() => {})
      opened.set(part, stream)
    }
  }

  try {
    for (const part of wanted) {
      const bytes = cut(part)
      if ('bytes' in part) {
        yield part.bytes().subarray(bytes.start, bytes.end + 1)
        continue
      }
      openAhead(part)
      const source = sources[part.source]!
      const promised = bytes.end - bytes.start + 1
      const unknown = source.crc32 === null
      let crc = 0
      let got = 0
      const stream = await opened.get(part)!
      if (signal.aborted) return
      const reader = stream.getReader()
      reading = reader
      try {
        for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
          got += chunk.value.length
          if (got > promised) break
          if (unknown) crc = crc32(chunk.value, crc)
          yield chunk.value
        }
      } finally {
        // no-op after the end; otherwise gives the connection back
        await reader.cancel().catch(() => {})
        opened.delete(part)
      }
      if (got !== promised) throw new WrongSize(`${source.name}: ${got} bytes where ${promised} were promised`)
      if (unknown) {
        crcs[part.source] = crc
        source.learnt?.(crc)
      }
    }
  } finally {
    signal.removeEventListener('abort', drop)
    drop()
  }
}
