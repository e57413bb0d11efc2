import { streamFrom } from '../../bytes.ts'
import { ArchiveError } from '../../errors.ts'
import type { Patience } from './patience.ts'

/** An answer whose body has not been read yet. */
export interface Opened {
  readonly chunks: AsyncIterable<Uint8Array>
  /** Bytes still to come. */
  readonly length: number
  readonly patience: Patience
}

/** How often in a row the rest is asked for without a byte of it coming. */
const FRUITLESS = 2

/**
 * A body of exactly the length that was promised, or an error. When its connection breaks, or
 * nothing comes for `stall` milliseconds, the rest is asked for on a new one: what is stored under
 * one key never changes.
 * @param reopen the same body from a byte on, given what went wrong
 * @param signal nobody waits for it any more: its connection is given up, also while nothing comes and nobody can cancel it yet
 */
export function steadyStream(
  first: Opened,
  reopen: (from: number, error: unknown) => Promise<Opened>,
  stall: number,
  signal?: AbortSignal,
): ReadableStream<Uint8Array> {
  let source = first
  let isWanted = true
  const close = () => source.patience.end(new Error('the transfer is not wanted any more'))
  const leave = () => {
    isWanted = false
    signal?.removeEventListener('abort', leave)
    close()
  }
  signal?.addEventListener('abort', leave, { once: true })
  // it may have fired between the head and here
  if (signal?.aborted) leave()

  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    let left = first.length
    let fruitless = 0
    try {
      for (;;) {
        try {
          source.patience.expect(stall)
          for await (const chunk of source.chunks) {
            // how long the reader takes is no fault of the connection
            source.patience.rest()
            if (chunk.length > left) throw new Error('more bytes came than were promised')
            left -= chunk.length
            fruitless = 0
            yield chunk
            source.patience.expect(stall)
          }
          source.patience.rest()
          if (left === 0) return
          throw new Error(`the transfer broke off ${left} bytes before its end`)
        } catch (error) {
          close()
          // all bytes are there: how the connection ended does not matter
          if (left === 0) return
          if (!isWanted) throw new ArchiveError('store_unavailable')
          if (++fruitless > FRUITLESS) throw error
          source = await reopen(first.length - left, error)
          if (source.length !== left) throw new Error('the rest of the file has another length than before')
          if (!isWanted) throw new ArchiveError('store_unavailable')
        }
      }
    } finally {
      signal?.removeEventListener('abort', leave)
      if (left > 0) close()
    }
  }

  return streamFrom(chunks(), leave)
}
