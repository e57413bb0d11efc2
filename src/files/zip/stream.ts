import { type ByteRange, concatBytes, streamFrom } from '../../bytes.ts'
import type { Crc32 } from '../../crc32.ts'
import type { ZipEntry } from './format.ts'
import { type Piece, partsOf, SMALL } from './parts.ts'

/** An entry and where its content comes from, whole or a range of its bytes. */
export interface Source extends ZipEntry {
  /** null: not known before the content has been read. */
  crc32: number | null
  open(range: ByteRange | undefined, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
  /** Told the CRC-32 of a content that was read whole and had not been known. */
  learnt?(crc32: number): void
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
  const chunks = pieces(sources, crc32, range, abort)
  const first = await chunks.next()
  async function* whole(): AsyncGenerator<Uint8Array, void, undefined> {
    if (first.done) return
    yield first.value
    yield* chunks
  }
  return streamFrom(whole(), end)
}

async function* pieces(
  sources: readonly Source[],
  crc32: Crc32,
  range: ByteRange | undefined,
  abort: AbortController,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { signal } = abort
  const { start: first, end: last } = range ?? { start: 0, end: Number.POSITIVE_INFINITY }
  const wanted = partsOf(sources).filter((p) => p.at <= last && p.at + p.length > first)
  const cut = (part: Piece): ByteRange => ({
    start: Math.max(0, first - part.at),
    end: Math.min(part.length, last - part.at + 1) - 1,
  })
  /** What is wanted of each content, in their order. */
  const ranges = new Map(wanted.filter((p) => p.content).map((p) => [p.of, cut(p)]))
  const order = [...ranges.keys()]
  const sums = sources.map((s) => (s.size === 0 ? 0 : s.crc32))
  /** Sources that have to be read whole, because something needs their CRC-32. */
  const isSummed = new Set(wanted.filter((p) => !p.content && p.needsSum && sums[p.of!] === null).map((p) => p.of!))

  const opened = new Map<number, Promise<ReadableStream<Uint8Array>>>()
  let reading: ReadableStreamDefaultReader<Uint8Array> | undefined
  const drop = () => {
    void reading?.cancel().catch(() => {})
    // the one that is being read is locked, and cancelled by its reader
    for (const stream of opened.values()) void stream.then((s) => s.cancel()).catch(() => {})
  }
  // nobody waits for the ZIP any more: it must not wait for a store that is silent
  signal.addEventListener('abort', drop, { once: true })
  function open(of: number): void {
    const { start, end } = ranges.get(of) ?? { start: 0, end: sources[of]!.size - 1 }
    const isWhole = (start === 0 && end === sources[of]!.size - 1) || (isSummed.has(of) && sums[of] === null)
    const stream = sources[of]!.open(isWhole ? undefined : { start, end }, signal)
    // thrown to whoever awaits it; until then a refusal must not end the process
    stream.catch(() => {})
    opened.set(of, stream)
  }
  let next = 0
  function openAhead(of: number): void {
    for (const until = order.indexOf(of) + AHEAD; next <= until && next < order.length; next++) open(order[next]!)
  }

  /**
   * A range of a source's content, as it comes; read from the beginning to the end where its CRC-32
   * is needed.
   */
  async function* contentOf(of: number, { start, end }: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
    const source = sources[of]!
    const needsAll = isSummed.has(of) && sums[of] === null
    const begin = needsAll ? 0 : start
    const until = needsAll ? source.size : end + 1
    const stream = await opened.get(of)!
    signal.throwIfAborted()
    const reader = stream.getReader()
    reading = reader
    let [crc, at] = [0, begin]
    try {
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
        const { value } = chunk
        if (sums[of] === null) crc = crc32(value, crc)
        at += value.length
        if (at > until) break
        if (at > start) yield value.subarray(Math.max(0, value.length - (at - start)))
      }
    } finally {
      // no-op after the end; otherwise gives the connection back
      await reader.cancel().catch(() => {})
      opened.delete(of)
    }
    if (at !== until) throw new WrongSize(`${source.name}: ${at - begin} bytes where ${until - begin} were promised`)
    if (sums[of] !== null || begin > 0 || until < source.size) return
    sums[of] = crc
    source.learnt?.(crc)
  }

  /** Small contents that have been read before their header. */
  const held = new Map<number, Uint8Array>()
  /**
   * Reads a content for its CRC-32. If it is wanted afterwards it is kept where it is small, else
   * asked for again.
   */
  async function learn(of: number): Promise<void> {
    if (!opened.has(of)) open(of)
    const { size } = sources[of]!
    const isKept = ranges.has(of) && size <= SMALL
    const chunks: Uint8Array[] = []
    for await (const chunk of contentOf(of, { start: 0, end: size - 1 })) if (isKept) chunks.push(chunk)
    if (isKept) held.set(of, concatBytes(chunks))
    else if (ranges.has(of)) open(of)
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
      if (part.of !== null && ranges.has(part.of)) openAhead(part.of)
      if (!part.content) {
        if (part.of !== null && part.needsSum && sums[part.of] === null) await learn(part.of)
        yield part.make(part.of === null ? 0 : (sums[part.of] ?? 0)).subarray(start, end + 1)
        continue
      }
      const kept = held.get(part.of)
      held.delete(part.of)
      if (kept) yield kept.subarray(start, end + 1)
      else yield* contentOf(part.of, { start, end })
    }
  } finally {
    // drops what is open
    abort.abort()
  }
}
