/** What has to be ended after a benchmark, in this order. */
export type Closers = (() => Promise<unknown>)[]

/** Runs a benchmark and then ends what it has started, also when a signal ends it. */
export async function closingAfter(bench: (closers: Closers) => Promise<void>): Promise<void> {
  const closers: Closers = []
  let closing: Promise<void> | undefined
  const closeAll = async () => {
    for (const closer of closers.splice(0)) await closer()
  }
  // a signal makes the bench fail as well: who comes second waits for the first, or the S3 server would be left behind
  const close = () => {
    closing ??= closeAll()
    return closing
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => close().finally(() => process.exit(130)))
  try {
    await bench(closers)
  } finally {
    await close()
  }
}
