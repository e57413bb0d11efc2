import { bytesSource, rangedSource, type Source, streamSource } from '../../src/fits/source.ts'
import { type Random, randomOf } from './fits_images.ts'

/** Bytes in pieces of all sizes, given one at a time as they are asked for. */
export function streamed(bytes: Uint8Array, random: Random = randomOf(1)): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream(
    {
      pull(controller) {
        if (at >= bytes.length) return controller.close()
        const length = 1 + Math.floor(random() ** 4 * 100_000)
        controller.enqueue(bytes.slice(at, at + length))
        at += length
      },
    },
    { highWaterMark: 0 },
  )
}

export interface Asked {
  start: number
  end: number
}

/** A source of ranges that keeps what was asked of it. */
export function ranged(bytes: Uint8Array): Source & { asked: Asked[]; open: () => number } {
  const asked: Asked[] = []
  let running = 0
  const source = rangedSource(bytes.length, async (start, end) => {
    asked.push({ start, end })
    running++
    const reader = streamed(bytes.subarray(start, end)).getReader()
    let ended = false
    const stop = () => {
      if (!ended) running--
      ended = true
    }
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = await reader.read()
          if (!done) return controller.enqueue(value)
          stop()
          controller.close()
        },
        cancel: stop,
      },
      { highWaterMark: 0 },
    )
  })
  return { ...source, asked, open: () => running }
}

export const KINDS: Record<string, (bytes: Uint8Array) => Source> = {
  bytes: bytesSource,
  stream: (bytes) => streamSource(streamed(bytes)),
  ranges: ranged,
}
