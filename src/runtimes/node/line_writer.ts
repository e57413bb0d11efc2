import { writeSync } from 'node:fs'

/** What may wait for a reader that is slow, in characters: some thousand lines; as much again of others than those of requests. */
const MOST_WAITING = 1_000_000
/**
 * Bytes that are written at once. What a pipe takes whole or not at all (PIPE_BUF), where several
 * processes share one: so they do not mix their lines.
 */
const AT_ONCE = { alone: 65_536, shared: 4096 }
/** How long a line waits for others, in milliseconds. */
const SOON_MS = 50
/** How long a process that ends waits for the reader, in milliseconds. */
const PATIENCE_MS = 1_000

/** Writes lines without ever waiting for whoever reads them. */
export interface LineWriter {
  /** Writes one of many, together with others that come soon: what a write costs is to call the system. */
  add(line: string): void
  /** Writes it, and all before it, now. */
  write(line: string): void
}

/**
 * Lines to a stream. A pipe whose reader is slow takes none for a while: then they wait here, up to
 * a megabyte of one of many, and as much of others; beyond that they are dropped, which is said once there is room again. When nobody
 * reads any more they are dropped without a word, and the process goes on.
 * @param whose whether other processes write to it too
 * @param sayDropped the line that says how many were dropped
 */
export function openLineWriter(
  stream: NodeJS.WriteStream,
  whose: keyof typeof AT_ONCE,
  sayDropped: (count: number) => string,
): LineWriter {
  const atOnce = AT_ONCE[whose]
  let waiting: string[] = []
  let length = 0
  let dropped = 0
  /** What the stream has been given, and may not have written yet. */
  let given: string | null = null
  let late: ReturnType<typeof setTimeout> | undefined
  let isGone = false

  stream.on('error', () => {
    isGone = true
    waiting = []
    length = 0
  })
  process.once('exit', () => flush(stream, (stream.writableLength > 0 ? (given ?? '') : '') + waiting.join('')))

  function put(line: string, most: number): void {
    if (isGone) return
    if (length + line.length > most) {
      dropped++
      return
    }
    waiting.push(line)
    length += line.length
  }
  /** Gives the stream some lines, and more when it has written them. */
  function next(): void {
    clearTimeout(late)
    late = undefined
    if (given !== null || isGone) return
    if (dropped > 0 && length < MOST_WAITING / 2) {
      const said = sayDropped(dropped)
      dropped = 0
      put(said, Number.POSITIVE_INFINITY)
    }
    if (waiting.length === 0) return
    given = takeWhole()
    stream.write(given, () => {
      given = null
      next()
    })
  }
  function takeWhole(): string {
    let bytes = 0
    let lines = 0
    for (; lines < waiting.length; lines++) {
      bytes += Buffer.byteLength(waiting[lines]!)
      if (bytes > atOnce && lines > 0) break
    }
    const taken = waiting.splice(0, lines).join('')
    length -= taken.length
    return taken
  }
  return {
    add(line) {
      put(line, MOST_WAITING)
      if (given !== null) return
      if (length >= atOnce) next()
      else late ??= setTimeout(next, SOON_MS)
    },
    write(line) {
      put(line, 2 * MOST_WAITING)
      next()
    },
  }
}

/** The last lines of a process that ends: here it has to wait, and does not for long. */
function flush(stream: NodeJS.WriteStream, text: string): void {
  const until = Date.now() + PATIENCE_MS
  let rest = Buffer.from(text)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync((stream as unknown as { fd: number }).fd, rest))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || Date.now() > until) return
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}
