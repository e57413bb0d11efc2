import type { Patience } from './limits.ts'

/** An answer whose body has not been read yet. */
export interface Opened {
  readonly chunks: AsyncIterable<Uint8Array>
  /** Bytes that are still to come. */
  readonly length: number
  readonly patience: Patience
}

/** How often the rest is asked for again without a byte coming of it. */
const FRUITLESS = 2

/**
 * A body of exactly the length that was promised, or an error. When its connection breaks, or nothing comes for `stall` milliseconds, the
 * rest is asked for on a new one: what is stored under one key never changes.
 * @param reopen the same from that many bytes on, told what went wrong
 */
export function steadyStream(
  first: Opened,
  reopen: (from: number, error: unknown) => Promise<Opened>,
  stall: number,
): ReadableStream<Uint8Array> {
  let { chunks, patience } = unpack(first)
  let left = first.length
  let fruitless = 0
  let wanted = true

  async function next(): Promise<Uint8Array | null> {
    patience.expect(stall)
    const { done, value } = await chunks.next()
    patience.rest()
    if (!done && value.length > left) throw new Error('more bytes came than were promised')
    if (done && left > 0) throw new Error(`the transfer broke off ${left} bytes before its end`)
    return done ? null : value
  }

  async function recover(error: unknown): Promise<void> {
    drop(chunks, patience)
    if (!wanted || ++fruitless > FRUITLESS) throw error
    const again = await reopen(first.length - left, error)
    ;({ chunks, patience } = unpack(again))
    if (again.length !== left) {
      drop(chunks, patience)
      throw new Error('the rest of the file has another length than before')
    }
    if (!wanted) drop(chunks, patience)
  }

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      while (wanted) {
        try {
          const chunk = await next()
          if (chunk === null) return controller.close()
          left -= chunk.length
          fruitless = 0
          return controller.enqueue(chunk)
        } catch (error) {
          // all bytes are there: how the connection ended is no matter
          if (left === 0) return controller.close()
          await recover(error)
        }
      }
    },
    cancel() {
      wanted = false
      drop(chunks, patience)
    },
  })
}

const unpack = ({ chunks, patience }: Opened) => ({ chunks: chunks[Symbol.asyncIterator](), patience })

/** Closes the connection. The iterator is told afterwards, since it would wait for the next piece first. */
function drop(chunks: AsyncIterator<Uint8Array>, patience: Patience): void {
  patience.end(new Error('the transfer is not wanted any more'))
  chunks.return?.().catch(() => {})
}
