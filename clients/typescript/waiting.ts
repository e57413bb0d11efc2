import { ArchiveError } from './error.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
/** Timers of more are over at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

/** How something is tried again. */
export interface Patience {
  /** How long to go on trying after the first failure, in milliseconds. */
  patienceMs: number
  /** Whether it may be done twice: else a connection that broke in the middle of it is an error. */
  repeatable: boolean
  signal?: AbortSignal | undefined
}

/**
 * Does something, and again while the archive is busy or away: after what it asks to wait, else
 * after pauses of half a second that grow to half a minute, each shortened at random.
 * @throws the last ArchiveError when patience ends before the next try, at once what does not pass,
 * and the signal's reason
 */
export async function persist<T>(work: () => Promise<T>, { patienceMs, repeatable, signal }: Patience): Promise<T> {
  let failing: Failing | undefined
  for (;;) {
    signal?.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof ArchiveError) || !mayPass(error, repeatable)) throw error
      failing ??= failingSince(Date.now(), patienceMs)
      await failing.wait(error, signal)
    }
  }
}

/** Whether the same may succeed later. */
export const mayPass = ({ status }: ArchiveError, repeatable: boolean): boolean =>
  status === 429 || status === 503 || (repeatable && (status === null || isGateway(status)))

/** What a proxy says when the archive behind it gave no answer, and 408: nothing is known of what was sent. */
const isGateway = (status: number): boolean => [408, 502, 504].includes(status)

/** A time of failures, which ends when patience does. */
export interface Failing {
  /** Waits until the next try. @throws the error where that would be too late */
  wait(error: ArchiveError, signal?: AbortSignal): Promise<void>
}

/** The failures since a moment (milliseconds since 1970). */
export function failingSince(since: number, patienceMs: number): Failing {
  let pause = FIRST_PAUSE_MS
  return {
    async wait(error, signal) {
      const ms = error.retryAfter === null ? pause * (0.5 + Math.random() / 2) : error.retryAfter * 1000
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS)
      if (Date.now() + ms - since > patienceMs || ms > LONGEST_TIMER_MS) throw error
      await sleep(ms, signal)
    },
  }
}

/** Waits. @throws the signal's reason as soon as it is given */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal!.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
