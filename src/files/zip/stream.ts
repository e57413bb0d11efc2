import { concatBytes } from '../../bytes.ts'
import type { Crc32 } from '../../crc32.ts'
import type { ZipEntry } from './format.ts'
import { type Piece, partsOf, SMALL } from './layout.ts'

/** An entry and where its content comes from: whole, or a range of its bytes, both ends counted. */
export interface Source extends ZipEntry {
  /** null: not known before the content has been read. */
  crc32: number | null
  open(range: ByteRange | undefined, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
  /** Told the CRC-32 of a content that was read whole and had not been known. */
  learnt?(crc32: number): void
}

/** Both ends counted. */
export interface ByteRange {
  start: number
  end: number
}

/** How many files are asked for before their turn, so that no time is lost between two of them. */
const AHEAD = 4

/** A file had fewer or more bytes than were promised: the ZIP cannot be ended. */
export class WrongSize extends Error {}

/**
 * The ZIP of the sources as a stream, whole or a range of its bytes. Files are opened a few ahead
 * and read at the pace of whoever reads the ZIP. Whatever goes wrong with a file ends the stream
 * with an error: a ZIP that looks whole is whole.
 * @param signal nobody waits for the ZIP any more
 * @returns once its first bytes are there, those of the first file among them
 * @throws what goes wrong until then
 */
export async function zipStream(
  sources: readonly Source[],
  crc32: Crc32,
  range?: ByteRange,
  signal?: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const abort = new AbortController()
  const end = () => abort.abort()
  signal?.addEventListener('abort', end, { once: true })
  if (signal?.aborted) end()
  const chunks = pieces(sources, crc32, range, abort.signal)
  let first: IteratorResult<Uint8Array, void> | undefined
  try {
    first = await chunks.next()
  } catch (error) {
    end()
    throw error
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { value, done } = first ?? (await chunks.next())
          first = undefined
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          end()
          controller.error(error)
        }
      },
      async cancel() {
        end()
        await chunks.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}

async function* pieces(
  sources: readonly Source[],
  crc32: Crc32,
  range: ByteRange | undefined,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const sums = sources.map((s) => (s.size === 0 ? 0 : s.crc32))
  const first = range?.start ?? 0
  const last = range?.end ?? Number.POSITIVE_INFINITY
  const wanted = partsOf(sources).filter((p) => p.at <= last && p.at + p.length > first)
  const cut = (part: Piece): ByteRange => ({
    start: Math.max(0, first - part.at),
    end: Math.min(part.length, last - part.at + 1) - 1,
  })
  const files = new Map(wanted.filter((p) => p.content).map((p) => [p.of, p]))
  const isSummed = new Set(wanted.filter((p) => !p.content && p.needsSum && sums[p.of!] === null).map((p) => p.of!))

  const opened = new Map<number, Promise<ReadableStream<Uint8Array>>>()
  let reading: ReadableStreamDefaultReader<Uint8Array> | undefined
  const drop = () => {
    void reading?.cancel().catch(() => {})
    // the one that is read from is locked, and cancelled by its reader
    for (const stream of opened.values()) void stream.then((s) => s.cancel()).catch(() => {})
  }
  // nobody waits for the ZIP any more: it must not wait for a store that is silent
  signal.addEventListener('abort', drop, { once: true })
  const open = (of: number, bytes: ByteRange | undefined) => {
    const stream = sources[of]!.open(bytes, signal)
    // whoever awaits it is told; until then a refusal must not end the process
    stream.catch(() => {})
    opened.set(of, stream)
  }
  const order = [...files.keys()]
  let next = 0
  const openAhead = (of: number) => {
    for (const until = order.indexOf(of) + AHEAD; next <= until && next < order.length; next++) {
      const part = files.get(order[next]!)!
      const bytes = cut(part)
      const isWhole = isSummed.has(part.of) || (bytes.start === 0 && bytes.end === part.length - 1)
      open(part.of, isWhole ? undefined : bytes)
    }
  }

  /** The bytes of a source as they come; those of a whole one are summed. */
  async function* contentOf(of: number, promised: number): AsyncGenerator<Uint8Array, void, undefined> {
    const source = sources[of]!
    const stream = await opened.get(of)!
    signal.throwIfAborted()
    const reader = stream.getReader()
    reading = reader
    let [crc, got] = [0, 0]
    try {
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
        got += chunk.value.length
        if (got > promised) break
        if (sums[of] === null) crc = crc32(chunk.value, crc)
        yield chunk.value
      }
    } finally {
      // no-op after the end; otherwise gives the connection back
      await reader.cancel().catch(() => {})
      opened.delete(of)
    }
    if (got !== promised) throw new WrongSize(`${source.name}: ${got} bytes where ${promised} were promised`)
    if (sums[of] !== null || promised !== source.size) return
    sums[of] = crc
    source.learnt?.(crc)
  }

  /** Small contents that have been read before their header. */
  const held = new Map<number, Uint8Array>()
  /**
   * Reads a content for its CRC-32; it is kept where it is wanted afterwards and small, else asked
   * for again.
   */
  async function learn(of: number): Promise<void> {
    if (!opened.has(of)) open(of, undefined)
    const isKept = files.has(of) && sources[of]!.size <= SMALL
    const chunks: Uint8Array[] = []
    for await (const chunk of contentOf(of, sources[of]!.size)) if (isKept) chunks.push(chunk)
    if (isKept) held.set(of, concatBytes(chunks))
    else if (files.has(of)) open(of, cut(files.get(of)!))
  }

  try {
    // what goes wrong with the first file is known before the first byte
    if (order.length > 0) {
      openAhead(order[0]!)
      await opened.get(order[0]!)
    }
    for (const part of wanted) {
      signal.throwIfAborted()
      const { start, end } = cut(part)
      if (part.of !== null && files.has(part.of) && part.at <= files.get(part.of)!.at) openAhead(part.of)
      if (!part.content) {
        if (part.of !== null && part.needsSum && sums[part.of] === null) await learn(part.of)
        yield part.make(part.of === null ? 0 : (sums[part.of] ?? 0)).subarray(start, end + 1)
        continue
      }
      const kept = held.get(part.of)
      if (kept) {
        held.delete(part.of)
        yield kept.subarray(start, end + 1)
        continue
      }
      if (sums[part.of] !== null || !isSummed.has(part.of)) {
        yield* contentOf(part.of, end - start + 1)
        continue
      }
      // summed from its beginning, though only the end is wanted
      let at = 0
      for await (const chunk of contentOf(part.of, part.length)) {
        if (at + chunk.length > start) yield chunk.subarray(Math.max(0, start - at))
        at += chunk.length
      }
    }
  } finally {
    signal.removeEventListener('abort', drop)
    drop()
  }
}
