import type { RequestAccount } from '../../telemetry.ts'
import { bytePipe } from './platform.ts'

/** Of what a client still sends when its answer is there, this much is taken before it is let go. */
const LEFT_BYTES = 1024 * 1024
/** And for so long is it waited for. */
const LEFT_MS = 5_000

/** A request's body as the app gets it, and what becomes of the rest. */
export interface RequestBody {
  stream: ReadableStream<Uint8Array>
  /**
   * Reads what the app has left, so that the client can read its answer: workerd breaks off the
   * connection of a body that was not read, sometimes with others'.
   */
  drain(): Promise<void>
}

/** A body of which the app may leave any part. */
export function openBody(body: ReadableStream<Uint8Array>): RequestBody {
  const reader = body.getReader()
  let isOver = false
  /** Whether the app has not begun with it, or has given it up. */
  let isLeft = true
  const next = async (): Promise<Uint8Array | null> => {
    try {
      const { done, value } = await reader.read()
      isOver = done
      return value ?? null
    } catch (error) {
      isOver = true
      throw error
    }
  }
  return {
    stream: new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          isLeft = false
          const chunk = await next()
          if (chunk) controller.enqueue(chunk)
          else controller.close()
        },
        cancel() {
          isLeft = true
        },
      },
      { highWaterMark: 0 },
    ),
    async drain() {
      let left = LEFT_BYTES
      const late = new Promise<null>((resolve) => setTimeout(resolve, LEFT_MS, null))
      while (isLeft && !isOver && left > 0) {
        const chunk = await Promise.race([next().catch(() => null), late])
        if (chunk === null) break
        left -= chunk.length
      }
      if (isLeft && !isOver) await reader.cancel().catch(() => {})
    },
  }
}

/**
 * An answer, and when all of it has been sent or nobody takes it any more. What is made while it is
 * sent keeps its Content-Length.
 */
export function watchAnswer(answer: Response, account: RequestAccount): { answer: Response; sent: Promise<void> } {
  const size = answer.headers.get('content-length')
  const isMadeAsSent = size !== null || answer.headers.has('x-accel-buffering')
  if (!answer.body || !isMadeAsSent) return { answer, sent: Promise.resolve() }
  const { readable, writable } = bytePipe(size === null ? null : Number(size))
  account.isStreamed = true
  // counting what is sent would take the bytes through JavaScript
  const sent = answer.body.pipeTo(writable).then(
    () => account.end(answer.status, size === null ? 0 : Number(size), 'whole'),
    () => account.end(answer.status, 0, 'broken off'),
  )
  return { answer: new Response(readable, answer), sent }
}
