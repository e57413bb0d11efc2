/** Resolves at the first signal to stop; a second one ends the process at once. */
export const awaitStopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    const numbers = { SIGINT: 2, SIGTERM: 15 }
    let asked = false
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.on(signal, () => {
        if (asked) process.exit(128 + numbers[signal])
        asked = true
        resolve()
      })
  })

/** A signal that the first of SIGINT and SIGTERM aborts; a second one ends the process at once. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController()
  void awaitStopSignal().then(() => stop.abort())
  return stop.signal
}
