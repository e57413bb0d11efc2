/** The parts as one array; a single part is returned as it is, not copied. */
export function concatBytes<T extends ArrayBufferLike>(parts: readonly Uint8Array<T>[]): Uint8Array<T | ArrayBuffer> {
  if (parts.length === 1) return parts[0]!
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** A range of bytes; both ends are counted. */
export interface ByteRange {
  start: number
  end: number
}

/**
 * The pieces of a generator as a stream, which asks for the next one when it is read.
 * @param leave called first when the reader leaves, to end the wait for a piece that may never come
 */
export function streamFrom(
  pieces: AsyncGenerator<Uint8Array, void, undefined>,
  leave: () => unknown = () => {},
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await leave()
        await pieces.return()
      },
    },
    { highWaterMark: 0 },
  )
}

/** Bytes read once, forwards. */
export interface ByteReader {
  /** Of the next byte. */
  readonly position: number
  /** The next `length` bytes; fewer only at the end. */
  take(length: number): Promise<Uint8Array>
  /** Skips bytes; returns how many there were. */
  skip(length: number): Promise<number>
  cancel(reason?: unknown): Promise<void>
}

/**
 * Reads a stream whose first byte is at position `start`.
 * @throws from its methods, what the stream throws
 */
export function openByteReader(stream: ReadableStream<Uint8Array>, start = 0): ByteReader {
  const reader = stream.getReader()
  let rest: Uint8Array = new Uint8Array(0)
  let position = start
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

/**
 * The same stream, once its first bytes or its end have arrived.
 * @throws what the stream throws until then
 */
export async function awaitFirstBytes(stream: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
  const reader = stream.getReader()
  const first = await reader.read()
  async function* pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let next = first; !next.done; next = await reader.read()) yield next.value
  }
  return streamFrom(pieces(), () => reader.cancel())
}

/** Bytes as base64url text (RFC 4648 section 5) without padding, safe in URLs and file names. */
export const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

/**
 * The bytes of base64url text.
 * @throws DOMException for any other text
 */
export const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
