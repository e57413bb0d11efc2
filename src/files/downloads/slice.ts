/** Bytes of a stream from start to end, both counted; what comes after is not asked for. */
export function slice(
  stream: ReadableStream<Uint8Array>,
  { start, end }: { start: number; end: number },
): ReadableStream<Uint8Array> {
  const reader = stream.getReader()
  let at = 0
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          const { done, value } = await reader.read()
          if (done) return controller.close()
          const from = Math.max(0, start - at)
          const until = Math.min(value.length, end + 1 - at)
          at += value.length
          if (until > from) controller.enqueue(value.subarray(from, until))
          if (at > end) {
            await reader.cancel()
            return controller.close()
          }
          if (until > from) return
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
