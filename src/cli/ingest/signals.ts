import { setMaxListeners } from 'node:events'

/** How a run is asked to end. */
export interface StopSignals {
  /**
   * Aborted at the first Ctrl-C or SIGTERM, or when nobody reads standard output any more. The
   * second signal ends the process at once.
   */
  signal: AbortSignal
  /** Which signal it was; null: none came. */
  name(): 'SIGINT' | 'SIGTERM' | null
  /** Why standard output cannot be written to any more; null: it can. */
  outputFault(): NodeJS.ErrnoException | null
  /** Ends the run for another reason. */
  abort(): void
  /** Leaves the signals to others again. */
  over(): void
}

const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const

export function stopSignals(): StopSignals {
  const controller = new AbortController()
  // each file under way listens
  setMaxListeners(0, controller.signal)
  let came: keyof typeof NUMBERS | null = null
  const on = (name: keyof typeof NUMBERS) => {
    if (came !== null) process.exit(128 + NUMBERS[name])
    came = name
    controller.abort()
  }
  const abort = () => controller.abort()
  let outputFault: NodeJS.ErrnoException | null = null
  // `| head` has what it wanted, or the disk of `> records.jsonl` is full
  process.stdout.on('error', (error) => {
    outputFault ??= error
    abort()
  })
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, on)
  return {
    signal: controller.signal,
    name: () => came,
    outputFault: () => outputFault,
    abort,
    over() {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, on)
    },
  }
}
