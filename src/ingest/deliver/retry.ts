import type { Log } from '../../log.ts'
import { trackOutage } from '../../log.ts'
import { passing } from './passing.ts'
import { onStop } from './stop.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000

/** The run was stopped while something was waited for. */
export class Stopped extends Error {}

/** What may pass has lasted too long. The message is the last reason. */
export class GaveUp extends Error {}

/** One of those that an ingester depends on: waited for while it is away, and talked about once when it goes and once when it is back. */
export interface Service {
  /**
   * Does something, and again while it fails for a passing reason: after pauses of half a second that grow to half a minute, each
   * shortened at random, or of what the other side asks for. Throws Stopped, GaveUp, or at once what does not pass.
   */
  persist<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>
}

/**
 * @param name in messages: `the archive`
 * @param patienceMs how long a service may be away, or one thing fail while others succeed
 */
export function service(name: string, patienceMs: number, log: Log): Service {
  const away = trackOutage(log, `${name} cannot be had now: it is tried again until it can`, `${name} is back`)
  /** When it went away; null: it is there, as far as is known. */
  let awaySince: number | null = null
  /** Counts what happens: when a try began, and when the last one failed. */
  let clock = 0
  let lastFailed = 0

  function succeeded(): void {
    away.end()
    awaySince = null
  }
  function failed(reason: string): void {
    awaySince ??= Date.now()
    away.begin({ reason })
  }

  return {
    async persist(signal, work) {
      const began = Date.now()
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
        const tried = ++clock
        try {
          const result = await work()
          // what was under way when it went may still have been answered
          if (tried > lastFailed) succeeded()
          return result
        } catch (error) {
          const why = passing(error)
          if (why === null) throw error
          lastFailed = ++clock
          failed(why.reason)
          const wait = Math.max(pause * (0.5 + Math.random() / 2), (why.retryAfterS ?? 0) * 1000)
          // one that has been away for long already is not waited for again by every file
          const since = Math.min(began, awaySince ?? began)
          if (Date.now() + wait - since > patienceMs) {
            const asked = why.retryAfterS === null ? '' : `, and asks to wait ${Math.ceil(why.retryAfterS)} s`
            throw new GaveUp(`${why.reason}${asked}`, { cause: error })
          }
          await sleep(wait, signal)
        }
      }
    },
  }
}

/** Waits; throws Stopped as soon as the signal is given. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Stopped())
    const timer = setTimeout(() => {
      forget()
      resolve()
    }, ms)
    const forget = onStop(signal, () => {
      clearTimeout(timer)
      reject(new Stopped())
    })
  })
}
