const waiting = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls back when a signal is given; answers how to take that back. A signal that hundreds of files wait on has one listener: Node takes
 * more than ten for a leak.
 */
export function onStop(signal: AbortSignal, call: () => void): () => void {
  let calls = waiting.get(signal)
  if (!calls) {
    const all = new Set<() => void>()
    signal.addEventListener(
      'abort',
      () => {
        // not a copy: what one call makes another take back is not called any more
        for (const one of all) one()
      },
      { once: true },
    )
    waiting.set(signal, all)
    calls = all
  }
  const set = calls
  set.add(call)
  return () => void set.delete(call)
}
